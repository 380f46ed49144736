"""Instants that the listing's timers fall due at."""

from __future__ import annotations

from trading.engine.stream import Stream
from trading.listing.rules import Schedule


def registration_end(stream: Stream) -> int | None:
    """Return when registration ends, in microseconds."""
    schedule: Schedule | None = stream.facets.get("schedule")
    return schedule.registration_until_us if schedule else None


def opening(stream: Stream) -> int | None:
    """Return when bidding opens, in microseconds."""
    schedule: Schedule | None = stream.facets.get("schedule")
    return schedule.opens_us if schedule else None
