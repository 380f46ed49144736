"""Planted bugs: what each proof must catch, or it proves nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import trading.centre
import trading.store.engine
from trading.record.merkle import CompactRange
from trading.store.batch import Batch, Item, Receipt
from trading.store.upkeep import Upkeep
from trading.store.writer import Writer

EARLY, UNSYNCED, CARELESS = "early", "unsynced", "careless"
COMMIT_SECONDS = 0.05


class EarlyWriter(Writer):
    """Acknowledges when everything is written and before it is committed."""

    _items: tuple[Item, ...] = ()

    def process(self, items: list[Item], tick: Any = None) -> None:
        self._items = tuple(items)
        super().process(items, tick)

    def _write(self, connection: Any, batch: Batch) -> CompactRange:
        tree = super()._write(connection, batch)
        for item in self._items:
            if isinstance(item.answer, Receipt):
                item.future.set_result(item.answer)
                item.future = Future()
        time.sleep(COMMIT_SECONDS)  # a disk that takes its time
        return tree


def _acknowledge_early() -> None:
    vars(trading.centre)["Writer"] = EarlyWriter


def _never_sync() -> None:
    trading.store.engine.SYNCHRONOUS = "OFF"
    vars(trading.centre)["check_durable"] = lambda _engine: None


def _forget_absence() -> None:
    Upkeep.absence = lambda *_given: []  # type: ignore[method-assign]


BUGS: dict[str, Callable[[], None]] = {
    EARLY: _acknowledge_early,
    UNSYNCED: _never_sync,
    CARELESS: _forget_absence,
}


def plant(bug: str) -> None:
    """Plant ``bug`` in this process; an empty name plants nothing."""
    if bug:
        BUGS[bug]()
