"""Clocks: one that the wall cannot move, and one that stands still."""

from __future__ import annotations

import time

import pytest

from trading.base.clock import SimulatedClock, SystemClock
from trading.base.units import HOUR_US, SECOND_US


def test_the_system_clock_tells_the_wall_time_of_its_start_and_goes_on() -> None:
    clock = SystemClock()
    before_us = time.time_ns() // 1000
    found_us = clock.now_us()
    assert abs(found_us - before_us) < SECOND_US
    assert clock.now_us() >= found_us
    assert not clock.simulated


@pytest.mark.parametrize("step_us", [HOUR_US, -HOUR_US, 20 * 8766 * HOUR_US])
def test_a_step_of_the_wall_clock_moves_nothing_and_is_seen(
    step_us: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, wall = SystemClock(), time.time_ns
    assert abs(clock.drift_us()) < SECOND_US // 10
    before_us = clock.now_us()
    monkeypatch.setattr(time, "time_ns", lambda: wall() + 1000 * step_us)
    assert 0 <= clock.now_us() - before_us < SECOND_US
    assert abs(clock.drift_us() - step_us) < SECOND_US // 10


def test_the_system_clock_tells_how_long_it_was_away() -> None:
    clock = SystemClock()
    assert 0 <= clock.away_us(clock.now_us() - 11 * SECOND_US) - 11 * SECOND_US < SECOND_US


def test_the_simulated_clock_stands_until_told() -> None:
    clock = SimulatedClock(5)
    assert (clock.now_us(), clock.drift_us(), clock.simulated) == (5, 0, True)
    clock.advance_to(9)
    assert (clock.now_us(), clock.away_us(1)) == (9, 0)
    clock.advance_to(7)
    assert clock.now_us() == 9


def test_time_slept_is_time_away_until_the_clock_goes_on() -> None:
    clock = SimulatedClock(5)
    clock.sleep(4)
    assert (clock.now_us(), clock.away_us(5)) == (9, 4)
    clock.advance_to(9)
    assert clock.away_us(5) == 0
