"""Pages in two languages: written in Chinese, with the English beside them in catalogues.

A sentence is looked up by its Chinese in ``templates/pages/<room>/en.po`` (gettext, read by
Babel). Dates are Beijing time with the weekday. Source: decision 21; ecosystem brief, section 11.
"""

from __future__ import annotations

import functools
import io
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from markupsafe import Markup

from trading.base import assets
from trading.base.deadline import day_ended_at
from trading.base.money import format_yuan
from trading.base.units import SECOND_US
from trading.words.language import language, pick

PAGES = "templates/pages"
CATALOGUE = "en.po"
BEIJING = timezone(timedelta(hours=8))
_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
_MOMENT = {"zh": "y年M月d日（EEE）HH:mm", "en": "EEE d MMM y, HH:mm"}
_MARKS = "\u3000-\u303f\uff00-\uffef"
_LETTERS = "\u3400-\u9fff"
# A run of Chinese: it begins and ends with a Chinese letter or mark, figures may stand between.
_HAN = re.compile(
    f"([{_MARKS}]*[{_LETTERS}](?:[{_LETTERS}{_MARKS}\\w .,:/%+-]*[{_LETTERS}{_MARKS}])?)"
)
_DAY = {"zh": "y年M月d日（EEE）", "en": "EEE d MMM y"}


def gettext(chinese: str, **values: Any) -> str:
    """Return ``chinese``, or its English for an English reader, with ``%(name)s`` filled in."""
    found = chinese if language() == "zh" else english().get(chinese, chinese)
    return found % values if values else found


@functools.cache
def english() -> dict[str, str]:
    """Return the English of every sentence, by the Chinese, out of the catalogues of all rooms."""
    found: dict[str, str] = {}
    for room in rooms():
        catalogue = read_po(io.BytesIO(assets.read_bytes(f"{PAGES}/{room}/{CATALOGUE}")))
        found |= {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}
    return found


@functools.cache
def rooms() -> tuple[str, ...]:
    """Return the folders that hold templates and a catalogue."""
    return tuple(name for name in assets.iter_dir(PAGES) if "." not in name)


def quoted(text: str) -> str:
    """Return what was written in Chinese so that an English page says which words are Chinese."""
    if language() == "zh" or not _HAN.search(text):
        return text
    parts = _HAN.split(text)
    return Markup("").join(
        Markup('<span lang="zh-CN">{}</span>').format(part) if place % 2 else part
        for place, part in enumerate(parts)
    )


def aside(text: str) -> str:
    """Return ``text`` in the brackets of the language."""
    return pick(f"（{text}）", f" ({text})")


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Return ``names`` by id, with the id behind a name that more than one bears."""
    borne = Counter(names.values())
    return {key: name + aside(key) if borne[name] > 1 else name for key, name in names.items()}


def moment(at_us: int, *, seconds: bool = False) -> str:
    """Return an instant as people read it: Beijing time, with the weekday."""
    if not at_us:
        return ""
    at = datetime.fromtimestamp(at_us // SECOND_US, UTC).astimezone(BEIJING)
    pattern = _MOMENT[language()] + (":ss" if seconds else "")
    return format_datetime(at, pattern, locale=_LOCALES[language()])


def until(at_us: int) -> str:
    """Return the instant by which something must be done: midnight is 24:00 of the day it ends."""
    ended = day_ended_at(at_us) if at_us else None
    return pick(f"{day(ended)}24:00", f"{day(ended)}, 24:00") if ended else moment(at_us)


def day(value: str | date | int) -> str:
    """Return a day, given as a date, as ``YYYY-MM-DD`` or as an instant of it, with its weekday."""
    if not value:
        return ""
    if isinstance(value, int):
        value = datetime.fromtimestamp(value // SECOND_US, UTC).astimezone(BEIJING).date()
    on = date.fromisoformat(value) if isinstance(value, str) else value
    return format_date(on, _DAY[language()], locale=_LOCALES[language()])


def iso(at_us: int) -> str:
    """Return an instant for the ``datetime`` of a ``<time>``."""
    at = datetime.fromtimestamp(at_us // SECOND_US, UTC).astimezone(BEIJING)
    return at.isoformat()


def span(length_us: int) -> str:
    """Return how long something takes: days and hours, or minutes and seconds when it is short."""
    seconds = max(length_us, 0) // SECOND_US
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    parts = ((days, "天", "d"), (hours, "小时", "h"), (minutes, "分", "min"), (seconds, "秒", "s"))
    told = [(n, zh, en) for n, zh, en in parts if n][:2]
    if not told:
        return pick("0 秒", "0 s")
    return " ".join(f"{n} {pick(zh, en)}" for n, zh, en in told)


def money(price_fen: int) -> str:
    """Return an amount with its unit: ``15,600.00 元``."""
    return f"{format_yuan(price_fen)} {pick('元', 'CNY')}"
