"""Passing scenes for every edge that a command can take, the path's own and those beside it."""

from __future__ import annotations

from typing import Any

from tests.support.acts import CASE, LOT, UNTIL_US, Act, officer, staff
from tests.support.trade import Places, Scene
from tests.trade import scenes_awarding, scenes_bidding, scenes_people, scenes_register
from tests.trade.vectors.build import Break, Vector, both, facet, stream, vector
from trading.base import assets
from trading.base.calendar import YearTable, load_table
from trading.base.units import DAY_US, HOUR_US
from trading.bidding.commands import FailLot
from trading.engine.builtin import (
    CENTRE,
    CLOCK,
    WRITER,
    Due,
    EnterDefinition,
    Found,
    Incident,
    Outage,
    SimulateClock,
    Suppressed,
)
from trading.engine.stream import Command, Stream
from trading.listing.commands import RescheduleLot, ReturnCase, WithdrawCase

_LOT = f"lot/{LOT}"
_FOUNDING = stream("definitions", place="founding")
_CENTRE_FOUNDING = stream(CENTRE, place="founding")


def scenes(places: Places) -> list[Vector]:
    """Return passing vectors; together they take every edge that a command can take."""
    return [
        *(vector(scene) for scene in places.scenes.values()),
        *_builtin(places),
        *scenes_people.scenes(places),
        *_listing(places),
        *_lot(places),
        *_ends(places),
        *scenes_awarding.scenes(places),
        *scenes_bidding.scenes(places),
        *scenes_register.scenes(places),
    ]


def _at(places: Places, place: str, act: Act, *breaks: Break, at_us: int = 0) -> Vector:
    scene = Scene(act, places.states[place], at_us or places.now_us(place))
    return both(*breaks)(vector(scene))


def _own(kind: str, command: Command, role: str = WRITER) -> Act:
    return Act(kind, command, role, role)


def _builtin(places: Places) -> list[Vector]:
    def at(act: Act, *breaks: Break) -> Vector:
        return _at(places, "founded", act, *breaks)

    table = load_table(assets.read_text("policies/calendars/cn-2026.toml"))
    newer = YearTable.from_body({**table.body, "id": "cn-2026@2"})
    enter = EnterDefinition("calendar", newer.id, newer.digest, newer.body)
    upkeep = (
        _own("centre.outage/1", Outage(0, 1, ())),
        _own("centre.incident/1", Incident("clock_drift", 1, ())),
    )
    suppressed = _own("refused.suppressed/1", Suppressed("bidder-101", 3))
    security = Stream("security", 1, workflow="builtin@1", place="open")
    simulated = at(_own("clock.simulated/1", SimulateClock("tests")))
    found = at(_own("centre.found/1", Found("x")), _FOUNDING, _CENTRE_FOUNDING)
    return [
        at(_own("definition.enter/1", enter), _FOUNDING),
        at(staff("definition.enter/1", enter, "office")),
        Vector(simulated.env, {}, simulated.at_us),
        found,
        *(at(act) for act in upkeep),
        *(at(act, _CENTRE_FOUNDING) for act in upkeep),
        at(suppressed),
        Vector(at(suppressed).env, {"security": security}, simulated.at_us),
    ]


def _listing(places: Places) -> list[Vector]:
    returned = staff("case.return/1", ReturnCase(CASE, "补充材料"), "street_reviewer")
    again: Any = places.scenes["case.draft/1"].act
    return [
        _at(places, "drafted", again),
        _at(places, "decided", returned),
        # Whoever approved cannot take it back: another desk of the street does.
        _at(places, "approved", returned, facet(f"case/{CASE}", "case", approved_by="another")),
    ]


def _lot(places: Places) -> list[Vector]:
    def timer(kind: str, place: str, due_us: int, *breaks: Break) -> Vector:
        return _at(places, place, _own(kind, Due(_LOT, due_us), CLOCK), *breaks, at_us=due_us)

    late_us = UNTIL_US + 5 * DAY_US
    reschedule = RescheduleLot(LOT, late_us + HOUR_US, late_us + 2 * HOUR_US)
    reject = staff(
        "registration.reject/1",
        Reject(LOT, 202, ("papers_missing",), "材料不全"),
        "centre_reviewer",
    )
    fail = staff("lot.fail/1", FailLot(LOT), "centre_operator")
    lead = facet(_LOT, "sale", lead_number=101, lead_fen=100_000)
    return [
        _at(places, "qualified", fail, facet(f"roll/{LOT}", "roll", qualified=())),
        _at(places, "qualified", staff("lot.reschedule/1", reschedule, "office"),
            stream(_LOT, place="stalled"), at_us=late_us),
        timer("lot.close_registration/1", "registered", UNTIL_US),
        timer("lot.miss_start/1", "qualified", places.now_us("bidding")),
        timer("lot.open/1", "ready", places.now_us("bidding")),
        timer("lot.end/1", "bidding", places.now_us("provisional"), lead),
        timer("lot.end/1", "bidding", places.now_us("provisional")),
        timer("lot.publicity_over/1", "publicity", places.now_us("cleared")),
    ]  # fmt: skip


def _ends(places: Places) -> list[Vector]:
    withdraw = officer("case.withdraw/1", WithdrawCase(CASE, "村民反对"))
    return [
        *(_at(places, p, withdraw) for p in ("drafted", "decided", "approved", "accepted")),
    ]
