"""A clock that cannot be trusted: nothing is decided, what is live stands still (decision 14)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tests.support import toy
from tests.support.desk import act, bid, make, nudge, put_up
from tests.support.shop import Shop, WallClock
from trading.base.errors import ClockDrifted
from trading.base.units import HOUR_US, SECOND_US
from trading.engine.builtin import Hold

OpenEngine = Callable[..., Engine]


@pytest.mark.parametrize("step_us", [HOUR_US, -HOUR_US, 500_001, -500_001])
def test_a_step_of_the_clock_stops_decisions_and_holds_what_is_live(
    sqlite_store: str, open_engine: OpenEngine, step_us: int
) -> None:
    clock = WallClock()
    shop = Shop(open_engine(sqlite_store), clock)
    shop.all(make(), put_up(), make("made"))
    clock.go_on(SECOND_US)
    clock.step_us = step_us
    size = shop.size()
    answers = shop.batch(bid(5), bid(6))
    assert [type(answer) for answer in answers] == [ClockDrifted] * 2
    assert answers[0].params == {"drift_us": step_us}
    assert shop.kinds(size) == ["centre.incident/1"] * 2
    assert shop.state().facets["hold"] == Hold("clock_drift", toy.START_US + SECOND_US)
    assert not shop.state("toy/made").held
    clock.go_on(HOUR_US)
    assert shop.writer.tick() == 0
    assert shop.size() == size + 2, "one incident is told once"
    clock.step_us = 0
    shop.do(act("resume"))
    shop.do(act("resume", actor="clerk-2"))
    assert shop.state().due_us - clock.now_us() == toy.SALE_US - SECOND_US
    clock.step_us = HOUR_US
    shop.writer.tick()
    assert shop.state().held, "the next incident is told again"
    shop.inspect()


@pytest.mark.parametrize("step_us", [500_000, -500_000])
def test_a_small_drift_is_borne(sqlite_store: str, open_engine: OpenEngine, step_us: int) -> None:
    clock = WallClock()
    shop = Shop(open_engine(sqlite_store), clock)
    clock.step_us = step_us
    assert shop.do(make()).outcome == "done"


def test_a_clock_behind_the_record_stops_decisions(database: str, open_engine: OpenEngine) -> None:
    before = Shop(open_engine(database), WallClock(toy.START_US + HOUR_US))
    before.all(make(), put_up(sale_us=2 * HOUR_US))
    clock = WallClock(toy.START_US)
    shop = Shop(open_engine(database), clock)
    (answer,) = shop.batch(bid(5))
    assert isinstance(answer, ClockDrifted)
    assert answer.params == {"drift_us": -HOUR_US}
    assert shop.state().held
    assert shop.entries()[-1].at_us == toy.START_US + HOUR_US
    clock.go_on(HOUR_US - 500_000)
    assert shop.do(nudge()).at_us == toy.START_US + HOUR_US, "a little behind stands still"
    shop.inspect()
