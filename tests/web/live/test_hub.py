"""What waits for a watcher comes once and in order; who is too slow is shown how it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from trading.centre import Centre
from trading.engine.registry import PUBLIC, Registry
from trading.record.entry import Row
from trading.store import log
from trading.web.live import snapshots
from trading.web.live.frames import CENTRE, Frame, Framer, heartbeat
from trading.web.live.hub import WAITING_MAX, Hub, Watcher
from trading.web.live.tailer import Tailer
from trading.web.visibility import OWN

TOPIC = "lot/case-0000-1"


def _frame(position: int, topic: str = TOPIC, org: str = "village") -> Frame:
    return Frame(position, topic, org, b"%d " % position)


class Repeating(Watcher):
    """The planted bug: it forgets where it was."""

    async def news(self) -> bytes:
        self.position = -1
        return await super().news()


@pytest.mark.parametrize(("made", "told"), [(Watcher, b"4 5 "), (Repeating, b"3 4 5 ")])
def test_what_was_read_already_is_not_told_again(made: type[Watcher], told: bytes) -> None:
    async def watch() -> bytes:
        hub, watcher = Hub(), made([TOPIC])
        hub.add(watcher)
        hub.publish([_frame(3), _frame(4), _frame(4, CENTRE), _frame(5)])
        watcher.position = 3
        return await watcher.news()

    assert asyncio.run(watch()) == told


def test_who_is_too_slow_is_told_so_and_goes_on_behind_the_snapshot() -> None:
    async def watch() -> bytes:
        hub, watcher = Hub(), Watcher([TOPIC])
        hub.add(watcher)
        hub.publish([_frame(n) for n in range(WAITING_MAX + 10)])
        assert watcher.behind
        assert await watcher.news() == b""
        watcher.behind = False
        hub.publish([_frame(n) for n in range(WAITING_MAX + 10, WAITING_MAX + 14)])
        watcher.position = WAITING_MAX + 11
        return await watcher.news()

    assert asyncio.run(watch()) == b"268 269 "


def test_a_sign_of_life_comes_where_nothing_else_does() -> None:
    async def watch() -> tuple[bytes, bytes]:
        watcher = Watcher([TOPIC])
        watcher.beat(heartbeat(7))
        alone = await watcher.news()
        watcher.offer(_frame(1))
        watcher.beat(heartbeat(8))
        return alone, await watcher.news()

    alone, busy = asyncio.run(watch())
    assert alone.startswith(b": 7\n")
    assert b'"now_us":7' in alone
    assert busy == b"1 "


def test_who_does_not_serve_an_organisation_hears_nothing_of_it() -> None:
    async def watch() -> bytes:
        watcher = Watcher([TOPIC], lambda org: org == "village")
        hub = Hub()
        hub.add(watcher)
        hub.publish([_frame(1, org="town"), _frame(2)])
        hub.remove(watcher)
        hub.publish([_frame(3)])
        assert not hub.watched([TOPIC])
        return await watcher.news()

    assert asyncio.run(watch()) == b"2 "


def _leaks(framer: Framer, rows: list[Row]) -> list[str]:
    """Return the entries that are closed and yet told to others than their bidder."""
    return [
        row.stream
        for row in rows
        for frame in framer.frames(row, 0)
        if row.audience != PUBLIC and not frame.topic.startswith("own/")
    ]


class Telling(Framer):
    """The planted bug: it takes every entry for a public one."""

    def frames(self, row: Row, now_us: int) -> list[Frame]:
        kind = row.stream.partition("/")[0]
        found = super().frames(row, now_us)
        return [frame._replace(topic=CENTRE) if kind in OWN else frame for frame in found]


def _rows(market: Centre) -> list[Row]:
    return log.entries(market.reading, 0, 10_000)


@pytest.mark.parametrize(("made", "holds"), [(Framer, True), (Telling, False)])
def test_nothing_that_the_log_closes_is_told(
    market: Centre, made: Callable[[Registry], Framer], *, holds: bool
) -> None:
    rows = _rows(market)
    assert any(row.audience != PUBLIC for row in rows)
    framer = made(market.kernel.registry)
    assert (not _leaks(framer, rows)) is holds
    if holds:
        for row in rows:
            topics = {frame.topic for frame in framer.frames(row, 0)}
            assert topics <= set(framer.topics(row))


def test_nobody_is_named_in_a_frame_of_a_bid(market: Centre) -> None:
    framer = Framer(market.kernel.registry)
    said = b"".join(f.payload for row in _rows(market) for f in framer.frames(row, 0))
    assert b"who-" not in said
    assert b"officer" not in said


class Deaf(Tailer):
    """The planted bug: a watcher is added only after what it missed was read."""

    def add(self, watcher: Watcher) -> None:
        self.late = watcher


@pytest.mark.parametrize(("made", "holds"), [(Tailer, True), (Deaf, False)])
def test_nothing_falls_between_what_was_missed_and_what_is_heard(
    market: Centre, made: type[Tailer], *, holds: bool
) -> None:
    """Whatever is committed after the read of what was missed is heard."""

    async def watch() -> list[int]:
        hub, framer = Hub(), Framer(market.kernel.registry)
        tailer = made(market, hub, framer)
        heard: list[int] = []
        watcher = Watcher([TOPIC])
        await tailer.start()
        tailer.add(watcher)
        found = await asyncio.to_thread(snapshots.missed, market, framer, watcher, 0)
        assert found is not None
        heard += [frame.position for frame in found]
        await asyncio.to_thread(_bid, market)
        if isinstance(tailer, Deaf):
            await asyncio.sleep(0.7)
            hub.add(tailer.late)
        for _ in range(100):
            if watcher._waiting:
                break
            await asyncio.sleep(0.02)
        heard += [position for position, _payload in watcher._waiting]
        tailer.stop()
        return heard

    heard = asyncio.run(watch())
    wanted = [row.idx for row in _rows(market) if row.stream == TOPIC]
    assert (heard == wanted) is holds


def _bid(market: Centre) -> None:
    from trading.bidding.commands import PlaceBid

    bid = PlaceBid("case-0000-1", 100_000)
    market.do("bid.place/1", bid, "bidder-100", "bidder")


def test_a_position_of_another_log_is_answered_with_how_it_stands(market: Centre) -> None:
    framer, watcher = Framer(market.kernel.registry), Watcher([TOPIC])
    size = log.head(market.reading).size
    assert snapshots.missed(market, framer, watcher, size) is None
    assert snapshots.missed(market, framer, watcher, size - 1) == []
