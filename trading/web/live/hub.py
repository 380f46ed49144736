"""The hub: who watches what in this process, and what waits to be sent to each.

Everything here runs on the event loop, but for ``watched`` and ``Gate``, which the tailer asks.
Source: decision 22.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from trading.web.live.frames import Frame

WAITING_MAX = 256
"""Frames that may wait for one watcher; who falls further behind is shown how it stands now."""


def _everything(_org: str) -> bool:
    return True


class Watcher:
    """One open stream: what it hears, and what waits for it."""

    def __init__(
        self,
        topics: Iterable[str],
        hears: Callable[[str], bool] = _everything,
        token: str = "",
        bearer: str = "",
    ) -> None:
        """Hear ``topics`` of organisations for which ``hears`` holds.

        The stream is that of session ``token``, or of the program that came with ``bearer``.
        """
        self.topics = frozenset(topics)
        self.token = token
        self.bearer = bearer
        self.position = -1
        self.behind = False
        self.closed = False
        self._hears = hears
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._wake: asyncio.Future[None] | None = None

    def offer(self, frame: Frame) -> None:
        """Let ``frame`` wait to be sent, unless it is not for this one."""
        if not self.behind and self._hears(frame.org):
            self._put(frame.position, frame.payload)

    def beat(self, payload: bytes) -> None:
        """Let a sign of life wait, unless there is more to say anyway."""
        if not self._waiting and not self.behind:
            self._put(-1, payload)

    def close(self) -> None:
        """End the stream after what was sent already."""
        self.closed = True
        self._stir()

    def hears(self, frame: Frame) -> bool:
        """Tell whether ``frame`` is for this one."""
        return frame.topic in self.topics and self._hears(frame.org)

    async def news(self) -> bytes:
        """Wait for something to send and take it all, every position once and in order.

        Nothing comes where this one fell behind or was closed.
        """
        if not (self._waiting or self.behind or self.closed):
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        taken = []
        while self._waiting:
            position, payload = self._waiting.popleft()
            if position < 0:
                taken.append(payload)
            elif position > self.position:
                self.position = position
                taken.append(payload)
        return b"".join(taken)

    def _put(self, position: int, payload: bytes) -> None:
        if len(self._waiting) >= WAITING_MAX:
            self._waiting.clear()
            self.behind = True
        else:
            self._waiting.append((position, payload))
        self._stir()

    def _stir(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)


class Hub:
    """All watchers of one process, by topic."""

    def __init__(self) -> None:
        self.watchers: set[Watcher] = set()
        self._topics: dict[str, set[Watcher]] = {}

    def add(self, watcher: Watcher) -> None:
        """Let ``watcher`` hear from now on."""
        self.watchers.add(watcher)
        for topic in watcher.topics:
            self._topics.setdefault(topic, set()).add(watcher)

    def remove(self, watcher: Watcher) -> None:
        """Forget ``watcher``."""
        self.watchers.discard(watcher)
        for topic in watcher.topics:
            listening = self._topics.get(topic)
            if listening is not None:
                listening.discard(watcher)
                if not listening:
                    del self._topics[topic]

    def watched(self, topics: Iterable[str]) -> bool:
        """Tell whether anybody watches one of ``topics``; also asked by the tailer's thread."""
        return any(topic in self._topics for topic in topics)

    def publish(self, frames: Iterable[Frame]) -> None:
        """Give every frame to those who hear it."""
        for frame in frames:
            for watcher in self._topics.get(frame.topic, ()):
                watcher.offer(frame)
