"""Commands that stop a lot and let it go on, and the exact time that they give back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from trading.base.text import Id, ShortText
from trading.bidding.rules import Sale, SaleShifted
from trading.engine.builtin import Due, Hold, Lifted, Suspended
from trading.engine.context import Context
from trading.engine.registry import HOLD, CommandSpec, Effect
from trading.engine.stream import Command, Event, Stream
from trading.listing.rules import LotScheduled, Schedule, shifted

Cause = Literal[
    "system_fault", "force_majeure", "title_dispute", "under_check", "authority_order"
]  # fmt: skip


class SuspendLot(Command, frozen=True):
    """Hold a lot; one person may, because it is the safe direction.

    It goes on of itself at ``until_us``; while that is 0 only two people may resume it.
    """

    lot: Id
    cause: Cause
    reason_zh: ShortText
    until_us: Annotated[int, Meta(ge=0, le=2**53 - 1)] = 0


class ResumeLot(Command, frozen=True):
    """Let a held lot go on, with the exact time that it had left."""

    lot: Id
    reason_zh: ShortText


def lifted(lot: Stream, until_us: int) -> tuple[Event, ...]:
    """Return the events that end the hold of ``lot`` at ``until_us``.

    All that was still to come when the hold began is later by the exact time that it lasted.
    """
    hold: Hold = lot.facets["hold"]
    by_us = until_us - hold.since_us
    planned: Schedule = lot.facets["schedule"]
    schedule = shifted(planned, hold.since_us, by_us)
    events: list[Event] = [
        Lifted(by_us),
        LotScheduled(schedule.registration_until_us, schedule.opens_us, schedule.closes_us),
    ]
    sale: Sale | None = lot.facets.get("sale")
    if sale is not None and sale.ends_us > hold.since_us:
        free_by_us = by_us if sale.free_until_us > hold.since_us else 0
        events.append(SaleShifted(by_us, free_by_us))
    return tuple(events)


def _lot(data: Any) -> str:
    return f"lot/{data.lot}"


def _suspend(context: Context) -> Effect:
    data: SuspendLot = context.data
    return Effect((Suspended(data.cause, context.at_us, data.until_us, data.reason_zh),))


def _resume(context: Context) -> Effect:
    return Effect(lifted(context.stream, context.at_us))


def _expire(context: Context) -> Effect:
    due_us = context.data.due_us
    return Effect(lifted(context.stream, due_us), since_us=due_us)


COMMANDS = (
    CommandSpec("lot.suspend/1", SuspendLot, _lot, "suspend", _suspend, region=HOLD),
    CommandSpec("lot.resume/1", ResumeLot, _lot, "resume", _resume, region=HOLD),
    CommandSpec("lot.hold_over/1", Due, lambda data: str(data.stream), "expire", _expire,
                region=HOLD, clock=True),
)  # fmt: skip
