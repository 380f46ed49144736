"""Plans in money of a year, and schedules that move by lost time."""

from __future__ import annotations

import pytest

from tests.support.acts import plan
from trading.listing.rules import Schedule, lot_stream, shifted, yearly_fen


@pytest.mark.parametrize(
    ("unit", "start_fen", "thousandths", "yearly"),
    [
        ("CNY/lot/year", 100, 1000, 100),
        ("CNY/lot/month", 100, 9000, 1200),
        ("CNY/lot/quarter", 100, 1000, 400),
        ("CNY/lot/half_year", 100, 1000, 200),
        ("CNY/lot/term", 100, 1000, 100),
        ("CNY/lot", 100, 1000, 100),
        ("CNY/mu/year", 8000, 130720, 1045760),
        ("CNY/m2/month", 333, 1001, 3996),
        ("CNY/mu/year", 1, 999, 0),
    ],
)
def test_the_yearly_amount_is_for_the_whole_lot(
    unit: str, start_fen: int, thousandths: int, yearly: int
) -> None:
    assert yearly_fen(plan(price_unit=unit, start_price_fen=start_fen), thousandths) == yearly


@pytest.mark.parametrize(
    ("since_us", "after"),
    [(9, (17, 27, 37)), (10, (10, 27, 37)), (29, (10, 20, 37)), (30, (10, 20, 30))],
)
def test_only_what_was_still_to_come_is_shifted(since_us: int, after: tuple[int, ...]) -> None:
    assert shifted(Schedule(10, 20, 30), since_us, 7) == Schedule(*after)


def test_a_lot_is_named_after_its_case_and_number() -> None:
    assert lot_stream("case-a", 3) == "lot/case-a-3"
