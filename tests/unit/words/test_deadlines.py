"""By when something must be done, as people say it: a day ends at 24:00, it begins at no 00:00."""

from __future__ import annotations

import re

import pytest

from trading.base import assets
from trading.web import i18n
from trading.web.public.days import Happening
from trading.words.language import speaking

MIDNIGHT_US, NOON_US = 1_772_467_200_000_000, 1_772_510_400_000_000
"""2 and 3 March 2026 meet; noon of 3 March."""


@pytest.mark.parametrize(
    ("at_us", "chinese", "english"),
    [
        (MIDNIGHT_US, "2026年3月2日（周一）24:00", "Mon 2 Mar 2026, 24:00"),
        (NOON_US, "2026年3月3日（周二）12:00", "Tue 3 Mar 2026, 12:00"),
        (0, "", ""),
    ],
)
def test_midnight_ends_the_day_before(at_us: int, chinese: str, english: str) -> None:
    with speaking("zh"):
        assert i18n.until(at_us) == chinese
    with speaking("en"):
        assert i18n.until(at_us) == english


def test_the_calendar_shows_an_end_on_the_day_that_it_ends() -> None:
    begins = Happening(MIDNIGHT_US, "竞价开始", "lot-1", "门面")
    ends = Happening(MIDNIGHT_US, "报名截止", "lot-1", "门面", is_end=True)
    assert (str(begins.day), begins.clock) == ("2026-03-03", "00:00")
    assert (str(ends.day), ends.clock) == ("2026-03-02", "24:00")


def test_no_page_words_an_end_as_a_mere_instant() -> None:
    ends = re.compile(r"(?:due_us|until_us|closes_us|sign_by_us)\)? *\| *(?:moment|day)\b")
    for room in (*i18n.rooms(), "parts"):
        for name in assets.iter_dir(f"{i18n.PAGES}/{room}"):
            assert not ends.search(assets.read_text(f"{i18n.PAGES}/{room}/{name}")), name
