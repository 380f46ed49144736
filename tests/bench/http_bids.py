"""Bids by HTTP: every client keeps one connection, and bids again when it has its receipt.

Each client has a lot of its own with two bidders who outbid each other, so that every bid that
is answered was accepted whatever the order in which they arrive. Nothing is pipelined. What is
counted was acknowledged with 201, and is afterwards found in the record.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

import uvloop

from tests.bench.stores import Stores, check
from tests.support.market import Lot, RunningClock, price_fen
from tests.support.serving import served
from trading.base.entropy import SystemEntropy
from trading.centre import Centre
from trading.outbox import Outbox
from trading.people.sessions import Sessions
from trading.store import log
from trading.store.batch import Receipt
from trading.web.door import form_token
from trading.web.live.bids import KIND

WARM = 1 / 2
END_OF_HEAD = b"\r\n\r\n"


@dataclass(slots=True)
class Load:
    """What all clients share: until when they bid, and what they were answered."""

    until: float = 0
    answers: list[bytes] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)


class Client(asyncio.Protocol):
    """One connection of a browser that bids on ``lot`` for two bidders in turn."""

    def __init__(
        self, load: Load, lot: Lot, tokens: tuple[str, str], done: asyncio.Future[None]
    ) -> None:
        self._load = load
        self._lot = lot
        self._heads = [head_of(lot.id, token) for token in tokens]
        self._done = done
        self._bids = 0
        self._sent = 0.0
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._bid()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(END_OF_HEAD)
        if not found or not body.endswith(b"}"):
            return
        now = time.perf_counter()
        self._got = b""
        if not head.startswith(b"HTTP/1.1 201"):
            self._done.set_exception(AssertionError((head + body).decode()))
            self._transport.close()
            return
        self._load.answers.append(body)
        self._load.late_ms.append((now - self._sent) * 1000)
        if now < self._load.until:
            self._bid()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if not self._done.done():
            self._done.set_result(None)

    def _bid(self) -> None:
        body = b'{"lot":"%s","price_fen":%d}' % (self._lot.id.encode(), price_fen(self._bids))
        head = self._heads[self._bids % 2]
        rest = b"Idempotency-Key: %s-%d\r\nContent-Length: %d\r\n\r\n"
        self._sent = time.perf_counter()
        key = self._lot.id.encode()
        self._transport.write(head + rest % (key, self._bids, len(body)) + body)
        self._bids += 1


def http_bids_per_second(
    stores: Stores, shape: str, database: str, clients: int, seconds: float
) -> tuple[float, list[float]]:
    """Return acknowledged bids per second, and the latency of each in milliseconds."""
    with stores.centre(shape, database) as (centre, lots):
        Outbox(centre).run()  # what the market's past has to say to people is no part of this
        before = log.head(centre.reading).size
        tokens = [tokens_of(centre) for _ in lots[:clients]]
        with served(centre.home, running_clock(centre)) as port:
            first, load, took = uvloop.run(_load(port, lots[:clients], tokens, seconds))
        told = log.entries(centre.reading, before, log.head(centre.reading).size - before)
        others = sum(row.kind != KIND for row in told)
        answers = [json.loads(answer) for answer in first.answers + load.answers]
        check(
            centre,
            before + others,
            [Receipt(**{**a, "failed": tuple(a["failed"])}) for a in answers],
        )
    return len(load.answers) / took, load.late_ms


async def _load(
    port: int, lots: list[Lot], tokens: list[tuple[str, str]], seconds: float
) -> tuple[Load, Load, float]:
    """Bid for a while to warm up, then measure, on the same connections."""
    loop, warm, load = asyncio.get_running_loop(), Load(), Load()
    started = time.perf_counter()
    warm.until = started + seconds * WARM
    waiting, clients = [], []
    for lot, pair in zip(lots, tokens, strict=True):
        done = loop.create_future()
        client = Client(warm, lot, pair, done)
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
        waiting.append(done)
        clients.append(client)
    await asyncio.sleep(max(0.0, warm.until - time.perf_counter()))
    started = time.perf_counter()
    load.until = started + seconds
    warm.until = load.until
    for client in clients:
        client._load = load
    await asyncio.gather(*waiting)
    return warm, load, time.perf_counter() - started


def running_clock(centre: Centre) -> RunningClock:
    """Return the clock of a market, which runs."""
    assert isinstance(centre.clock, RunningClock)
    return centre.clock


def tokens_of(centre: Centre) -> tuple[str, str]:
    """Sign two bidders in and return their tokens."""
    sessions = Sessions(centre.engine, centre.clock, SystemEntropy())
    return (
        sessions.begin("bidder-100", "bidder", "two"),
        sessions.begin("bidder-101", "bidder", "two"),
    )


def head_of(lot: str, token: str) -> bytes:
    """Return what a browser sends with every bid on ``lot``."""
    return (
        f"POST /api/v1/lots/{lot}/bids HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Origin: http://127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
        f"Content-Type: application/json\r\nCookie: lang=zh; session={token}\r\n"
        f"X-CSRF-Token: {form_token(token)}\r\n"
    ).encode()
