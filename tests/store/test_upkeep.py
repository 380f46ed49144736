"""Upkeep: timers in order, our delays, outages, clock incidents, and too many refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, select

from tests.support import toy
from tests.support.desk import act, bid, env, make, nudge, put_up
from tests.support.shop import TOY_PROJECTION, Shop, WallClock
from trading.base.clock import SimulatedClock
from trading.base.errors import GuardFailed, IntegrityFault, WrongState
from trading.base.units import HOUR_US, MINUTE_US, SECOND_US
from trading.engine.builtin import Hold
from trading.engine.context import Envelope
from trading.engine.stream import Stream
from trading.record.entry import PROPOSED, read
from trading.store import schema, upkeep
from trading.store.batch import Receipt
from trading.store.upkeep import Limits

OpenEngine = Callable[..., Engine]
END_US = toy.START_US + toy.SALE_US


@pytest.fixture
def local(sqlite_store: str, open_engine: OpenEngine) -> Shop:
    """Give such a shop on SQLite alone: for tables of values, which need no second database."""
    opened = Shop(open_engine(sqlite_store))
    opened.all(make(), put_up(), bid(5))
    return opened


@pytest.fixture
def shop(engine: Engine) -> Iterator[Shop]:
    """Give a shop with a toy that is up and bid for."""
    opened = Shop(engine)
    opened.all(make(), put_up(), bid(5))
    yield opened
    opened.close()


@pytest.mark.parametrize(("late_us", "accepted"), [(-1, True), (0, False), (1, False)])
def test_a_bid_is_in_time_if_decided_before_the_end(
    local: Shop, late_us: int, *, accepted: bool
) -> None:
    at_us = END_US + late_us
    local.clock.advance_to(at_us)
    (answer,) = local.batch(bid(6, received_us=at_us))
    assert isinstance(answer, Receipt if accepted else WrongState)
    assert local.state().place == ("up" if accepted else "sold")
    local.inspect()


def test_a_due_timer_is_decided_before_a_later_command_and_counts_from_its_due(shop: Shop) -> None:
    size = shop.size()
    shop.clock.advance_to(END_US + 5 * SECOND_US)
    shop.refused(bid(6, received_us=END_US + 1))
    ended, refused = shop.entries(size)
    given = msgspec.json.decode(read(bytes(ended.body)).given)
    assert (ended.kind, given["data"]) == ("toy.end/1", {"stream": "toy/a", "due_us": END_US})
    assert (ended.at_us, refused.at_us) == (END_US + 5 * SECOND_US,) * 2
    assert shop.state().entered_us == END_US
    assert shop.state().due_us == END_US + toy.LAPSE_US
    shop.inspect()


def test_several_periods_may_be_over_at_once(shop: Shop) -> None:
    size = shop.size()
    shop.clock.advance_to(END_US + 3 * toy.LAPSE_US)
    assert shop.writer.tick() == 1
    assert shop.kinds(size) == ["toy.end/1", "toy.lapse/1", "toy.forget/1"]
    assert shop.state().place == "forgotten"


def test_timers_are_decided_in_the_order_of_due_instant_and_stream(engine: Engine) -> None:
    shop = Shop(engine)
    for name, sale_us in (("d", 30), ("c", 20), ("b", 20), ("a", 40)):
        shop.all(make(name), put_up(name, sale_us=sale_us))
    size = shop.size()
    shop.clock.advance_to(toy.START_US + 100)
    shop.refused(nudge("a", "b", "c", "d", received_us=toy.START_US + 100))
    assert [row.stream for row in shop.entries(size)] == [
        "toy/b", "toy/c", "toy/d", "toy/a", "toy/a",
    ]  # fmt: skip


def test_a_tick_finds_what_is_due_anywhere_and_is_bounded(engine: Engine) -> None:
    shop = Shop(engine)
    for name, sale_us in (("a", 40), ("b", 20), ("c", 30)):
        shop.all(make(name), put_up(name, sale_us=sale_us))
    shop.clock.advance_to(toy.START_US + 100)
    size = shop.size()
    assert [shop.writer.tick(2), shop.writer.tick(2), shop.writer.tick(2)] == [2, 1, 0]
    assert [row.stream for row in shop.entries(size)] == ["toy/b", "toy/c", "toy/a"]


def test_a_timer_that_cannot_be_decided_does_not_stop_the_others(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    shop = Shop(engine)
    shop.all(make("a"), put_up("a", sale_us=10), make("b"), put_up("b", sale_us=20))
    broken = msgspec.structs.replace(shop.state("toy/a"), due="vanish")
    shop.plant(broken)
    shop.clock.advance_to(toy.START_US + 50)
    assert shop.writer.tick() == 2
    assert shop.state("toy/b").place == "unsold"
    assert "the timer vanish of toy/a cannot be decided" in caplog.text
    (answer,) = shop.batch(nudge("a", received_us=toy.START_US + 50))
    assert isinstance(answer, KeyError)


def test_a_timer_that_its_own_guard_refuses_waits_and_leaves_no_entry(shop: Shop) -> None:
    shop.all(nudge(), nudge(), nudge())
    size = shop.size()
    shop.clock.advance_to(END_US + 3 * toy.LAPSE_US)
    assert [shop.writer.tick(), shop.writer.tick()] == [1, 1]
    assert shop.kinds(size) == ["toy.end/1", "toy.lapse/1"]
    assert shop.state().place == "lapsed"
    shop.inspect()


def test_received_in_time_and_decided_late_by_us_holds_the_lot(shop: Shop) -> None:
    size = shop.size()
    shop.clock.advance_to(END_US + 2 * SECOND_US)
    error = shop.refused(bid(6, received_us=END_US - 1))
    assert error.params["guards"] == ("not_held_v1", "before_end_v1")
    assert shop.kinds(size) == ["hold.delay/1", "toy.bid/1"]
    state = shop.state()
    assert (state.place, state.facets["hold"]) == ("up", Hold("delay", END_US - 1))
    shop.clock.advance_to(END_US + HOUR_US)
    assert shop.writer.tick() == 0
    shop.do(act("resume"))
    shop.do(act("resume", actor="clerk-2"))
    assert shop.state().due_us - shop.clock.now_us() == 1
    assert shop.do(bid(6, received_us=shop.clock.now_us())).outcome == "done"
    shop.inspect()


@pytest.mark.parametrize(
    "command",
    [bid(6, received_us=END_US), nudge(received_us=END_US - 1), nudge("b", "a", received_us=1)],
    ids=["received at the end", "not timely", "another stream"],
)
def test_a_lot_is_held_only_for_a_timely_command_of_its_own(local: Shop, command: Envelope) -> None:
    local.do(make("b"))
    local.clock.advance_to(END_US + SECOND_US)
    local.refused(command)
    assert (local.state().place, local.state().held) == ("sold", False)


def _away(database: str, open_engine: OpenEngine, away_us: int, *, end_us: int) -> Shop:
    """Leave a shop that has a toy up until ``end_us``, come back after ``away_us``."""
    clock = SimulatedClock(toy.START_US)
    before = Shop(open_engine(database), clock)
    before.all(make(), put_up(sale_us=end_us), bid(5), make("made"))
    before.close()
    clock.sleep(away_us)
    return Shop(open_engine(database), clock)


@pytest.mark.parametrize(
    ("away_us", "end_us", "held"),
    [
        (10 * SECOND_US, HOUR_US, False),
        (10 * SECOND_US + 1, HOUR_US, True),
        (HOUR_US, 2 * HOUR_US, True),
        (HOUR_US, SECOND_US, True),
        (3 * SECOND_US, 2 * SECOND_US, True),
        (3 * SECOND_US, 3 * SECOND_US, True),
        (3 * SECOND_US, 3 * SECOND_US + 1, False),
    ],
)
def test_away_too_long_or_over_an_end_holds_what_was_live(
    sqlite_store: str, open_engine: OpenEngine, away_us: int, end_us: int, *, held: bool
) -> None:
    shop = _away(sqlite_store, open_engine, away_us, end_us=end_us)
    size = shop.size()
    shop.writer.tick()
    state = shop.state()
    assert (state.place, state.held) == ("up", held)
    assert shop.kinds(size) == ["centre.outage/1"] * 2 * held
    assert not shop.state("toy/made").held
    if held:
        assert state.facets["hold"] == Hold("outage", toy.START_US)
    shop.inspect()


@pytest.mark.parametrize(
    ("away_us", "cause"), [(HOUR_US, "outage"), (6 * SECOND_US, "outage"), (SECOND_US, "order")]
)
def test_a_hold_does_not_run_out_while_the_service_is_away(
    sqlite_store: str, open_engine: OpenEngine, away_us: int, cause: str
) -> None:
    clock = SimulatedClock(toy.START_US)
    before = Shop(open_engine(sqlite_store), clock)
    before.all(make(), put_up(sale_us=HOUR_US))
    before.do(env("toy.pause/1", toy.Pause("a", 5 * SECOND_US), "clerk-1", "clerk"))
    before.close()
    clock.sleep(away_us)
    shop = Shop(open_engine(sqlite_store), clock)
    shop.writer.tick()
    assert (shop.state().held, shop.state().facets["hold"].cause) == (True, cause)
    assert shop.state().facets["hold"].since_us == toy.START_US
    shop.inspect()


def test_whatever_comes_first_after_an_outage_the_lot_is_held_before_it(
    database: str, open_engine: OpenEngine
) -> None:
    shop = _away(database, open_engine, HOUR_US, end_us=SECOND_US)
    error = shop.refused(bid(6, received_us=shop.clock.now_us()))
    assert isinstance(error, GuardFailed)
    assert "not_held_v1" in error.params["guards"]  # type: ignore[operator]
    assert shop.state().place == "up"
    assert shop.do(act("resume")).outcome == PROPOSED
    shop.clock.advance_to(shop.clock.now_us() + 7)
    shop.do(act("resume", actor="clerk-2"))
    assert shop.state().due_us - shop.clock.now_us() == SECOND_US
    shop.inspect()


def test_an_outage_whose_entry_could_not_be_written_is_told_again(
    database: str, open_engine: OpenEngine
) -> None:
    """The lot's end lies in the gap: forgotten once, the outage would let the clock end it."""
    clock = WallClock()
    Shop(open_engine(database), clock).all(make(), put_up(sale_us=SECOND_US))
    clock.go_on(HOUR_US)
    shop = Shop(open_engine(database), clock)
    good, bad = shop.writer._projections, replace(TOY_PROJECTION, row=_cannot_be_shown)
    shop.writer._projections = (bad,)
    size = shop.size()
    assert isinstance(shop.batch(nudge())[0], ZeroDivisionError)
    assert shop.size() == size
    shop.writer._projections = good
    shop.writer.tick()
    assert (shop.state().place, shop.state().held) == ("up", True)


def _cannot_be_shown(_state: Stream) -> dict[str, Any]:
    raise ZeroDivisionError


def test_a_long_list_of_lots_is_held_in_several_groups(
    database: str, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "LOTS_PER_ENTRY", 2)
    shop = _away(database, open_engine, 0, end_us=HOUR_US)
    for name in "bcde":
        shop.all(make(name), put_up(name))
    shop.clock.sleep(MINUTE_US)
    size = shop.size()
    shop.writer.tick()
    parts = [read(bytes(row.body)).part for row in shop.entries(size)]
    assert parts == [(1, 3), (2, 3), (3, 3)] * 2 + [(1, 2), (2, 2)]
    assert all(shop.state(f"toy/{name}").held for name in "abcde")
    shop.inspect()


def test_an_outage_without_a_live_lot_is_an_entry_all_the_same(engine: Engine) -> None:
    shop = Shop(engine)
    shop.do(make())
    shop.clock.sleep(MINUTE_US)
    size = shop.size()
    shop.writer.tick()
    assert shop.kinds(size) == ["centre.outage/1"]


@pytest.mark.parametrize(("stalled_us", "held"), [(3 * SECOND_US, False), (3_000_001, True)])
def test_a_stall_over_an_end_holds_the_lot(
    sqlite_store: str, open_engine: OpenEngine, stalled_us: int, *, held: bool
) -> None:
    """The process was stopped, or the storage did not answer, and an end passed meanwhile."""
    clock = WallClock()
    shop = Shop(open_engine(sqlite_store), clock)
    shop.all(make(), put_up(sale_us=SECOND_US))
    clock.go_on(stalled_us)
    shop.writer.tick()
    assert (shop.state().held, shop.state().place) == (held, "up" if held else "unsold")


def test_the_last_sign_of_life_is_a_mark_or_an_entry(
    database: str, open_engine: OpenEngine
) -> None:
    clock = WallClock()
    before = Shop(open_engine(database), clock)
    clock.go_on(SECOND_US)
    before.all(make(), put_up())
    before.close()
    clock.go_on(10 * SECOND_US)
    shop = Shop(open_engine(database), clock)
    shop.writer.tick()
    assert not shop.state().held, "the last entry is ten seconds old, the last mark eleven"


def test_each_worker_marks_itself_alive(database: str, open_engine: OpenEngine) -> None:
    clock = WallClock()
    shops = [Shop(open_engine(database), clock, worker=name) for name in ("one", "two")]
    marks = []
    for _ in range(3):
        for shop in shops:
            shop.writer.tick()
        with shops[0].engine.connect() as connection:
            rows = connection.execute(select(schema.alive).order_by(schema.alive.c.worker)).all()
        marks.append([(row.worker, (row.at_us - toy.START_US) // SECOND_US) for row in rows])
        clock.go_on(SECOND_US)
    assert marks == [[("one", 0), ("two", 0)], [("one", 0), ("two", 0)], [("one", 2), ("two", 2)]]


def test_refusals_beyond_the_limit_are_told_in_one_entry(engine: Engine) -> None:
    shop = Shop(engine, limits=Limits(refusals_per_minute=2))
    shop.all(make(), put_up())
    size = shop.size()
    told = [shop.refused(bid(0)).params["receipt"].index for _ in range(5)]  # type: ignore[attr-defined]
    assert told == [size, size + 1, -1, -1, -1]
    shop.refused(bid(0, actor="bidder-2"))
    assert shop.kinds(size) == ["toy.bid/1"] * 3
    shop.clock.advance_to(toy.START_US + MINUTE_US)
    shop.refused(bid(0, received_us=shop.clock.now_us()))
    rows = shop.entries(size + 3)
    assert [(row.kind, row.stream, row.audience) for row in rows] == [
        ("refused.suppressed/1", "security", "restricted"),
        ("toy.bid/1", "toy/a", "public"),
    ]
    given = msgspec.json.decode(read(bytes(rows[0].body)).given)
    assert given["data"] == {"actor": "bidder-1", "count": 3}
    shop.inspect()


def test_what_a_failed_batch_counted_is_forgotten(engine: Engine) -> None:
    shop = Shop(engine, limits=Limits(refusals_per_minute=2))
    shop.all(make(), put_up())
    answers = shop.batch(bid(0), bid(666))
    assert [type(answer) for answer in answers] == [GuardFailed, ZeroDivisionError]
    assert shop.refused(bid(0)).params["receipt"].index > 0  # type: ignore[attr-defined]
    assert shop.refused(bid(0)).params["receipt"].index == -1  # type: ignore[attr-defined]


def test_upkeep_that_is_refused_stops_the_batch(shop: Shop) -> None:
    """A lot that ought to be held must not go on as if nothing had been."""
    lost = msgspec.structs.replace(shop.state(), hold="nowhere")
    shop.plant(lost)
    shop.clock.sleep(MINUTE_US)
    size = shop.size()
    (answer,) = shop.batch(make("b"))
    assert isinstance(answer, IntegrityFault)
    assert shop.size() == size


def test_a_timer_fires_in_the_batch_that_opens_its_stream(engine: Engine) -> None:
    shop = Shop(engine)
    answers = shop.batch(make(), put_up(sale_us=0), bid(1))
    assert [type(answer) for answer in answers] == [Receipt, Receipt, WrongState]
    assert shop.state().place == "unsold"


def test_a_quiet_tick_leaves_no_entry(shop: Shop) -> None:
    size = shop.size()
    assert [shop.writer.tick() for _ in range(3)] == [0, 0, 0]
    assert shop.size() == size
