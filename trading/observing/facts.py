"""Facts of observing that others may use, and the passing of seats that they lead to."""

from __future__ import annotations

from collections.abc import Collection

from trading.bidding.rules import Roll
from trading.engine.context import Context
from trading.engine.registry import Then
from trading.listing.cases import Case
from trading.listing.rules import case_of_lot, lot_stream
from trading.observing.draws import heir
from trading.observing.rules import RECUSED, Panel, SeatPassed, quorum_of, seat_passed
from trading.observing.waivers import Waived


def quorum(context: Context, seats: int) -> int:
    """Return how many of ``seats`` make a quorum under the pack of this stream."""
    ratio, least = context.policy("observers_quorum"), context.policy("observers_quorum_min")
    return quorum_of(seats, ratio, least)


def passed(
    context: Context, panel: Panel, members: Collection[str], cause: str,
    barred: Collection[str] = (),
) -> tuple[SeatPassed, ...]:  # fmt: skip
    """Return how the seats of ``members`` pass on, one after the other.

    Nobody takes a seat who sits on the panel, has left it or is ``barred``.
    """
    events: list[SeatPassed] = []
    for seat in panel.seats:
        if seat.member not in members:
            continue
        out = {*panel.members, *panel.gone, *members, *barred}
        size = context.policy("observers_count")
        to, position = heir(panel.order, seat.position, size, out)
        left = len(panel.seats) - (0 if to else 1)
        event = SeatPassed(seat.member, cause, to, position, quorum(context, left))
        panel = seat_passed(panel, event)
        events.append(event)
    return tuple(events)


def conflicts_known(context: Context) -> frozenset[str]:
    """Return whom registrations bar from this panel, as far as that may be known by now.

    A lot whose registration is still open says nothing. Declared streams: the case, its lots and
    their rolls.
    """
    case = context.stream.name.partition("/")[2]
    found: set[str] = set()
    for plan in context.of(Case, f"case/{case}").lots:
        lot = lot_stream(case, plan.number)
        roll = context.find(Roll, f"roll/{lot.partition('/')[2]}")
        if roll is not None and context.place(lot) != "listed":
            found.update(roll.conflicts)
    return frozenset(found)


def recusals(context: Context) -> tuple[Then, ...]:
    """Return the part that recuses whom a registration of this lot bars from watching it.

    To be applied when registration closes: sooner it would tell that somebody registered.
    Declared streams: the lot's roll and its panel.
    """
    lot = context.stream.name.partition("/")[2]
    name = f"panel/{case_of_lot(lot)}"
    roll, panel = context.find(Roll, f"roll/{lot}"), context.find(Panel, name)
    if roll is None or panel is None:
        return ()
    members = set(panel.members) & set(roll.conflicts)
    if not members:
        return ()
    return (Then(name, "recuse", passed(context, panel, members, RECUSED, roll.conflicts)),)


def waived_steps(context: Context) -> dict[str, str]:
    """Return the steps waived for this lot, each with the listed reason."""
    waived = context.find(Waived)
    return waived.steps if waived else {}
