"""Due instants, derived from the state: a tick only finds what is due (decision 14)."""

from __future__ import annotations

from trading.base.calendar import Deadline, compute
from trading.engine.catalogue import Catalogue
from trading.engine.definitions import Timer
from trading.engine.registry import HOLD, Registry
from trading.engine.stream import Stream


def next_due(registry: Registry, catalogue: Catalogue, stream: Stream) -> tuple[int, str]:
    """Return the next due instant and its trigger, ``(0, "")`` when nothing is due ever.

    What a held stream was interrupted in stands still; only the hold itself may run out.
    """
    found = (0, "")
    for timer in running(catalogue, stream):
        due_us = instant(registry, catalogue, stream, timer)
        if due_us is not None and (not found[0] or due_us < found[0]):
            found = (due_us, timer.trigger)
    return found


def running(catalogue: Catalogue, stream: Stream) -> tuple[Timer, ...]:
    """Return the timers that count now: those of the place, or of the hold while it is held."""
    if stream.held:
        hold = catalogue.workflow(catalogue.latest("workflow", HOLD, stream.edition))
        return hold.timers_of.get(stream.hold, ())
    return catalogue.workflow(stream.workflow).timers_of.get(stream.place, ())


def instant(registry: Registry, catalogue: Catalogue, stream: Stream, timer: Timer) -> int | None:
    """Return when ``timer`` falls due, in microseconds, or None while that is unknown."""
    if timer.at:
        return registry.instants[timer.at](stream)
    return deadline(catalogue, stream, timer).end_us + stream.paused_us


def deadline(catalogue: Catalogue, stream: Stream, timer: Timer) -> Deadline:
    """Return the explained deadline of a timer that counts a policy period."""
    pack = catalogue.pack(stream.pack)
    count, unit = pack.period(timer.after)
    return compute(
        stream.entered_us, count, unit, catalogue.calendar(stream.edition),
        source=pack.get(timer.after).source, rule=timer.after,
    )  # fmt: skip
