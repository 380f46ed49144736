"""Every request of the walk-through is sent to a sandbox in its order, every answer compared."""

from __future__ import annotations

import httpx

from tests.support.rooms import Rooms
from tests.web.api.walking import DOCUMENTS, Walk, steps


def test_every_answer_of_the_walk_through_comes_as_it_is_shown(sandbox: Rooms) -> None:
    with httpx.Client(base_url=sandbox.url, timeout=60) as client:
        for document in DOCUMENTS:
            walk = Walk(client)
            for step in steps(document.read_text(encoding="utf-8")):
                found = list(walk.differs(step, walk.ask(step)))
                assert found == [], f"{document.name}, {step}"
    lot = sandbox.centre.state("lot/case-walk-1")
    assert lot is not None
    assert lot.place == "certified"
