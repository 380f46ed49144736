"""Passing scenes for every edge that a command can take, the path's own and those beside it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from tests.support.acts import LOT, UNTIL_US, Act, staff
from tests.support.trade import Places, Scene
from tests.trade.vectors.build import Break, Vector, both, facet, replace, stream, vector
from trading.base import assets
from trading.base.calendar import YearTable, load_table
from trading.base.units import DAY_US, HOUR_US
from trading.bidding.commands import FailLot
from trading.engine.builtin import (
    CENTRE,
    CLOCK,
    DECOY,
    WRITER,
    Decoy,
    Due,
    EnterDefinition,
    Found,
    Incident,
    Outage,
    SimulateClock,
    Suppressed,
)
from trading.engine.stream import Command, Stream
from trading.listing.commands import RescheduleLot

_LOT = f"lot/{LOT}"
_FOUNDING = stream("definitions", place="founding")
_CENTRE_FOUNDING = stream(CENTRE, place="founding")


def scenes(places: Places) -> list[Vector]:
    """Return passing vectors; together they take every edge that a command can take."""
    return [
        *(vector(scene) for scene in places.scenes.values()),
        *_builtin(places),
        *_lot(places),
        *_ends(places),
        *_of_subjects(places),
    ]


def _of_subjects(places: Places) -> Iterator[Vector]:
    """Yield what every file ``scenes_<subject>.py`` beside this one gives."""
    for path in sorted(Path(__file__).parent.glob("scenes_*.py")):
        yield from import_module(f"tests.trade.{path.stem}").scenes(places)


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
    decoy = at(_own("decoy.leaf/1", Decoy()))
    simulated = at(_own("clock.simulated/1", SimulateClock("tests")))
    found = at(_own("centre.found/1", Found("x")), _FOUNDING, _CENTRE_FOUNDING)
    return [
        at(_own("definition.enter/1", enter), _FOUNDING),
        at(staff("definition.enter/1", enter, "office")),
        Vector(simulated.env, {}, simulated.at_us),
        found,
        *(at(act) for act in upkeep),
        *(at(act, _CENTRE_FOUNDING) for act in upkeep),
        decoy,
        Vector(decoy.env, {DECOY: replace(security, name=DECOY)}, simulated.at_us),
        at(suppressed),
        Vector(at(suppressed).env, {"security": security}, simulated.at_us),
    ]


def _lot(places: Places) -> list[Vector]:
    def timer(kind: str, place: str, due_us: int, *breaks: Break) -> Vector:
        return _at(places, place, _own(kind, Due(_LOT, due_us), CLOCK), *breaks, at_us=due_us)

    late_us = UNTIL_US + 5 * DAY_US
    reschedule = RescheduleLot(LOT, late_us + HOUR_US, late_us + 2 * HOUR_US)
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
    return []
