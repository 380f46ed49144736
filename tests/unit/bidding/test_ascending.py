"""When a sale ends: sliding with its window and its limit, and a rolling clock."""

from __future__ import annotations

import pytest

from tests.support.acts import plan
from trading.base.units import HOUR_US, SECOND_US
from trading.bidding.methods.ascending import end_after, first_end
from trading.bidding.rules import Sale
from trading.listing.rules import Terms

WINDOW, LONGER = 300, 60
ENDS_US = HOUR_US


def terms(end_mode: str = "sliding", extensions_max: int = 0) -> Terms:
    return Terms("case-a", "notice-a", plan(), 1000, "lot", "甲社区", WINDOW, LONGER,
                 end_mode=end_mode, extensions_max=extensions_max)  # fmt: skip


@pytest.mark.parametrize(
    ("at_us", "ends_us"),
    [
        (ENDS_US - WINDOW * SECOND_US - 1, ENDS_US),
        (ENDS_US - WINDOW * SECOND_US, ENDS_US),
        (ENDS_US - LONGER * SECOND_US, ENDS_US),
        (ENDS_US - LONGER * SECOND_US + 1, ENDS_US + 1),
        (ENDS_US - 1, ENDS_US - 1 + LONGER * SECOND_US),
    ],
)
def test_a_sliding_end_moves_by_a_bid_in_the_window_and_never_back(
    at_us: int, ends_us: int
) -> None:
    assert first_end(terms(), ENDS_US) == (ENDS_US, 0)
    assert end_after(Sale(ENDS_US), terms(), at_us) == ends_us


def test_the_notice_may_limit_how_often_the_end_moves() -> None:
    limited = terms(extensions_max=2)
    at_us = ENDS_US - SECOND_US
    assert end_after(Sale(ENDS_US, extensions=1), limited, at_us) > ENDS_US
    assert end_after(Sale(ENDS_US, extensions=2), limited, at_us) == ENDS_US


def test_a_rolling_clock_leaves_the_free_period_alone_and_starts_anew_with_each_bid() -> None:
    rolling = terms("rolling_clock")
    cycle_us = LONGER * SECOND_US
    ends_us, free_us = first_end(rolling, ENDS_US)
    assert (ends_us, free_us) == (ENDS_US + cycle_us, ENDS_US)
    sale = Sale(ends_us, free_until_us=free_us)
    assert end_after(sale, rolling, free_us - 1) == ends_us
    assert end_after(sale, rolling, free_us) == free_us + cycle_us
    assert end_after(sale, rolling, ends_us - 1) == ends_us - 1 + cycle_us
