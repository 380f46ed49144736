"""Streams over HTTP: server-sent events that go on where they were broken off.

``Last-Event-ID``, or ``after`` at first, is a position of the log: everything behind it comes, in
order and once. Without one, or where too much was missed, a snapshot comes first. Source:
decision 22; ecosystem brief, section 4.1.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from anyio.to_thread import run_sync
from litestar import Request
from litestar.types import Receive, Scope, Send

from trading.base.errors import InvalidInput
from trading.web.live.frames import event, heartbeat
from trading.web.live.hub import Watcher
from trading.web.live.service import Live
from trading.web.shell import Asked
from trading.web.viewer import Viewer

MEDIA_TYPE = "text/event-stream; charset=utf-8"
HEADERS = [
    (b"content-type", MEDIA_TYPE.encode()),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
STUCK_SECONDS = 30
RETRY_MS = 2000
DIGITS_MAX = 15
Snapshot = Callable[[], dict[str, Any]]


class Stream:
    """One open stream, from the first byte to the last."""

    def __init__(
        self,
        live: Live,
        watcher: Watcher,
        snapshot: Snapshot,
        allowed: Callable[[Viewer], bool] = bool,
    ) -> None:
        """Send ``watcher`` what it hears; ``snapshot`` tells how it stands now.

        The stream goes on while ``allowed`` holds for the viewer of its session.
        """
        self._live = live
        self._allowed = allowed
        self._watcher = watcher
        self._snapshot = snapshot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve until the browser goes, the session ends or the service stops."""
        request: Asked = Request(scope, receive)
        after = position_asked(request)
        address = request.client.host if request.client else ""
        async with self._live.watching(self._watcher, address, self._allowed):
            first = await self._first(after)
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            gone = asyncio.create_task(self._until_gone(receive))
            try:
                await self._run(send, first)
            except TimeoutError:
                return  # who takes nothing for so long is gone; the connection is dropped
            finally:
                gone.cancel()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _first(self, after: int | None) -> bytes:
        begin = b"retry: %d\n\n" % RETRY_MS
        told = None if after is None else await self._live.missed(self._watcher, after)
        if told is None:
            return begin + await self._whole()
        # What counts down on a page goes by this clock from the first moment on.
        return begin + heartbeat(self._live.centre.clock.now_us()) + told

    async def _run(self, send: Send, payload: bytes) -> None:
        watcher = self._watcher
        while True:
            if payload:
                async with asyncio.timeout(STUCK_SECONDS):
                    await send({"type": "http.response.body", "body": payload, "more_body": True})
            if watcher.closed:
                return
            payload = await watcher.news()
            if watcher.behind:
                watcher.behind = False
                payload += await self._whole()

    async def _whole(self) -> bytes:
        """Return a snapshot; what waits already is part of it where it is older."""
        told = await run_sync(self._snapshot)
        self._watcher.position = told["position"]
        return event("snapshot", told, told["position"])

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._watcher.close()


def position_asked(request: Asked) -> int | None:
    """Return the position behind which the caller wants to go on, None for a fresh start."""
    said = request.headers.get("Last-Event-ID") or request.query_params.get("after", "")
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) <= DIGITS_MAX):
        raise InvalidInput("no position of the log", field="after", rule="schema")
    return int(said)
