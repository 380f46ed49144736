"""An auditor looks through the eyes of a role: no more than the role could know."""

from __future__ import annotations

import re
from types import CodeType, FunctionType
from typing import Any

import httpx

from tests.support.rooms import Rooms
from tests.web.auditor.conftest import LOT, played_lot
from trading.centre import registry
from trading.web.auditor.eyes import COUNTING

_ROLL = {"roll_of", "Roll", "course", "fail_cause", "bidders"}


def _names(code: CodeType) -> set[str]:
    inner = (one for one in code.co_consts if isinstance(one, CodeType))
    return {*code.co_names, *code.co_freevars}.union(*map(_names, inner))


def _reads_the_roll(check: Any, depth: int = 0) -> bool:
    if not isinstance(check, FunctionType) or depth > 3:
        return False
    names = _names(check.__code__)
    held = [cell.cell_contents for cell in check.__closure__ or ()]
    called = [*held, *(check.__globals__.get(name) for name in names)]
    ours = (one for one in called if getattr(one, "__module__", "").startswith("trading"))
    return bool(names & _ROLL) or any(_reads_the_roll(one, depth + 1) for one in ours)


def _step(rooms: Rooms, kind: str) -> int:
    return next(m.place for m in played_lot(rooms).moments if m.kind == kind)


def test_every_rule_that_looks_at_the_list_of_bidders_is_known() -> None:
    found = {guard.name for guard in registry().guards.values() if _reads_the_roll(guard.check)}
    assert found == COUNTING


def test_what_a_rule_says_of_their_number_is_for_auditors(
    demo_rooms: Rooms, auditor: httpx.Client
) -> None:
    step = _step(demo_rooms, "lot.get_ready/1")
    told = {
        role: set(re.findall(r"\b\w+_v1\b", auditor.get(_path(step, role)).text))
        for role in ("public", "centre_clerk", "auditor")
    }
    assert "enough_bidders_v1" in told["auditor"]
    assert "not_held_v1" in told["public"]
    assert not told["public"] & COUNTING
    assert not told["centre_clerk"] & COUNTING


def test_a_step_that_a_role_did_not_see_tells_it_nothing(
    demo_rooms: Rooms, auditor: httpx.Client
) -> None:
    step = _step(demo_rooms, "registration.submit/1")
    moment = played_lot(demo_rooms).moments[step - 1]
    hidden = "这一步，这个角色当时看不到。"
    own, public = auditor.get(_path(step, "auditor")).text, auditor.get(_path(step, "public")).text
    assert moment.stream in own
    assert moment.hash[:16] in own
    assert hidden not in own
    assert hidden in public
    for word in (moment.stream, moment.hash[:16], moment.actor):
        assert word not in public


def test_what_is_taken_away_is_linked(auditor: httpx.Client) -> None:
    page = auditor.get(f"/audit/lots/{LOT}").text
    assert f'href="/audit/evidence/{LOT}"' in page
    assert 'href="/audit/dossiers/case-r033"' in page


def _path(step: int, role: str) -> str:
    return f"/audit/lots/{LOT}?step={step}&seen={role}"
