"""A clock far ahead of all that is known of time writes nothing until somebody vouches for it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from trading.base.clock import SystemClock
from trading.base.errors import ClockDrifted
from trading.base.units import DAY_US, HOUR_US, SECOND_US
from trading.store.home import Home
from trading.store.leap import ACCEPTED, LEAP_US, accept_clock, check_leap, kernel_us

LAST_US = 400 * DAY_US
ALIVE_US = LAST_US + DAY_US


@pytest.fixture
def store(engine: Engine) -> Engine:
    """Give a store whose last entry and last sign of life are known."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE projection_head SET at_us = :at"), {"at": LAST_US})
        connection.execute(
            text("INSERT INTO private_alive (worker, at_us) VALUES ('main', :at)"), {"at": ALIVE_US}
        )
    return engine


def test_a_store_without_history_takes_any_clock(engine: Engine, home: Home) -> None:
    check_leap(engine, home, 10**6 * DAY_US, 0)


def test_time_away_up_to_the_limit_is_no_leap(store: Engine, home: Home) -> None:
    check_leap(store, home, ALIVE_US + LEAP_US, 0)
    with pytest.raises(ClockDrifted, match="1971-02-06 08:00:00, this machine says 1971-02-10"):
        check_leap(store, home, ALIVE_US + LEAP_US + SECOND_US, 0)


@pytest.mark.parametrize("apart_us", [HOUR_US, -HOUR_US])
def test_a_clock_that_is_kept_may_have_been_off_for_long(
    store: Engine, home: Home, apart_us: int
) -> None:
    now_us = ALIVE_US + 90 * DAY_US
    check_leap(store, home, now_us, now_us + apart_us)
    with pytest.raises(ClockDrifted):
        check_leap(store, home, now_us, now_us + apart_us * 2)


def test_a_person_vouches_for_an_hour(store: Engine, home: Home) -> None:
    now_us = ALIVE_US + 90 * DAY_US
    accept_clock(home, now_us)
    check_leap(store, home, now_us, 0)
    check_leap(store, home, now_us + HOUR_US, 0)
    for wrong_us in (now_us - 1, now_us + HOUR_US + 1):
        with pytest.raises(ClockDrifted):
            check_leap(store, home, wrong_us, 0)
    (home.path / ACCEPTED).write_text("yes")
    with pytest.raises(ClockDrifted):
        check_leap(store, home, now_us, 0)


def test_the_kernel_is_believed_only_where_it_is_kept(store: Engine, home: Home) -> None:
    now_us = SystemClock().now_us()
    kept_us = kernel_us()
    assert kept_us == 0 or abs(kept_us - now_us) < HOUR_US
    with pytest.raises(ClockDrifted):
        check_leap(store, home, now_us + 3650 * DAY_US)
