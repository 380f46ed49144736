"""Asks a sandbox everything that its OpenAPI document allows, and much that it does not.

Every operation is asked in the names of people who may, of others and of nobody, of things that
are there and of things that are not. Nothing may be answered by a fault of ours, by a status that
the document does not name, by another type of content, or by another body than it says.
``python -m tests.web.api.fuzzing [EXAMPLES]`` asks for longer.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Err
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.rooms import Rooms, serving_rooms
from tests.support.serving import PLENTY
from tests.web.api.walking import DOCUMENTS, Walk, steps
from trading.demo.sandbox import make
from trading.web import wants
from trading.web.limits import RATES

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance, response_headers_conformance,
]  # fmt: skip
ACTS = "/api/v1/acts/"
DOCUMENT = "/api/v1/openapi.json"
THERE = {
    "case": "case-walk", "lot": "case-walk-1", "asset": "asset-walk", "org": "community-a",
    "member": "rep-a-01", "person": "clerk-liu", "contract": "lot-case-walk-1",
    "certificate": "JZ-1", "stream": "lot/case-walk-1",
}  # fmt: skip
"""What the walk-through has left behind, by the names of the fields that ask for it."""
NOBODY: dict[str, str] = {}


class Fuzz:
    """Asks what ``rooms`` serve; ``statuses`` counts the answers."""

    def __init__(self, rooms: Rooms) -> None:
        """Take the document and the tokens from the sandbox."""
        self.statuses: Counter[int] = Counter()
        self._rooms = rooms
        with httpx.Client(base_url=rooms.url) as client:
            self._people = client.get("/api/v1/sandbox/people").json()["people"]
            self._schema = schemathesis.openapi.from_dict(client.get(DOCUMENT).json())
        self._turn = 0

    def run(self, acts: int, others: int, *, only: str = "", start: int = 0) -> Iterator[str]:
        """Ask each act and each other operation so often; yield what is wrong with an answer.

        Paths that do not begin with ``only`` are left out.
        """
        with requests.Session() as session:
            for found in self._schema.get_all_operations():
                if isinstance(found, Err):
                    yield str(found.err())
                    continue
                operation = found.ok()
                if operation.path.startswith(only):
                    examples = acts if operation.path.startswith(ACTS) else others
                    if not examples:
                        continue
                    yield from self._ask(session, operation, examples, start)

    def _ask(
        self, session: requests.Session, operation: Any, examples: int, start: int
    ) -> Iterator[str]:
        wrong: dict[str, None] = {}
        names = self._names(operation.path)

        @seed(start)
        @settings(
            max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            self._turn += 1
            if self._turn % 4:
                _lead_further(case, self._turn)
            answer = case.call(
                base_url=self._rooms.url, session=session, headers=names[self._turn % len(names)]
            )
            self.statuses[answer.status_code] += 1
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as group:
                told = "; ".join(f"{one.title} {one.message}" for one in group.exceptions)
                asked = case.as_curl_command().replace("\n", " ")
                wrong[f"{asked}\n{answer.status_code}: {told}"] = None

        ask()
        yield from wrong

    def _names(self, path: str) -> list[dict[str, str]]:
        """Return the headers of those who may act so, thrice, of one who may not and of nobody."""
        centre = self._rooms.centre
        by_role = {role: one["token"] for one in self._people for role in one["roles"]}
        able = list(by_role)
        if path.startswith(ACTS):
            able = list(wants.roles(centre, centre.kernel.registry.command(path[len(ACTS) :])))
        held = [_bearer(by_role[role]) for role in able if role in by_role]
        return [*held, *held, *held, _bearer(by_role["auditor"]), NOBODY]


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _lead_further(case: Any, turn: int) -> None:
    """Let ``case`` speak of what is there, and leave out what would be refused at the gate."""
    for name in ("role", "facts", "documents", "personal"):
        if turn % 8 and isinstance(case.body, dict):
            case.body.pop(name, None)
    case.body = _there(case.body)
    for fields in (case.path_parameters, case.query):
        if isinstance(fields, dict):
            fields.update(_there(fields))
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"fuzz-{turn}"
        case.headers.pop("If-Match", None)


def _there(value: Any, name: str = "") -> Any:
    """Return ``value`` with what is there under the names that ask for it, and whole integers."""
    if isinstance(value, dict):
        return {field: _there(one, field) for field, one in value.items()}
    if isinstance(value, list):
        return [_there(one, name.removesuffix("s")) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return THERE.get(name, value) if isinstance(value, str) else value


def walked(rooms: Rooms) -> None:
    """Send the requests of the walk-through, so that there is something to ask for."""
    with httpx.Client(base_url=rooms.url, timeout=60) as client:
        for document in DOCUMENTS:
            walk = Walk(client)
            for step in steps(document.read_text(encoding="utf-8")):
                tuple(walk.differs(step, walk.ask(step)))


def main(examples: int) -> int:
    """Fuzz a fresh sandbox; print what is wrong and return how much that is."""
    RATES.update(PLENTY)
    with tempfile.TemporaryDirectory() as folder:
        home = make(Path(folder) / "sandbox")
        with serving_rooms(home) as rooms:
            walked(rooms)
            fuzz, wrong = Fuzz(rooms), 0
            for said in fuzz.run(examples, examples):
                wrong += 1
                print(said, end="\n\n", flush=True)
    print(dict(sorted(fuzz.statuses.items())))
    return wrong


if __name__ == "__main__":
    sys.exit(min(1, main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)))
