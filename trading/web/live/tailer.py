"""The tailer: one thread per process reads what was committed, in order, and frames it.

It looks every half second, and at once when it is woken: a wake-up is a hint, the look is the
truth. While nobody watches it only keeps up with the end of the log. Source: decision 22.
"""

from __future__ import annotations

import asyncio
import logging
import threading

from anyio.to_thread import run_sync

from trading.base.errors import TradingError
from trading.centre import Centre
from trading.jobs import describe
from trading.store import log
from trading.web.live.frames import Framer
from trading.web.live.hub import Hub, Watcher

POLL_SECONDS = 0.5
PAGE = 512

_log = logging.getLogger(__name__)


class Tailer:
    """Publishes to ``hub`` everything that is committed from now on."""

    def __init__(self, centre: Centre, hub: Hub, framer: Framer) -> None:
        """Tail the log of ``centre``; nothing runs before ``start``."""
        self._centre = centre
        self._hub = hub
        self._framer = framer
        self._next = 0
        self._gate = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        """Begin at the end of the log, and publish on the event loop that runs here."""
        self._loop = asyncio.get_running_loop()
        self._next = (await run_sync(log.head, self._centre.reading)).size
        threading.Thread(target=self._run, name="tailer", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stopping = True
        self._wake.set()

    def wake(self, size: int = 0) -> None:
        """Look now, if anybody watches."""
        del size
        if self._hub.watchers:
            self._wake.set()

    def add(self, watcher: Watcher) -> None:
        """Let ``watcher`` hear all that is committed after this.

        What a read that begins now does not find, is published to it: the end of the log is not
        passed over while somebody watches.
        """
        with self._gate:
            self._hub.add(watcher)

    def _run(self) -> None:
        failing = False
        while not self._stopping:
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()
            try:
                self._look()
            except TradingError as error:
                if not failing:
                    _log.error("the tail of the log cannot be read: %s", describe(error))
                failing = True
            else:
                failing = False

    def _look(self) -> None:
        if not self._hub.watchers:
            size = log.head(self._centre.reading).size
            with self._gate:
                if not self._hub.watchers:
                    self._next = size
            return
        while not self._stopping:
            rows = log.entries(self._centre.reading, self._next, PAGE)
            if not rows:
                return
            now_us = self._centre.clock.now_us()
            frames = [
                frame
                for row in rows
                if self._hub.watched(self._framer.topics(row))
                for frame in self._framer.frames(row, now_us)
            ]
            self._next = rows[-1].idx + 1
            if frames and self._loop is not None:
                self._loop.call_soon_threadsafe(self._hub.publish, frames)
