"""From commit to screen: how late many watchers of one lot see its bids, and that they see all.

The lot is bid on at a steady rate by HTTP; what is measured is the time between the answer to a
bid, which comes right after the commit, and its arrival at each watcher. Every watcher must see
every bid, in order and once.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import uvloop

from tests.bench.http_bids import END_OF_HEAD, head_of, running_clock, tokens_of
from tests.bench.stores import Stores
from tests.support.market import Lot, price_fen
from tests.support.serving import served
from trading.outbox import Outbox

EVENT_END = b"\n\n"
SETTLE_SECONDS = 1.0
LAST_SECONDS = 5.0


class Screen(asyncio.Protocol):
    """One watcher: it notes when every event of the lot came."""

    def __init__(self, lot: str, ready: asyncio.Future[None]) -> None:
        self.at: dict[int, float] = {}
        self.order: list[int] = []
        self._lot = lot
        self._ready = ready
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        connection: Any = transport
        connection.write(f"GET /live/lots/{self._lot} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        *events, self._got = (self._got + data).split(EVENT_END)
        for event in events:
            if b"event: lot\n" in event:
                position = int(event.partition(b"id: ")[2].partition(b"\n")[0])
                self.at[position] = now
                self.order.append(position)
            elif b"event: snapshot\n" in event and not self._ready.done():
                self._ready.set_result(None)


class Bidding(asyncio.Protocol):
    """A connection that bids once for each call and tells when the answer came."""

    def __init__(self, lot: Lot, tokens: tuple[str, str]) -> None:
        self.answered: dict[int, float] = {}
        self.late_ms: list[float] = []
        self._lot = lot
        self._heads = [head_of(lot.id, token) for token in tokens]
        self._answer: asyncio.Future[None] | None = None
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    async def bid(self, number: int) -> None:
        """Bid and wait for the receipt."""
        body = b'{"lot":"%s","price_fen":%d}' % (self._lot.id.encode(), price_fen(number))
        rest = b"Idempotency-Key: w-%d\r\nContent-Length: %d\r\n\r\n" % (number, len(body))
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(self._heads[number % 2] + rest + body)
        await self._answer

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(END_OF_HEAD)
        if not found or not body.endswith(b"}"):
            return
        assert self._answer is not None
        if not head.startswith(b"HTTP/1.1 201"):
            self._answer.set_exception(AssertionError(body.decode()))
            return
        self.answered[json.loads(body)["index"]] = time.perf_counter()
        self._got = b""
        self._answer.set_result(None)


def late_on_screens(
    stores: Stores, shape: str, database: str, watchers: int, bids_per_second: int, seconds: float
) -> tuple[float, list[float]]:
    """Return deliveries per second, and how late each was in milliseconds."""
    with stores.centre(shape, database) as (centre, lots):
        Outbox(centre).run()
        tokens = tokens_of(centre)
        with served(centre.home, running_clock(centre)) as port:
            found = uvloop.run(_watch(port, lots[0], tokens, watchers, bids_per_second, seconds))
    bidding, screens, took = found
    wanted = sorted(bidding.answered)
    assert all(screen.order == wanted for screen in screens)
    late_ms = [
        max(0.0, screen.at[position] - at) * 1000
        for screen in screens
        for position, at in bidding.answered.items()
    ]
    return len(late_ms) / took, late_ms


async def _watch(
    port: int, lot: Lot, tokens: tuple[str, str], watchers: int, rate: int, seconds: float
) -> tuple[Bidding, list[Screen], float]:
    loop = asyncio.get_running_loop()
    waiting = [loop.create_future() for _ in range(watchers)]
    screens = [Screen(lot.id, ready) for ready in waiting]
    opened: list[asyncio.BaseTransport] = []
    for screen in screens:
        there, _ = await loop.create_connection(lambda screen=screen: screen, "127.0.0.1", port)  # type: ignore[misc]
        opened.append(there)
    await asyncio.gather(*waiting)
    transport, bidding = await loop.create_connection(
        lambda: Bidding(lot, tokens), "127.0.0.1", port
    )
    await asyncio.sleep(SETTLE_SECONDS)
    started = time.perf_counter()
    for number in range(round(rate * seconds)):
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        await bidding.bid(number)
    took = time.perf_counter() - started
    until = time.perf_counter() + LAST_SECONDS
    while time.perf_counter() < until:
        if all(len(screen.order) >= len(bidding.answered) for screen in screens):
            break
        await asyncio.sleep(0.01)
    for each in (*opened, transport):
        each.close()  # a loop with open connections would never close
    await asyncio.sleep(SETTLE_SECONDS)
    return bidding, screens, took
