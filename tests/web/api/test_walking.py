"""A walk-through is compared to the letter: what does not come as shown is seen."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.web.api.walking import Walk, steps

SHOWN = """Ask:

```http
GET /thing/{id}
Accept: application/json
```

```http
HTTP/1.1 200 OK
Content-Type: application/json

{"id": "{id}", "name": "a", "at_us": "…", "list": [1, "…"], "inner": {"n": 1, "…": "…"}}
```
"""
COMES: dict[str, Any] = {
    "id": 7, "name": "a", "at_us": 12, "list": [1, 2, 3], "inner": {"n": 1, "m": 2},
}  # fmt: skip


def _differences(status: int = 200, known: dict[str, Any] | None = None, **other: Any) -> list[str]:
    told = {name: value for name, value in {**COMES, **other}.items() if value is not None}
    (step,) = steps(SHOWN)
    with httpx.Client() as client:
        walk = Walk(client, {} if known is None else known)
        return list(walk.differs(step, httpx.Response(status, json=told)))


def test_what_comes_as_shown_is_right_and_what_is_named_is_remembered() -> None:
    known: dict[str, Any] = {}
    assert _differences(known=known) == []
    assert known == {"id": 7}


@pytest.mark.parametrize(
    "other",
    [
        {"status": 201}, {"name": "b"}, {"name": None}, {"more": 1}, {"list": [2, 1]}, {"list": []},
        {"inner": {"n": 2, "m": 2}}, {"inner": {"n": True}}, {"known": {"id": 8}},
    ],
)  # fmt: skip
def test_what_comes_otherwise_is_seen(other: dict[str, Any]) -> None:
    assert len(_differences(**other)) == 1


def test_a_request_without_its_answer_is_no_walk() -> None:
    block = "```http\nGET /a\n```\n"
    for text in (block, block * 2, "```http\nHTTP/1.1 200 OK\n```\n"):
        with pytest.raises(ValueError, match="answer"):
            steps(text)


def test_a_request_is_filled_with_what_is_known() -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, json={"path": request.url.path, "sent": request.content.decode()}
        )

    block = '```http\nPUT /a/{id}\n\n{"n": {id}, "other": "{nobody}"}\n```\n'
    answer = "```http\nHTTP/1.1 200 OK\n\n…\n```\n"
    (step,) = steps(block + answer)
    with httpx.Client(base_url="http://x", transport=httpx.MockTransport(echo)) as client:
        told = Walk(client, {"id": 7}).ask(step).json()
    assert told == {"path": "/a/7", "sent": json.dumps({"n": 7, "other": "{nobody}"})}
