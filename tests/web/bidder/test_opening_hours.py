"""The times at which an object can be seen are those of its notice, and nothing is made up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.web.bidder.opening_hours import instants

MONDAY = date(2026, 11, 16)
DAYS = [(MONDAY + timedelta(days=n), n * DAY_US) for n in range(8)]


def _told(text: str) -> list[int]:
    return instants(text, DAYS, lambda day: day.weekday() < 5 and day != MONDAY)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("每周一三 9:30", [9 * HOUR_US + 30 * MINUTE_US, 2 * DAY_US + 9 * HOUR_US + 30 * MINUTE_US,
                       7 * DAY_US + 9 * HOUR_US + 30 * MINUTE_US]),
        ("11月17日 10：00、15：00。", [DAY_US + 10 * HOUR_US, DAY_US + 15 * HOUR_US]),
        ("2026年11月23日 08:00", [7 * DAY_US + 8 * HOUR_US]),
        ("2027年11月23日 08:00", []),
    ],
)  # fmt: skip
def test_times_are_read_off_the_words(text: str, wanted: list[int]) -> None:
    assert _told(text) == wanted


def test_working_days_are_those_of_the_calendar_and_parts_add_up() -> None:
    found = _told("工作日 10:00；每周六 10:00；每天 16:00")
    assert [at // DAY_US for at in found] == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 7]
    assert found == sorted(set(found))


@pytest.mark.parametrize(
    "text",
    ["", "向交易中心预约", "每周三上午", "工作日 25:00", "工作日 9:99", "工作日 10:00，节假日除外",
     "每周八 9:00", "<b>每天 9:00</b>"],
)  # fmt: skip
def test_other_words_are_no_times(text: str) -> None:
    assert _told(text) == []
