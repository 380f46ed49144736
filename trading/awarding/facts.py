"""Facts and instants of awarding: until when, and what a ruling undoes."""

from __future__ import annotations

from trading.awarding.rules import Award, Ended, ResultFallen
from trading.base.calendar import compute
from trading.bidding.rules import SaleFallen
from trading.engine.context import Context
from trading.engine.stream import Event, Stream


def complaint_end_us(context: Context) -> int:
    """Return before when the result of this lot can be complained of, 0 where none was posted."""
    award = context.find(Award)
    if award is None or not award.published_us:
        return 0
    key = "complaint_file_days"
    return compute(
        award.published_us, context.policy(key), context.unit(key), context.calendar,
        source="", rule=key,
    ).end_us  # fmt: skip


def signing_end(stream: Stream) -> int | None:
    """Return before when the contract is to be signed, None once that was missed.

    The time the lot was held since its award does not count.
    """
    award: Award | None = stream.facets.get("award")
    if award is None or not award.sign_by_us or award.sign_late:
        return None
    return award.sign_by_us + stream.paused_us


def result_fallen(_context: Context) -> tuple[Event, ...]:
    """Return the events that undo a result so that the lot can be run again."""
    return (ResultFallen(), SaleFallen())


def lot_voided(context: Context) -> tuple[Event, ...]:
    """Return the events of a lot whose result is annulled by a ruling."""
    return (Ended("upheld", context.data.reason_zh),)
