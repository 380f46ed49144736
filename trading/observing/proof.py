"""Draw a panel again from the record alone, and say where the record does not agree with itself.

Nothing is believed but the bodies of the entries of ``panel/<case>`` and of its roster. Whom a
registration barred is named, not proven: registrations are veiled. Whoever checks a draw verifies
the log first. Source: domain brief, sections 8 and 19; ADR 0009.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from trading.base.errors import IntegrityFault, NotFound
from trading.engine.stream import Event
from trading.observing import rules
from trading.observing.draws import commitment_of, drawn, ordered, resting
from trading.record.entry import DONE, read

E = TypeVar("E", bound=Event)
COMMITMENT, DIGEST, ROSTER, RESTED, ORDER, SEATS = (
    "commitment", "digest", "roster", "rested", "order", "seats",
)  # fmt: skip
_PANEL: dict[str, tuple[type[Event], Callable[[Any, Any], rules.Panel]]] = {
    "panel_committed/1": (rules.PanelCommitted, rules.panel_committed),
    "member_excluded/1": (rules.MemberExcluded, rules.member_excluded),
    "number_called/1": (rules.NumberCalled, rules.number_called),
}


class DrawCheck(msgspec.Struct, frozen=True):
    """A draw as it was recorded and as it comes out again; ``findings`` is empty if they agree.

    ``population`` is how many the sample was drawn from, ``size`` how many seats there are.
    """

    case: str
    org: str
    seed: str
    number: int
    population: int
    size: int
    excluded: dict[str, str]
    barred: tuple[str, ...]
    rested: tuple[str, ...]
    roster_digest: str
    roster_digest_found: str
    seats: tuple[rules.Seat, ...]
    seats_found: tuple[rules.Seat, ...]
    findings: tuple[str, ...]


class _Out(msgspec.Struct):
    outcome: str
    events: tuple[dict[str, Any], ...] = ()


_out = msgspec.json.Decoder(_Out)


def check_draw(bodies: Iterable[bytes], case: str) -> DrawCheck:
    """Return the draw of ``case`` computed again from entry ``bodies``, each stream's in order.

    Raises ``NotFound`` where the bodies hold no draw, ``IntegrityFault`` on one that is no entry.
    """
    streams: dict[str, list[dict[str, Any]]] = {}
    for body in bodies:
        raw = read(body)
        out = _out.decode(raw.out)
        if out.outcome == DONE:
            streams.setdefault(raw.stream, []).extend(out.events)
    panel, event = _committed(streams.get(f"panel/{case}", []), case)
    roster = _roster(streams.get(f"roster/{panel.org}", []), case)
    return _compared(case, panel, event, roster)


def _committed(events: Iterable[dict[str, Any]], case: str) -> tuple[rules.Panel, rules.PanelDrawn]:
    """Return the panel as it was before its draw, and the draw."""
    panel: rules.Panel | None = None
    for event in events:
        name = event.get("event", "")
        if name == "panel_drawn/1" and panel is not None:
            return panel, _read(event, rules.PanelDrawn)
        if name not in _PANEL or (panel is None and name != "panel_committed/1"):
            break
        struct, fold = _PANEL[name]
        panel = fold(panel, _read(event, struct))
    raise NotFound(f"no draw of {case}", field="case")


def _roster(events: Iterable[dict[str, Any]], case: str) -> rules.Roster:
    """Return the roster as it was when the panel of ``case`` was drawn from it."""
    roster = rules.Roster()
    for event in events:
        if event.get("event") == "roster_frozen/1":
            roster = rules.roster_frozen(roster, _read(event, rules.RosterFrozen))
        else:
            served = _read(event, rules.RosterServed)
            if served.case == case:
                return roster
            roster = rules.roster_served(roster, served)
    raise NotFound(f"no roster that {case} was drawn from", field="roster")


def _read(event: dict[str, Any], struct: type[E]) -> E:
    try:
        return msgspec.convert(event, struct)
    except msgspec.ValidationError as error:
        raise IntegrityFault(f"not an event of a draw: {error}") from error


def _compared(
    case: str, panel: rules.Panel, event: rules.PanelDrawn, roster: rules.Roster
) -> DrawCheck:
    out = {*panel.excluded, *event.barred}
    eligible = [row.member for row in roster.rows if row.member not in out]
    size = len(event.seats)
    rested = resting(eligible, roster.served, event.rests_after, size)
    order = ordered([m for m in eligible if m not in rested], event.seed, panel.number)
    places = drawn(order, size) if 0 < size <= len(order) else ()
    seats = tuple(rules.Seat(member, position) for member, position in places)
    digest = rules.roster_digest(roster.rows)
    agree = {
        COMMITMENT: commitment_of(event.seed) == panel.commitment,
        DIGEST: digest == roster.digest,
        ROSTER: digest == panel.roster_digest,
        RESTED: rested == event.rested,
        ORDER: order == event.order,
        SEATS: seats == event.seats,
    }
    return DrawCheck(
        case, panel.org, event.seed, panel.number, len(order), size, panel.excluded, event.barred,
        rested, panel.roster_digest, digest, event.seats, seats,
        tuple(name for name, same in agree.items() if not same),
    )  # fmt: skip
