"""When an object can be seen, read off the words of its notice.

A notice says it as people write it: ``工作日 10:00、15:00；每周六 9:30``, or single days,
``11月20日 14:00``. Words that say anything else are no times: then people are told to ask, and
nothing is made up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from trading.base.units import HOUR_US, MINUTE_US

WEEK = "一二三四五六日"
_TIME = r"(\d{1,2}):(\d{2})"
_PART = re.compile(
    rf"(每天|工作日|每周[{WEEK}]+|(?:(\d{{4}})年)?(\d{{1,2}})月(\d{{1,2}})日)"
    rf"\s*({_TIME}(?:\s*[、，,]\s*{_TIME})*)"
)
HOURS, MINUTES = range(24), range(60)
Days = Callable[[date], bool]


def instants(text: str, days: list[tuple[date, int]], working: Days) -> list[int]:
    """Return when ``text`` lets people in on ``days``, given with the instant each begins.

    ``working`` tells working days. Nothing is returned for words that are no times.
    """
    rules = _rules(text, working)
    return sorted({
        begins_us + after_us
        for day, begins_us in days
        for fits, times in rules if fits(day)
        for after_us in times
    })  # fmt: skip


def _rules(text: str, working: Days) -> list[tuple[Days, list[int]]]:
    found = []
    for part in filter(None, (one.strip() for one in re.split("[；;。\n]", text))):
        read = _PART.fullmatch(part.replace("：", ":"))
        times = _times(read[5]) if read else []
        if read is None or not times:
            return []
        found.append((_days(read, working), times))
    return found


def _times(text: str) -> list[int]:
    """Return the times in microseconds after midnight, none where one of them is no time."""
    read = [(int(hour), int(minute)) for hour, minute in re.findall(_TIME, text)]
    if not all(hour in HOURS and minute in MINUTES for hour, minute in read):
        return []
    return [hour * HOUR_US + minute * MINUTE_US for hour, minute in read]


def _days(read: re.Match[str], working: Days) -> Days:
    said, year, month, day = read[1], read[2], read[3], read[4]
    if said == "每天":
        return lambda _on: True
    if said == "工作日":
        return working
    if said.startswith("每周"):
        return lambda on: WEEK[on.weekday()] in said[2:]
    wanted = (int(month), int(day))
    return lambda on: (on.month, on.day) == wanted and (not year or on.year == int(year))
