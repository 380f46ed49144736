"""Scenarios: one story, lived on SQLite and on PostgreSQL, must leave the same bytes on both.

A test whose name begins with ``test_scenario_`` gets its centres walked live, with chance drawn
from a seed, once for each database. When it is over every record is decided again, compared with
what is stored, and laid beside the record that the same story left on the other database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.path import PLACES
from tests.support.trade import At, Trade, found_trade
from trading.centre import PROJECTIONS, registry
from trading.record.entry import Row
from trading.record.replay import compare_rows, compare_states, replay
from trading.store import log

PREFIX = "test_scenario_"
DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


class SeededEntropy:
    """Bytes that are the same in every run."""

    def __init__(self) -> None:
        """Begin with the first block."""
        self._drawn = 0

    def __call__(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        self._drawn += 1
        return self._drawn.to_bytes(8, "big").rjust(size, b"\x5a")[-size:]


class Records:
    """What each story left on the database that it was lived on first."""

    def __init__(self) -> None:
        """Know no story yet."""
        self._first: dict[tuple[str, int], list[bytes]] = {}

    def compare(self, story: str, number: int, rows: list[Row]) -> None:
        """Assert that ``rows`` are those of the same story on the other database, if it was."""
        leaves = [row.hash for row in rows]
        assert self._first.setdefault((story, number), leaves) == leaves


@contextmanager
def scenario(records: Records, story: str, path: Path, urls: Iterator[str]) -> Iterator[At]:
    """Give ``at`` for one story; ``urls`` names an empty database each time, "" for SQLite."""
    opened: list[Trade] = []

    def at(place: str) -> Trade:
        folder = path / f"centre-{len(opened)}"
        trade = found_trade(folder, next(urls), entropy=SeededEntropy())
        opened.append(trade)
        if place != "founded":
            for name in PLACES[: PLACES.index(place) + 1]:
                trade.walk(name)
        return trade

    try:
        yield at
        for number, trade in enumerate(opened):
            records.compare(story, number, proven(trade))
    finally:
        for trade in opened:
            trade.close()


def proven(trade: Trade) -> list[Row]:
    """Return the record of ``trade``, decided again and compared with what is stored."""
    rows = list(log.iterate(trade.centre.reading))
    report = replay(rows, registry())
    assert report.difference is None, report.difference
    stored = log.stored_states(trade.centre.reading)
    assert compare_states(report.states, stored, trade.centre.row_of) == ()
    for projection in PROJECTIONS:
        key = [column.name for column in projection.table.primary_key]
        expected = projection.rows(report.states)
        found = log.projection_rows(trade.centre.reading, projection)
        assert compare_rows(projection.table.name, key, expected, found) == ()
    return rows
