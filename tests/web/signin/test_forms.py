"""No unsafe request counts that a page of ours has not sent (INV-29), whichever route it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.support.rooms import Rooms
from trading.web import door
from trading.web.access import declared
from trading.web.app import create_app
from trading.web.door import form_token
from trading.web.shell import Shell

HTML = {"Accept": "text/html"}
SAFE = {"GET", "HEAD", "OPTIONS"}
REFUSED = {403, 404}


def _asked(rooms: Rooms) -> Iterator[tuple[str, str, str]]:
    """Yield method, address and a session for it, of every route that may change anything."""
    shell = Shell(rooms.centre, rooms.home)
    sessions = {
        room: shell.sessions.begin("office-1", room, "two")
        for room in ("staff", "bidder", "representative", "auditor")
    }
    for method, path, access in declared(create_app(rooms.centre, rooms.home)):
        if method not in SAFE:
            room = next(iter(access.rooms), "staff")
            yield method, re.sub(r"\{[^}]+\}", "x", path), sessions[room]


def _statuses(rooms: Rooms, **headers: str) -> dict[str, int]:
    """Return how each unsafe route answers a form without a token, or with foreign headers."""
    found = {}
    for method, path, token in _asked(rooms):
        form = {"csrf": form_token(token)} if headers else {"x": "1"}
        answer = httpx.request(
            method, rooms.url + path, data=form, headers={**HTML, **headers},
            cookies={"session": token},
        )  # fmt: skip
        found[f"{method} {path}"] = answer.status_code
    return found


def test_a_form_without_its_token_is_refused_everywhere(rooms: Rooms) -> None:
    found = _statuses(rooms)
    assert {path: status for path, status in found.items() if status not in REFUSED} == {}
    assert list(found.values()).count(403) > len(found) // 2


@pytest.mark.parametrize(
    "header", [{"Origin": "https://evil.example"}, {"Origin": "null"},
               {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)  # fmt: skip
def test_a_form_of_another_site_is_refused_everywhere(rooms: Rooms, header: dict[str, str]) -> None:
    found = _statuses(rooms, **header)
    assert {path: status for path, status in found.items() if status not in REFUSED} == {}


def test_a_door_that_asks_for_no_token_would_be_seen(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: a door that looks neither at token nor at origin takes those forms."""
    monkeypatch.setattr(door, "check_sent", lambda *_given: None)
    monkeypatch.setattr(door, "check_site", lambda *_given: None)
    assert set(_statuses(rooms).values()) - REFUSED
