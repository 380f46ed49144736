"""Streams of the real service: in order, once, without a gap, on one worker and on two."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import pytest

from tests.support.market import Lot, RunningClock, price_fen
from tests.support.serving import served
from tests.web.live.watching import Seen, Watcher, Watching, answered, bid, eof_within
from tests.web.service import serving
from trading.base.entropy import SystemEntropy
from trading.centre import Centre
from trading.people.sessions import Sessions
from trading.store import log
from trading.store.home import Home
from trading.web.live.service import PER_SESSION

pytestmark = pytest.mark.slow
BIDS = 40
Market = tuple[Home, RunningClock]


@contextlib.contextmanager
def _sessions(home: Home, clock: RunningClock) -> Iterator[Sessions]:
    centre = Centre(home, clock)
    yield Sessions(centre.engine, clock, SystemEntropy())
    centre.close()


def _positions(home: Home, lot: Lot, after: int) -> list[int]:
    centre = Centre(home)
    rows = log.stream_behind(centre.reading, f"lot/{lot.id}", after, 10_000)
    centre.close()
    return [row.idx for row in rows]


def _bid_and_watch(home: Home, clock: RunningClock, lot: Lot, ports: list[int]) -> list[Watcher]:
    """Bid on all ports in turn while watchers are cut off again and again."""
    last_fen = price_fen(BIDS - 1)
    path = f"/live/lots/{lot.id}"

    def enough(seen: Seen) -> bool:
        return bool(seen["data"].get("lead_fen") == last_fen)

    watchers = [Watcher(ports[n % 2 :] + ports[: n % 2], path, enough, 1 + n) for n in range(6)]
    for watcher in watchers:
        watcher.start()
    with _sessions(home, clock) as sessions:
        tokens = [sessions.begin(f"bidder-{100 + n}", "bidder", "two") for n in range(2)]
    time.sleep(0.5)
    for n in range(BIDS):
        port = ports[n % len(ports)]
        assert bid(port, lot.id, tokens[n % 2], price_fen(n), f"bid-{n}") == 201
    for watcher in watchers:
        watcher.join(20)
        assert not watcher.is_alive()
    return watchers


def _check(home: Home, lot: Lot, watchers: list[Watcher]) -> None:
    for watcher in watchers:
        first, *rest = watcher.seen
        assert first["event"] == "snapshot"
        assert [seen["id"] for seen in rest] == _positions(home, lot, first["id"])
        assert all(seen["id"] == seen["data"]["position"] for seen in watcher.seen)
        assert [seen["event"] for seen in rest] == ["lot"] * len(rest)
    assert max(watcher.connections for watcher in watchers) > BIDS // 2


def test_one_worker_tells_all_in_order_and_once(market_home: Market, lot: Lot) -> None:
    home, clock = market_home
    with served(home, clock) as port:
        watchers = _bid_and_watch(home, clock, lot, [port])
    _check(home, lot, watchers)


@pytest.mark.postgres
def test_two_workers_tell_all_in_order_and_once(postgres_market: Market, lot: Lot) -> None:
    home, clock = postgres_market
    with served(home, clock) as first, served(home, clock) as second:
        watchers = _bid_and_watch(home, clock, lot, [first, second])
    _check(home, lot, watchers)


@pytest.mark.postgres
def test_a_bid_on_one_worker_is_soon_seen_on_the_other(postgres_market: Market, lot: Lot) -> None:
    home, clock = postgres_market
    with served(home, clock) as first, served(home, clock) as second:
        with _sessions(home, clock) as sessions:
            tokens = [sessions.begin(f"bidder-{100 + n}", "bidder", "two") for n in range(2)]
        watching = Watching(second, f"/live/lots/{lot.id}")
        assert watching.event() is not None
        time.sleep(1)
        late_seconds = []
        for n in range(8):
            assert bid(first, lot.id, tokens[n % 2], price_fen(n), f"bid-{n}") == 201
            answered = time.monotonic()
            assert watching.event() is not None
            late_seconds.append(time.monotonic() - answered)
        watching.close()
    assert sorted(late_seconds)[4] < 0.2


def test_a_stream_ends_with_its_session(market_home: Market, lot: Lot) -> None:
    home, clock = market_home
    with served(home, clock) as port, _sessions(home, clock) as sessions:
        token = sessions.begin("bidder-100", "bidder", "two")
        watching = [
            Watching(port, path, cookie=token) for path in (f"/live/lots/{lot.id}", "/live/me")
        ]
        public = Watching(port, f"/live/lots/{lot.id}")
        assert [one.answer.status for one in watching] == [200, 200]
        assert all(one.event() is not None for one in watching)
        sessions.end(token)
        assert all(eof_within(one, 1.0) for one in watching)
        assert answered(port, "/live/me", token) == (401, "")
        public.close()


def test_headers_and_limits_of_streams(market_home: Market, lot: Lot) -> None:
    home, clock = market_home
    with served(home, clock) as port, _sessions(home, clock) as sessions:
        token = sessions.begin("bidder-100", "bidder", "two")
        path = f"/live/lots/{lot.id}"
        open_ones = [Watching(port, path, cookie=token) for _ in range(PER_SESSION)]
        answer = open_ones[0].answer
        assert answer.getheader("X-Accel-Buffering") == "no"
        assert answer.getheader("Content-Type") == "text/event-stream; charset=utf-8"
        assert answer.getheader("Cache-Control") == "no-store"
        assert all(one.event() is not None for one in open_ones)
        assert answered(port, path, token) == (429, "10")
        for one in open_ones:
            one.close()
        time.sleep(0.5)
        assert answered(port, path, token) == (200, "")
        for wrong, status in ((f"{path}?after=x", 400), ("/live/lots/nosuch", 404)):
            assert answered(port, wrong) == (status, "")


def test_open_streams_do_not_keep_the_service_from_ending(home: Home) -> None:
    with serving(home.path) as service:
        port = int(service.url.rpartition(":")[2])
        watching = [Watching(port, "/live/centre") for _ in range(20)]
        assert all(one.event() is not None for one in watching)
        code, seconds = service.stop()
        assert (code, seconds < 5) == (0, True)
        assert all(eof_within(one, 1.0) for one in watching)


@pytest.mark.postgres
def test_two_workers_end_in_time_with_open_streams(left_home: Home) -> None:
    with serving(left_home.path, "--workers", "2") as service:
        port = int(service.url.rpartition(":")[2])
        watching = [Watching(port, "/live/centre") for _ in range(20)]
        assert all(one.event() is not None for one in watching)
        code, seconds = service.stop()
        assert (code, seconds < 5) == (0, True)
        assert all(eof_within(one, 1.0) for one in watching)
