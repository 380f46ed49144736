"""Facts of observing that others may use, and the passing of seats that they lead to."""

from __future__ import annotations

from collections.abc import Collection

from trading.bidding.rules import Roll
from trading.engine.context import Context
from trading.engine.registry import Then
from trading.listing.cases import Case
from trading.listing.rules import case_of_lot, lot_stream
from trading.observing.draws import heir
from trading.observing.rules import (
    RECUSED,
    Panel,
    Roster,
    SeatPassed,
    Statement,
    quorum_of,
    seat_passed,
)
from trading.observing.waivers import Waived
from trading.people.devices import Device, Devices

STAND_IN = "supervision_member"


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


def same_roster(context: Context) -> bool:
    """Tell whether actor and person of a command stand on the roster of its organisation."""
    roster = context.find(Roster, f"roster/{context.data.org}") or Roster()
    return {context.env.actor, context.data.person} <= {row.member for row in roster.rows}


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


def stated(context: Context) -> Statement:
    """Return what the command states, as it is signed and remembered."""
    data = context.data
    return Statement(
        context.env.actor, data.verdict, data.assurance, context.env.role == STAND_IN, data.lot,
        tuple(sorted(data.except_lots)),
    )  # fmt: skip


def signing_device(context: Context) -> Device | None:
    """Return the actor's device that the command names, None where there is none."""
    devices = context.find(Devices, f"person/{context.env.actor}")
    return devices.known.get(context.data.device) if devices else None


def waived_steps(context: Context) -> dict[str, str]:
    """Return the steps waived for this lot, each with the listed reason."""
    waived = context.find(Waived)
    return waived.steps if waived else {}
