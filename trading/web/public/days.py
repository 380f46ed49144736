"""The calendar: what happens on which day of a month, as a page and as an iCalendar file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from sqlalchemy import ColumnElement, select

from trading.base.deadline import local_text
from trading.base.errors import NotFound
from trading.base.units import DAY_US, SECOND_US
from trading.listing.tables import lot as lots
from trading.web.access import EVERYBODY, opt
from trading.web.i18n import BEIJING
from trading.web.i18n import gettext as _
from trading.web.public import asking
from trading.web.shell import Asked, Page, Shell, chosen_language
from trading.words.language import speaking

MONTH = re.compile(r"(20\d{2})-(0[1-9]|1[0-2])", re.ASCII)
EVENTS_MAX = 500
AHEAD_US, BACK_US = 90 * DAY_US, 30 * DAY_US
DECEMBER = 12
ICS = "text/calendar; charset=utf-8"


class Happening(msgspec.Struct, frozen=True):
    """Something that happens to a lot at an instant, or has its end there."""

    at_us: int
    what: str
    lot: str
    title: str
    is_end: bool = False

    @property
    def day(self) -> date:
        """Return the day in Beijing on which it happens; midnight ends the day before."""
        return date.fromisoformat(self._text[:10])

    @property
    def clock(self) -> str:
        """Return the hour and minute at which it happens, 24:00 where a day ends."""
        return self._text[11:16]

    @property
    def _text(self) -> str:
        return local_text(self.at_us, closing=self.is_end)


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the calendar and its file."""

    @get("/calendar", sync_to_thread=True, opt=opt(EVERYBODY))
    def calendar(request: Asked, month: FromQuery[str] = "") -> Page:
        first = _first(shell, month)
        then = _later(first)
        with speaking(chosen_language(request)):
            found = _between(shell, _us(first), _us(then))
        days = {day: [one for one in found if one.day == day] for day in _days(first, then)}
        return shell.page(
            request, "public/calendar.html", days=days, before=(first - timedelta(days=1)),
            then=then, first=first, many=len(found) >= EVENTS_MAX,
        )  # fmt: skip

    @get("/calendar.ics", sync_to_thread=True, opt=opt(EVERYBODY))
    def file(request: Asked) -> Response[str]:
        now_us = shell.centre.clock.now_us()
        with speaking(chosen_language(request)):
            found = _between(shell, now_us - BACK_US, now_us + AHEAD_US)
        return Response(_ics(found, now_us), media_type=ICS)

    return [calendar, file]


def _first(shell: Shell, month: str) -> date:
    if not month:
        now_us = shell.centre.clock.now_us()
        return datetime.fromtimestamp(now_us // SECOND_US, UTC).astimezone(BEIJING).replace(
            day=1
        ).date()  # fmt: skip
    told = MONTH.fullmatch(month)
    if told is None:
        raise NotFound("no such page")
    return date(int(told[1]), int(told[2]), 1)


def _later(first: date) -> date:
    if first.month == DECEMBER:
        return date(first.year + 1, 1, 1)
    return first.replace(month=first.month + 1)


def _days(first: date, then: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((then - first).days)]


def _us(day: date) -> int:
    at = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
    return int(at.timestamp()) * SECOND_US


def _between(shell: Shell, begin_us: int, end_us: int) -> list[Happening]:
    """Return what happens in [begin, end), of each kind at most so many, in order."""
    found = [
        *_ends(shell, _("报名截止"), lots.c.registration_until_us, begin_us, end_us),
        *_of(shell, _("竞价开始"), lots.c.opens_us, begin_us, end_us),
        *_of(shell, _("结果公布"), lots.c.result_us, begin_us, end_us),
        *_ends(shell, _("公示结束"), lots.c.due_us, begin_us, end_us, lots.c.place == "publicity"),
    ]
    return sorted(found, key=lambda one: (one.at_us, one.lot))[:EVENTS_MAX]


def _of(
    shell: Shell, what: str, at: ColumnElement[Any], begin_us: int, end_us: int, *more: Any
) -> list[Happening]:
    query = (
        select(at.label("at_us"), lots.c.lot, lots.c.title_zh)
        .where(at >= begin_us, at < end_us, *more)
        .order_by(at)
        .limit(EVENTS_MAX)
    )
    return [
        Happening(row["at_us"], what, row["lot"], row["title_zh"])
        for row in asking.rows(shell, query)
    ]


def _ends(
    shell: Shell, what: str, at: ColumnElement[Any], begin_us: int, end_us: int, *more: Any
) -> list[Happening]:
    """Return ends in (begin, end]: midnight belongs to the day that it ends."""
    found = _of(shell, what, at, begin_us + 1, end_us + 1, *more)
    return [msgspec.structs.replace(one, is_end=True) for one in found]


def _ics(found: list[Happening], now_us: int) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//trading//calendar//ZH"]
    for one in found:
        lines += [
            "BEGIN:VEVENT", f"UID:{one.lot}-{one.at_us}@trading", f"DTSTAMP:{_utc(now_us)}",
            f"DTSTART:{_utc(one.at_us)}", _folded(f"SUMMARY:{_plain(f'{one.what} {one.title}')}"),
            "END:VEVENT",
        ]  # fmt: skip
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _utc(at_us: int) -> str:
    return datetime.fromtimestamp(at_us // SECOND_US, UTC).strftime("%Y%m%dT%H%M%SZ")


def _plain(text: str) -> str:
    """Return ``text`` as a value of iCalendar: nothing in it ends the line or the value."""
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


def _folded(line: str) -> str:
    """Return ``line`` in pieces of at most 75 octets, a character never torn (RFC 5545, 3.1)."""
    return "\r\n ".join(line[at : at + 24] for at in range(0, len(line), 24))
