"""The live service of one process: tailer, hub, signs of life, and whose stream must end.

A stream opened under a session ends within a second of it, and of the grants that it rests on.
Source: decision 22; security brief, INV-26.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from anyio.to_thread import run_sync

from trading.base.errors import NotAuthenticated, RateLimited, TradingError, Unavailable
from trading.jobs import describe
from trading.store.bell import Bell
from trading.web.door import Sent
from trading.web.live import snapshots
from trading.web.live.frames import Framer, heartbeat
from trading.web.live.hub import Hub, Watcher
from trading.web.live.tailer import Tailer
from trading.web.shell import Shell
from trading.web.viewer import PUBLIC, Viewer

BEAT_SECONDS = 15.0
LOOK_SECONDS = 0.4
STREAMS_MAX = 800
PER_ADDRESS = 400
PER_SESSION = 12
RETRY_SECONDS = 10

_log = logging.getLogger(__name__)


class Live:
    """Everything that streams need; ``close`` ends them all."""

    def __init__(self, shell: Shell) -> None:
        """Serve the streams of ``shell``; threads begin with the first watcher."""
        self.centre = shell.centre
        self.hub = Hub()
        self.framer = Framer(shell.centre.kernel.registry)
        self.closed = False
        self._shell = shell
        self._bell = Bell(shell.centre.reading)
        self._tailer = Tailer(shell.centre, self.hub, self.framer)
        self._allowed: dict[Watcher, Callable[[Viewer], bool]] = {}
        self._counts: Counter[str] = Counter()
        self._beginning = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        shell.centre.writer.on_commit += [self._tailer.wake, self._bell.ring]

    @asynccontextmanager
    async def watching(
        self, watcher: Watcher, address: str, allowed: Callable[[Viewer], bool] = bool
    ) -> AsyncIterator[None]:
        """Let ``watcher`` hear for as long as the block lasts.

        ``allowed`` tells of the viewer of its session, asked again and again, whether it may go
        on. Raises ``RateLimited`` for too many streams of one address or session, ``Unavailable``
        when the service is ending.
        """
        whose = watcher.token or watcher.bearer
        keys = [f"address {address}", *([f"session {whose}"] if whose else [])]
        self._check(keys)
        await self._begin()
        self._counts.update(keys)
        self._allowed[watcher] = allowed
        self._tailer.add(watcher)
        try:
            yield
        finally:
            self.hub.remove(watcher)
            del self._allowed[watcher]
            self._counts.subtract(keys)
            self._counts += Counter()

    async def missed(self, watcher: Watcher, after: int) -> bytes | None:
        """Return what ``watcher`` missed behind ``after``, None where it is too much to tell."""
        found = await run_sync(snapshots.missed, self.centre, self.framer, watcher, after)
        if found is None:
            return None
        watcher.position = max([after, watcher.position, *(frame.position for frame in found)])
        return b"".join(frame.payload for frame in found)

    def close(self) -> None:
        """End every stream and begin no more."""
        self.closed = True
        self._tailer.stop()
        self._bell.stop()
        for watcher in self.hub.watchers:
            watcher.close()
        for task in self._tasks:
            task.cancel()

    def _check(self, keys: list[str]) -> None:
        if self.closed:
            raise Unavailable("the service is ending", retry_after_seconds=1)
        counts = [self._counts[key] for key in keys]
        full = counts[0] >= PER_ADDRESS or any(count >= PER_SESSION for count in counts[1:])
        if full or len(self.hub.watchers) >= STREAMS_MAX:
            raise RateLimited("too many open streams", retry_after_seconds=RETRY_SECONDS)

    async def _begin(self) -> None:
        async with self._beginning:
            if not self._tasks:
                await self._tailer.start()
                self._bell.listen(self._tailer.wake)
                self._tasks = [asyncio.create_task(work()) for work in (self._beat, self._look)]

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            payload = heartbeat(self.centre.clock.now_us())
            for watcher in self.hub.watchers:
                watcher.beat(payload)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._look_at_programs()
            asked = {watcher for watcher in self.hub.watchers if watcher.token}
            if not asked:
                continue
            try:
                viewers = await run_sync(self._viewers, {watcher.token for watcher in asked})
            except TradingError as error:
                _log.error("sessions cannot be looked up: %s", describe(error))
                continue
            for watcher in asked & self.hub.watchers:
                viewer = viewers.get(watcher.token)
                if viewer is None:
                    self._shell.door.forget(watcher.token)
                if viewer is None or not self._allowed[watcher](viewer):
                    watcher.close()

    async def _look_at_programs(self) -> None:
        """End the streams of tokens that were revoked, ran out, or are of a disabled account."""
        asked = {watcher for watcher in self.hub.watchers if watcher.bearer}
        for bearer in {watcher.bearer for watcher in asked}:
            try:
                viewer = await self._shell.door.viewer_of(Sent(bearer=bearer))
            except NotAuthenticated:
                viewer = PUBLIC
            except TradingError as error:
                _log.error("a token cannot be looked up: %s", describe(error))
                continue
            for watcher in asked & self.hub.watchers:
                goes_on = viewer.signed_in and self._allowed[watcher](viewer)
                if watcher.bearer == bearer and not goes_on:
                    watcher.close()

    def _viewers(self, tokens: set[str]) -> dict[str, Viewer]:
        return self._shell.door.known(self._shell.sessions.living(tokens))
