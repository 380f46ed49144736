"""Desks: which object waits for whom, since when, and until when that is no silence yet.

A subject declares in which places its objects wait for staff and within which policy period. What
is held waits for nobody. Source: decision 19; domain brief, section 6.
"""

from __future__ import annotations

import msgspec

from trading.engine.catalogue import Catalogue
from trading.engine.definitions import Timer
from trading.engine.registry import Registry
from trading.engine.stream import Stream
from trading.engine.timers import instant


class Waiting(msgspec.Struct, frozen=True):
    """An object at a desk: ``role`` has to act on it before ``due_us``."""

    stream: str
    org: str
    place: str
    role: str
    since_us: int
    due_us: int
    rule: str

    def overdue(self, at_us: int) -> bool:
        """Tell whether the desk has been silent for too long at ``at_us``."""
        return at_us >= self.due_us


def at_desk(registry: Registry, catalogue: Catalogue, stream: Stream) -> Waiting | None:
    """Return whom ``stream`` waits for, None where it waits for no staff or is held."""
    desk = registry.desks.get((stream.kind, stream.place))
    if desk is None or stream.held:
        return None
    timer = Timer(stream.place, "", desk.at, desk.within)
    end_us = instant(registry, catalogue, stream, timer)
    if end_us is None:
        return None
    return Waiting(
        stream.name, stream.org, stream.place, desk.role, stream.entered_us, end_us,
        desk.within or desk.at,
    )  # fmt: skip
