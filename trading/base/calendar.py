"""Working days of China, and the ends of legal periods counted with them.

A calendar table holds what the State Council's yearly notices decree: holidays and the weekend
days worked to make up for them (调休). ``compute`` turns "so many days from this instant" into an
instant and remembers why; ``days_between`` answers the reverse question for guards. Both follow
the civil code, articles 200 to 204: day-counted periods start on the next day, end at 24:00 of
the last day, and move to the next working day when the last day is a day of rest; hours, minutes
and seconds start at once.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import msgspec

from trading.base.deadline import (
    INSTANT_UNITS_US,
    DayOff,
    Deadline,
    day_start_us,
    local_date,
)
from trading.base.errors import DefinitionError, InvalidInput

__all__ = [
    "UNITS",
    "Calendar",
    "Day",
    "DayOff",
    "Deadline",
    "Holiday",
    "Notice",
    "YearTable",
    "compute",
    "content_digest",
    "day_start_us",
    "days_between",
    "load_table",
    "local_date",
]

MAX_COUNT = 3_660
FIRST_YEAR, LAST_YEAR = 1990, 2200
UNITS = ("calendar_day", "working_day", *INSTANT_UNITS_US)

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)
_TABLE_ID = re.compile(r"cn-([0-9]{4})@([1-9][0-9]{0,3})")


def content_digest(body: Mapping[str, object]) -> str:
    """Return the SHA-256 (hex) of a definition's body in canonical JSON.

    The body holds only ASCII keys, strings, integers, booleans, null, lists and objects; within
    that profile sorted keys without spaces are the canonical form of RFC 8785.
    """
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cite one notice of the State Council's general office: number, title and day of issue."""

    number: str
    title: str
    date: date


class Holiday(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Name one unbroken run of days off, both ends included, weekend days in it too."""

    name_zh: str
    name_en: str
    first: date
    last: date


class YearTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold one year's holidays and make-up work days; ``id`` is ``cn-<year>@<version>``."""

    id: str
    year: int
    source: str
    notices: tuple[Notice, ...]
    holidays: tuple[Holiday, ...]
    makeup_work_days: tuple[date, ...]

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> YearTable:
        """Rebuild a table from its body, as the record keeps it.

        Raises DefinitionError if a field is unknown, missing or of another type, or if dates
        contradict each other or lie outside the year.
        """
        try:
            table = msgspec.convert(body, cls)
        except msgspec.ValidationError as error:
            raise DefinitionError(f"calendar table: {error}", reason="bad_table") from None
        table = msgspec.structs.replace(
            table,
            holidays=tuple(sorted(table.holidays, key=lambda holiday: holiday.first)),
            makeup_work_days=tuple(sorted(table.makeup_work_days)),
        )
        for problem in _table_problems(table):
            raise DefinitionError(f"{table.id}: {problem}", table=table.id, reason="bad_table")
        return table

    @property
    def version(self) -> int:
        """Return the number after the ``@``."""
        return int(self.id.partition("@")[2])

    @property
    def body(self) -> dict[str, Any]:
        """Return the normalised content as plain JSON values."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the normalised content."""
        return content_digest(self.body)


def load_table(toml_text: str) -> YearTable:
    """Read a calendar table from TOML text; raises DefinitionError (see ``from_body``)."""
    try:
        document = tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"calendar table: {error}", reason="bad_toml") from None
    return YearTable.from_body(document)


def _table_problems(table: YearTable) -> Iterable[str]:
    """Yield what contradicts itself in a table; nothing when it is sound."""
    matched = _TABLE_ID.fullmatch(table.id)
    if not matched or int(matched[1]) != table.year or not FIRST_YEAR <= table.year <= LAST_YEAR:
        yield "id is not cn-<year>@<version> of the year"
    if not table.notices or not table.source.strip():
        yield "a notice and a source must be cited"
    off: set[date] = set()
    for holiday in table.holidays:
        if not date(table.year, 1, 1) <= holiday.first <= holiday.last <= date(table.year, 12, 31):
            yield f"{holiday.name_en} is not a run of days inside the year"
        days = set(_days(holiday.first, holiday.last))
        if off & days:
            yield f"{holiday.name_en} overlaps another holiday"
        off |= days
    if len(set(table.makeup_work_days)) != len(table.makeup_work_days):
        yield "a make-up work day is given twice"
    for day in table.makeup_work_days:
        if day.year != table.year or day.weekday() < _SATURDAY or day in off:
            yield f"make-up work day {day} is no weekend day of the year, or is a holiday"


def _days(first: date, last: date) -> Iterable[date]:
    """Yield the dates from first to last, both included."""
    return (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))


class Day(NamedTuple):
    """Say what one date is: worked or not, and the reason in Chinese and English."""

    working: bool
    reason_zh: str
    reason_en: str
    holiday: bool = False
    makeup: bool = False
    provisional: bool = False


class Calendar:
    """Answer for any date whether it is worked, from the tables given.

    Of several versions for one year the highest counts. A date of a year without a table is
    provisional: plain weekends are assumed until a table is entered.
    """

    def __init__(self, tables: Iterable[YearTable]) -> None:
        """Take the tables; raises DefinitionError if one id comes with two contents."""
        chosen: dict[int, YearTable] = {}
        seen: dict[str, str] = {}
        for table in tables:
            if seen.setdefault(table.id, table.digest) != table.digest:
                raise DefinitionError(f"{table.id} has two contents", table=table.id)
            if table.year not in chosen or table.version > chosen[table.year].version:
                chosen[table.year] = table
        self.tables = tuple(chosen[year] for year in sorted(chosen))
        self.digest = content_digest({"tables": [table.body for table in self.tables]})
        self._years = frozenset(chosen)
        self._named = {
            day: Day(working=False, reason_zh=h.name_zh, reason_en=h.name_en, holiday=True)
            for table in self.tables
            for h in table.holidays
            for day in _days(h.first, h.last)
        }
        makeup = Day(
            working=True, reason_zh="调休工作日", reason_en="make-up working day", makeup=True
        )
        self._named.update({day: makeup for t in self.tables for day in t.makeup_work_days})
        self._cache: dict[date, Day] = {}

    def day(self, day: date) -> Day:
        """Return what a date is."""
        known = self._cache.get(day)
        if known is None:
            known = self._cache[day] = self._named.get(day) or self._plain(day)
        return known

    def is_working_day(self, day: date) -> bool:
        """Return whether offices work on a date."""
        return self.day(day).working

    def is_holiday(self, day: date) -> bool:
        """Return whether a notice names the date a holiday; a plain weekend is none."""
        return self.day(day).holiday

    def _plain(self, day: date) -> Day:
        """Return a date that no table names: a weekday or a weekend."""
        provisional = day.year not in self._years
        if day.weekday() < _SATURDAY:
            return Day(
                working=True, reason_zh="工作日", reason_en="weekday", provisional=provisional
            )
        return Day(working=False, reason_zh="周末", reason_en="weekend", provisional=provisional)


def compute(
    start_us: int, count: int, unit: str, calendar: Calendar, source: str, rule: str
) -> Deadline:
    """Return when a period of ``count`` units that starts at ``start_us`` is over.

    A count of zero is over at once. Raises InvalidInput for an unknown unit, a count outside
    0..3660 or a start outside the years 1990..2200. Source: civil code, articles 200 to 204.
    """
    _check_unit(unit)
    _check_instant(start_us, "start_us")
    if not 0 <= count <= MAX_COUNT:
        raise InvalidInput("count is out of bounds", field="count", reason="out_of_bounds")
    skipped: list[DayOff] = []
    rolled: list[DayOff] = []
    makeup: list[date] = []
    provisional = False
    end_us = start_us + count * INSTANT_UNITS_US.get(unit, 0)
    if count and unit not in INSTANT_UNITS_US:
        by_work = unit == "working_day"
        last = local_date(start_us) if by_work else local_date(start_us) + timedelta(count - 1)
        left = count if by_work else 1
        off = skipped if by_work else rolled
        while left:
            last += _ONE_DAY
            day = calendar.day(last)
            provisional = provisional or day.provisional
            if day.working:
                left -= 1
            else:
                off.append(DayOff(last, day.reason_zh, day.reason_en))
            if day.makeup:
                makeup.append(last)
        end_us = day_start_us(last + _ONE_DAY)
    return Deadline(
        rule=rule,
        source=source,
        unit=unit,
        count=count,
        start_us=start_us,
        end_us=end_us,
        skipped=tuple(skipped),
        rolled=tuple(rolled),
        makeup=tuple(makeup),
        provisional=provisional,
        calendar=calendar.digest,
    )


def days_between(start_us: int, end_us: int, unit: str, calendar: Calendar) -> int:
    """Return the largest count whose period from ``start_us`` is over by ``end_us``.

    So ``compute(start, n, ...).end_us <= end`` exactly when ``days_between(start, end, ...) >= n``:
    a notice was up for at least seven working days when this is at least seven. Raises
    InvalidInput for an unknown unit, instants outside 1990..2200 or an end before the start.
    """
    _check_unit(unit)
    _check_instant(start_us, "start_us")
    _check_instant(end_us, "end_us")
    if end_us < start_us:
        raise InvalidInput("the window ends before it starts", field="end_us", reason="inverted")
    if unit in INSTANT_UNITS_US:
        return (end_us - start_us) // INSTANT_UNITS_US[unit]
    first, last = local_date(start_us), local_date(end_us) - _ONE_DAY
    if unit == "working_day":
        return sum(calendar.is_working_day(day) for day in _days(first + _ONE_DAY, last))
    # A period whose last day is a day of rest is not over before the next working day is.
    while last > first and not calendar.is_working_day(last):
        last -= _ONE_DAY
    return max((last - first).days, 0)


def _check_unit(unit: str) -> None:
    if unit not in UNITS:
        raise InvalidInput(f"no unit {unit!r}", field="unit", reason="unknown_unit")


def _check_instant(at_us: int, field: str) -> None:
    if not day_start_us(date(FIRST_YEAR, 1, 1)) <= at_us < day_start_us(date(LAST_YEAR + 1, 1, 1)):
        raise InvalidInput(f"{field} is out of bounds", field=field, reason="out_of_bounds")
