"""The way back: how a value is typed into a question, and how it is said for people to check."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from trading.base.errors import InvalidInput
from trading.base.money import QUANTITIES, PriceUnit
from trading.base.units import SECOND_US
from trading.web import i18n
from trading.web.i18n import BEIJING
from trading.web.i18n import gettext as _
from trading.web.staff.forms import words
from trading.web.staff.forms.shape import Field
from trading.words.language import language, pick, word

Values = dict[str, list[str]]
BRIEF_MAX = 300
"""So much of a body is said back; its digest stands for the whole."""
_FEN, _PERCENT, _THOUSAND = 100, 100, 1000


def typed(fields: Iterable[Field], data: Mapping[str, Any], prefix: str = "") -> Values:
    """Return the values of a form that would be read as ``data``."""
    found: Values = {}
    for field in fields:
        if field.name in data:
            found |= _typed(field, data[field.name], f"{prefix}{field.name}")
    return found


def _typed(field: Field, value: Any, name: str) -> Values:
    if field.widget == "maybe":
        return {f"{name}._": ["1"], **typed(field.fields, value, f"{name}.")} if value else {}
    if field.widget == "group":
        return typed(field.fields, value, f"{name}.")
    if field.widget == "rows":
        found: Values = {}
        for row, one in enumerate(named(field, value)):
            found |= typed(field.fields, one, f"{name}.{row}.") or {f"{name}.{row}._": ["1"]}
        return found
    if field.widget == "bool":
        return {name: ["1"]} if value else {}
    if field.widget == "checks":
        return {name: list(value)}
    if field.widget == "lines":
        return {name: ["\n".join(map(str, value))]}
    return {name: [_written(field, value)]}


def named(field: Field, rows: list[Any]) -> list[dict[str, Any]]:
    """Return ``rows`` by the names of their fields, also where they were said by place."""
    names = [one.name for one in field.fields]
    return [row if isinstance(row, dict) else dict(zip(names, row, strict=True)) for row in rows]


def _written(field: Field, value: Any) -> str:
    if field.widget == "yuan":
        yuan, fen = divmod(value, _FEN)
        return f"{yuan}.{fen:02d}"
    if field.widget in {"percent", "thousandths"}:
        scale = _PERCENT if field.widget == "percent" else _THOUSAND
        whole, rest = divmod(value, scale)
        return f"{whole}.{rest:0{len(str(scale)) - 1}d}".rstrip("0").rstrip(".")
    if field.widget == "instant":
        at = datetime.fromtimestamp(value // SECOND_US, UTC).astimezone(BEIJING)
        return at.strftime("%Y-%m-%dT%H:%M:%S" if at.second else "%Y-%m-%dT%H:%M")
    return json.dumps(value, ensure_ascii=False) if field.widget == "json" else str(value)


def _brief(text: str) -> str:
    return text if len(text) <= BRIEF_MAX else f"{text[:BRIEF_MAX]}…"


def answers(
    kind: str, fields: Iterable[Field], data: Mapping[str, Any], within: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield question and answer of everything in ``data``, for a page on which it is checked."""
    for field in fields:
        if field.name not in data:
            continue
        name = f"{within}{words.label(kind, field.owner, field.name)}"
        value = data[field.name]
        if field.widget == "rows":
            for number, row in enumerate(named(field, value), 1):
                yield from answers(kind, field.fields, row, f"{name} {number} · ")
        elif field.widget in {"group", "maybe"}:
            if value:
                yield from answers(kind, field.fields, value, f"{name} · ")
        else:
            yield name, spoken(field, value)


def spoken(field: Field, value: Any) -> str:
    """Return ``value`` in words."""
    if field.widget == "bool":
        return _("是") if value else _("否")
    if field.widget == "instant":
        written = i18n.until if field.term.endswith("until_us") else i18n.moment
        return written(value) if value else _("没有")
    if field.widget == "yuan":
        return i18n.money(value)
    if field.widget == "day":
        return i18n.day(value) if value else _("没有")
    if field.widget == "percent":
        return f"{_written(field, value)}%"
    if field.widget in {"checks", "lines"}:
        told = (words.value(field.term, str(one)) for one in value)
        return _("、").join(told) if value else _("没有")
    return _coded(field, value)


def _coded(field: Field, value: Any) -> str:
    if value == "":
        return _("没有")
    if field.widget == "choice" or (field.term, field.widget) == ("body", "text"):
        return words.value(field.term, str(value))
    if field.term == "price_unit":
        return unit(str(value))
    if field.term == "category":
        return words.category(str(value))
    if field.term == "role":
        return word("roles", str(value))
    if field.term == "quantity_unit" and value in QUANTITIES:
        return pick(*QUANTITIES[value])
    return _brief(_written(field, value)) if field.widget == "json" else _written(field, value)


def unit(written: str) -> str:
    """Return a price unit for people, as written where it is none."""
    try:
        return PriceUnit.parse(written).label(language())
    except InvalidInput:
        return written
