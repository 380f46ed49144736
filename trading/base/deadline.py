"""The end of a legal period, the local days it is made of, and the words that explain it.

All instants are integer microseconds since the Unix epoch (UTC) and all ends are exclusive:
24:00 of a day is 00:00 of the day after. Local time is UTC+8 by arithmetic, not by a time zone
database: China has kept no summer time since 1992, and a record must replay to the same instants
on every machine, whatever database that machine carries.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from trading.base.errors import InvalidInput

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
SHANGHAI_OFFSET_US = 8 * 3_600 * SECOND_US
INSTANT_UNITS_US = {"hour": 3_600 * SECOND_US, "minute": 60 * SECOND_US, "second": SECOND_US}

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_SPANS_SHOWN = 12


def local_date(at_us: int) -> date:
    """Return the Shanghai date that contains an instant."""
    return date.fromordinal((at_us + SHANGHAI_OFFSET_US) // DAY_US + _EPOCH_ORDINAL)


def day_start_us(day: date) -> int:
    """Return the instant of 00:00 Shanghai time of a date."""
    return (day.toordinal() - _EPOCH_ORDINAL) * DAY_US - SHANGHAI_OFFSET_US


def day_ended_at(at_us: int) -> date | None:
    """Return the Shanghai date that ends at an instant, None where the instant is no midnight."""
    return None if (at_us + SHANGHAI_OFFSET_US) % DAY_US else local_date(at_us - 1)


def local_text(at_us: int, *, closing: bool = False) -> str:
    """Write an instant in Shanghai time, ``2025-10-14 09:30:00``; a fraction only if there is one.

    With ``closing`` midnight is written as 24:00 of the day that it ends.
    """
    ended = day_ended_at(at_us) if closing else None
    if ended is not None:
        return f"{ended.isoformat()} 24:00"
    seconds, fraction = divmod((at_us + SHANGHAI_OFFSET_US) % DAY_US, SECOND_US)
    minutes, second = divmod(seconds, 60)
    tail = f".{fraction:06d}" if fraction else ""
    day = local_date(at_us).isoformat()
    return f"{day} {minutes // 60:02d}:{minutes % 60:02d}:{second:02d}{tail}"


class DayOff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Name one date that did not count, with the reason."""

    date: date
    reason_zh: str
    reason_en: str


class Deadline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the end of a period and everything that led to it.

    ``end_us`` is exclusive. ``skipped`` are days off inside a working-day period, ``rolled`` the
    days off over which the end of a calendar-day period moved, ``makeup`` weekend days that
    counted as worked. ``provisional`` means that a date without a calendar table took part.
    """

    rule: str
    source: str
    unit: str
    count: int
    start_us: int
    end_us: int
    skipped: tuple[DayOff, ...]
    rolled: tuple[DayOff, ...]
    makeup: tuple[date, ...]
    provisional: bool
    calendar: str

    @property
    def at_once(self) -> bool:
        """Return whether the period started at its instant, not on the next day."""
        return self.count == 0 or self.unit in INSTANT_UNITS_US

    def explain(self, lang: str) -> str:
        """Say in one or two plain sentences why the period ends when it does.

        ``lang`` is ``zh`` or ``en``; raises InvalidInput for another.
        """
        if lang == "zh":
            return _explain_zh(self)
        if lang == "en":
            return _explain_en(self)
        raise InvalidInput(f"no language {lang!r}", field="lang", reason="unknown_language")


_UNITS_ZH = {
    "calendar_day": "个自然日",
    "working_day": "个工作日",
    "hour": "小时",
    "minute": "分钟",
    "second": "秒",
}
_UNITS_EN = {
    "calendar_day": "calendar day",
    "working_day": "working day",
    "hour": "hour",
    "minute": "minute",
    "second": "second",
}
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _spans(days: Sequence[DayOff]) -> list[tuple[DayOff, date]]:
    """Join neighbouring days off with one reason into (first day, last date)."""
    spans: list[tuple[DayOff, date]] = []
    for day in days:
        if spans:
            first, last = spans[-1]
            if first.reason_en == day.reason_en and last + timedelta(1) == day.date:
                spans[-1] = (first, day.date)
                continue
        spans.append((day, day.date))
    return spans


def _date_zh(day: date, year: int) -> str:
    """Write a date, with its year only where it is not the year of the start."""
    text = f"{day.month}月{day.day}日"
    return text if day.year == year else f"{day.year}年{text}"


def _date_en(day: date, year: int) -> str:
    text = f"{day.day} {_MONTHS[day.month - 1]}"
    return text if day.year == year else f"{text} {day.year}"


def _span_zh(first: DayOff, last: date, year: int) -> str:
    text = _date_zh(first.date, year)
    if last.month != first.date.month:
        text += f"至{_date_zh(last, year)}"
    elif last != first.date:
        text += f"至{last.day}日"
    return f"{text}（{first.reason_zh}）"


def _span_en(first: DayOff, last: date, year: int) -> str:
    text = _date_en(last, year)
    if last.month != first.date.month:
        text = f"{_date_en(first.date, year)} to {text}"
    elif last != first.date:
        text = f"{first.date.day} to {text}"
    return f"{text} ({first.reason_en})"


def _list_zh(days: Sequence[DayOff], year: int) -> str:
    """List the runs of days off; a long list is cut and ends with the number of days in it."""
    spans = _spans(days)
    text = "、".join(_span_zh(first, last, year) for first, last in spans[:_SPANS_SHOWN])
    return text if len(spans) <= _SPANS_SHOWN else f"{text}等，共{len(days)}天"


def _list_en(days: Sequence[DayOff], year: int) -> str:
    spans = _spans(days)
    text = ", ".join(_span_en(first, last, year) for first, last in spans[:_SPANS_SHOWN])
    return text if len(spans) <= _SPANS_SHOWN else f"{text} and more, {len(days)} days in all"


def _explain_zh(deadline: Deadline) -> str:
    year = local_date(deadline.start_us).year
    parts: list[str] = []
    amount = f"{deadline.count} {_UNITS_ZH[deadline.unit]}"
    if deadline.at_once:
        parts.append(f"自 {local_text(deadline.start_us)} 起算 {amount}")
    else:
        parts.append(f"从 {local_date(deadline.start_us).isoformat()} 次日起算 {amount}")
    if deadline.skipped:
        parts.append(f"跳过 {_list_zh(deadline.skipped, year)}")
    if deadline.makeup:
        days = "、".join(_date_zh(day, year) for day in deadline.makeup)
        parts.append(f"{days}为调休工作日照常计算")
    if deadline.rolled:
        parts.append(f"最后一日遇 {_list_zh(deadline.rolled, year)}，顺延至下一工作日")
    parts.append(f"截止 {local_text(deadline.end_us, closing=not deadline.at_once)}")
    text = "，".join(parts) + "。"
    if deadline.provisional:
        text += "部分日期尚无放假安排通知，暂按普通周末推算，日期可能变动。"
    return f"{text}依据：{deadline.rule}（{deadline.source}）。"


def _explain_en(deadline: Deadline) -> str:
    year = local_date(deadline.start_us).year
    amount = f"{deadline.count} {_UNITS_EN[deadline.unit]}{'' if deadline.count == 1 else 's'}"
    if deadline.at_once:
        parts = [f"{amount} from {local_text(deadline.start_us)} (Beijing time)"]
    else:
        parts = [f"{amount} from the day after {local_date(deadline.start_us).isoformat()}"]
    if deadline.skipped:
        parts.append(f"leaving out {_list_en(deadline.skipped, year)}")
    if deadline.makeup:
        days = ", ".join(_date_en(day, year) for day in deadline.makeup)
        parts.append(f"counting the weekend days worked instead: {days}")
    if deadline.rolled:
        parts.append(
            f"the last day falls on {_list_en(deadline.rolled, year)} "
            "and moves to the next working day"
        )
    parts.append(
        f"until {local_text(deadline.end_us, closing=not deadline.at_once)} (Beijing time)"
    )
    text = "; ".join(parts) + "."
    if deadline.provisional:
        text += (
            " No official calendar covers some of these dates yet; plain weekends are assumed "
            "and the date may move."
        )
    return f"{text} Basis: {deadline.rule} ({deadline.source})."
