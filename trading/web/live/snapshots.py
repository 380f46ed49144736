"""How a lot stands now, at a position of the log; and what was missed since another one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from trading.base.errors import NotFound
from trading.centre import Centre
from trading.engine.stream import CLEAR
from trading.listing.tables import lot as lots
from trading.record.entry import Row
from trading.store import log
from trading.store.schema import entry, stream_state
from trading.web.live.frames import Frame, Framer
from trading.web.live.hub import Watcher

MISSED_MAX = 2000
"""Entries that are told one by one; who missed more is shown how it stands now."""

_PUBLIC = (
    "place", "hold", "price_unit", "start_price_fen", "opens_us", "ends_us", "lead_number",
    "lead_fen", "bids",
)  # fmt: skip
# One statement reads one moment: the row and the position of the entry that left it so.
_LOT = (
    select(entry.c.idx, *(lots.c[name] for name in _PUBLIC))
    .select_from(lots)
    .join(stream_state, stream_state.c.stream == "lot/" + lots.c.lot)
    .join(entry, (entry.c.stream == stream_state.c.stream) & (entry.c.seq == stream_state.c.seq))
)


def lot_now(centre: Centre, lot: str) -> dict[str, Any]:
    """Return how ``lot`` stands and since which position; raise ``NotFound``."""
    with log.reading(centre.reading) as connection:
        row = connection.execute(_LOT.where(lots.c.lot == lot)).first()
    if row is None:
        raise NotFound("no such page")
    told = {name: getattr(row, name) for name in _PUBLIC}
    now_us = centre.clock.now_us()
    return {
        "position": row.idx, "lot": lot, **told, "held": row.hold != CLEAR, "now_us": now_us
    }  # fmt: skip


def end_of_log(centre: Centre) -> dict[str, Any]:
    """Return the position of the last entry: all that a list needs to be loaded anew."""
    size = log.head(centre.reading).size
    return {"position": size - 1, "now_us": centre.clock.now_us()}


def missed(centre: Centre, framer: Framer, watcher: Watcher, after: int) -> list[Frame] | None:
    """Return what ``watcher`` missed behind ``after``; None where that is too much to tell.

    A position that this log has not reached is of another log: then nothing can be told.
    """
    size = log.head(centre.reading).size
    if not -1 <= after < size:
        return None
    rows = _rows(centre, watcher, after, size)
    if len(rows) > MISSED_MAX:
        return None
    now_us = centre.clock.now_us()
    frames = (frame for row in rows for frame in framer.frames(row, now_us))
    return [frame for frame in frames if watcher.hears(frame)]


def _rows(centre: Centre, watcher: Watcher, after: int, size: int) -> list[Row]:
    """Return the entries behind ``after``, those of one lot alone where only it is watched."""
    (topic, *more) = watcher.topics or ("",)
    if more or not topic.startswith("lot/"):
        return log.entries(centre.reading, after + 1, min(size - after - 1, MISSED_MAX + 1))
    return log.stream_behind(centre.reading, topic, after, MISSED_MAX + 1)
