"""Limits of rate hold for all workers together (INV-31)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.event import listen

from trading.base.clock import SimulatedClock
from trading.base.errors import RateLimited
from trading.base.units import SECOND_US
from trading.centre import Centre
from trading.cli.serve import Options, _config
from trading.store.home import Home
from trading.web.limits import Limits, Rate

Open = Callable[..., Centre]
START_US = 1_800_000_000 * SECOND_US
BURST = 8


class Alone(Limits):
    """The planted bug: every worker keeps the buckets for itself."""

    def __init__(self, centre: Centre) -> None:
        super().__init__(centre)
        self._shared = False


def _spent(workers: list[Limits], whose: str, asked: int) -> int:
    """Return how many of ``asked`` requests, sent to the workers in turn, were let through."""

    async def ask() -> int:
        refused = 0
        for n in range(asked):
            with contextlib.suppress(RateLimited):
                await workers[n % len(workers)].spend({"account": whose, "lot": ""})
                continue
            refused += 1
        return asked - refused

    return asyncio.run(ask())


def _workers(
    made: type[Limits], home: Home, open_centre: Open, clock: SimulatedClock
) -> list[Limits]:
    workers = [made(open_centre(home, clock)) for _ in range(2)]
    for worker in workers:
        worker.rates = {"account": Rate(2, BURST), "lot": Rate(1, 1)}
    return workers


@pytest.mark.postgres
@pytest.mark.parametrize(("made", "most"), [(Limits, BURST), (Alone, 2 * BURST)])
def test_two_workers_let_through_what_one_bucket_holds(
    postgres_home: Home, open_centre: Open, made: type[Limits], most: int
) -> None:
    clock = SimulatedClock(START_US)
    workers = _workers(made, postgres_home, open_centre, clock)
    assert _spent(workers, "bidder-1", 40) == most
    assert _spent(workers, "bidder-2", 1) == 1


@pytest.mark.postgres
def test_a_bucket_fills_again_by_its_rate(postgres_home: Home, open_centre: Open) -> None:
    clock = SimulatedClock(START_US)
    workers = _workers(Limits, postgres_home, open_centre, clock)
    assert _spent(workers, "bidder-1", 40) == BURST
    clock.advance_to(START_US + 2 * SECOND_US)
    assert _spent(workers, "bidder-1", 40) == 4


@pytest.mark.postgres
def test_many_at_once_share_what_one_of_them_took(postgres_home: Home, open_centre: Open) -> None:
    async def ask() -> int:
        asked = (worker.spend({"account": "bidder-1"}) for _ in range(20))
        done = await asyncio.gather(*asked, return_exceptions=True)
        return sum(answer is None for answer in done)

    clock = SimulatedClock(START_US)
    worker = _workers(Limits, postgres_home, open_centre, clock)[0]
    assert asyncio.run(ask()) == BURST


@pytest.mark.postgres
def test_many_who_come_at_once_are_asked_about_together(
    postgres_home: Home, open_centre: Open
) -> None:
    async def ask() -> list[object]:
        asked = (worker.spend({"account": f"bidder-{n}", "lot": "lot-1"}) for n in range(50))
        return await asyncio.gather(*asked, return_exceptions=True)

    clock = SimulatedClock(START_US)
    worker = _workers(Limits, postgres_home, open_centre, clock)[0]
    worker.rates = {"account": Rate(2, BURST), "lot": Rate(200, 400)}
    transactions: list[object] = []
    listen(worker._centre.engine, "begin", transactions.append)
    assert asyncio.run(ask()) == [None] * 50
    assert len(transactions) <= 2


def test_one_process_keeps_them_itself(home: Home, open_centre: Open) -> None:
    clock = SimulatedClock(START_US)
    worker = _workers(Limits, home, open_centre, clock)[0]
    assert _spent([worker], "bidder-1", 40) == BURST
    clock.advance_to(START_US + SECOND_US)
    assert _spent([worker], "bidder-1", 40) == 2


@pytest.mark.parametrize(
    ("proxies", "address"),
    [((), "127.0.0.1"), (("192.0.2.1",), "127.0.0.1"), (("127.0.0.1",), "203.0.113.7")],
)
def test_only_a_listed_proxy_tells_the_address(proxies: tuple[str, ...], address: str) -> None:
    seen: list[str] = []

    async def app(scope: Any, _receive: object, _send: object) -> None:
        await asyncio.sleep(0)
        seen.append(scope["client"][0])

    config = _config(app, Options("127.0.0.1", 0, 1, None, None, proxies, 1))
    config.load()
    told = [(b"x-forwarded-for", b"198.51.100.9, 203.0.113.7")]
    scope = {"type": "http", "headers": told, "client": ("127.0.0.1", 1), "scheme": "http"}
    asyncio.run(config.loaded_app(scope, None, None))
    assert seen == [address]
