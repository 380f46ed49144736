"""What was typed into a form, read into the fields of a command.

Every fault is told beside its question, and nothing that was typed is lost. What passes here is
still parsed strictly by the centre. Source: decision 25.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from trading.base.errors import InvalidInput
from trading.base.money import parse_yuan
from trading.base.units import SECOND_US
from trading.web.i18n import BEIJING
from trading.web.i18n import gettext as _
from trading.web.staff.forms.shape import Field

ROWS_MAX = 400
"""So many rows one form may hold."""
_MISSING = object()
_INSTANTS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_SCALES = {"thousandths": 1000, "percent": 100}


class Given:
    """The names and values of a form; ``errors`` are by name, in the order of the questions."""

    def __init__(self, values: Mapping[str, list[str]]) -> None:
        """Read ``values`` as the form sent them."""
        self.values = values
        self.errors: dict[str, str] = {}

    def one(self, name: str) -> str:
        """Return the value of ``name``, without the blanks around it; empty where there is none."""
        found = self.values.get(name)
        return found[0].replace("\r\n", "\n").strip() if found else ""

    def many(self, name: str) -> list[str]:
        """Return every value of ``name``."""
        return list(self.values.get(name, ()))

    def rows(self, name: str) -> list[int]:
        """Return the numbers of the rows that ``name`` has, in order."""
        begin = f"{name}."
        found = {
            key[len(begin) :].partition(".")[0] for key in self.values if key.startswith(begin)
        }
        return sorted(int(row) for row in found if row.isdigit() and len(row) < 4)[:ROWS_MAX]  # noqa: PLR2004 - three digits count more rows than there may be

    def read(self, fields: Iterable[Field], prefix: str = "") -> dict[str, Any]:
        """Return what was given for ``fields``; what may be left out and was is not in it."""
        found = {}
        for field in fields:
            value = self._value(field, f"{prefix}{field.name}")
            if value is not _MISSING:
                found[field.name] = value
        return found

    def _value(self, field: Field, name: str) -> Any:
        if field.widget == "group":
            return self.read(field.fields, f"{name}.")
        if field.widget == "maybe":
            return self.read(field.fields, f"{name}.") if self.one(f"{name}._") else _MISSING
        if field.widget == "rows":
            rows = [self.read(field.fields, f"{name}.{row}.") for row in self.rows(name)]
            return [list(row.values()) for row in rows] if field.as_arrays else rows
        if field.widget == "bool":
            return bool(self.one(name))
        try:
            return self._leaf(field, name)
        except ValueError as error:
            self.errors[name] = str(error)
        except InvalidInput:
            self.errors[name] = _("请填写金额，如 15600 或 15600.50")
        return _MISSING

    def _leaf(self, field: Field, name: str) -> Any:
        if field.widget == "checks":
            return self._checks(field, name)
        if field.widget == "lines":
            return self._lines(field, name)
        typed = self.one(name)
        if not typed:
            if not field.required and field.default != "":
                return _MISSING
            if _may_be_empty(field):
                return ""
            raise ValueError(_("请填写这一项"))
        return _bounded(field, _READ.get(field.widget, _text)(field, typed))

    def _checks(self, field: Field, name: str) -> list[str]:
        chosen = self.many(name)
        if not set(chosen) <= set(field.codes):
            raise ValueError(_("请从列出的选项中选择"))
        return chosen

    def _lines(self, field: Field, name: str) -> list[Any]:
        lines = [line.strip() for line in self.one(name).split("\n") if line.strip()]
        if not field.of_numbers:
            return list(lines)
        if not all(_WHOLE.fullmatch(line) for line in lines):
            raise ValueError(_("请每行填写一个数字"))
        return [int(line) for line in lines]


def _may_be_empty(field: Field) -> bool:
    return (
        field.widget in {"text", "area", "day"}
        and not field.length_min
        and (not field.pattern or re.search(field.pattern, "") is not None)
    )


def _text(field: Field, typed: str) -> str:
    if len(typed) < field.length_min or (field.length and len(typed) > field.length):
        raise ValueError(_("请填写 %(least)s 到 %(most)s 个字", least=field.length_min,
                           most=field.length))  # fmt: skip
    if field.pattern and not re.search(field.pattern, typed):
        raise ValueError(_("写法不对，请看说明"))
    return typed


def _choice(field: Field, typed: str) -> str:
    if typed not in field.codes:
        raise ValueError(_("请从列出的选项中选择"))
    return typed


def _whole(_field: Field, typed: str) -> int:
    if not _WHOLE.fullmatch(typed):
        raise ValueError(_("请填写整数"))
    return int(typed)


def _yuan(field: Field, typed: str) -> int:
    return parse_yuan(typed, field.name)


def _scaled(field: Field, typed: str) -> int:
    scale = _SCALES[field.widget]
    try:
        found = Decimal(typed) * scale
    except InvalidOperation:
        raise ValueError(_("请填写数字")) from None
    if not found.is_finite() or found != found.to_integral_value():
        raise ValueError(_("小数位太多"))
    return int(found)


def _day(_field: Field, typed: str) -> str:
    with suppress(ValueError):
        return str(date.fromisoformat(typed))
    raise ValueError(_("请填写日期，如 2026-03-02"))


def _instant(_field: Field, typed: str) -> int:
    for written in _INSTANTS:
        with suppress(ValueError):
            at = datetime.strptime(typed, written).replace(tzinfo=BEIJING)
            return int(at.timestamp()) * SECOND_US
    raise ValueError(_("请填写日期和时间，如 2026-03-02 09:00"))


def _json(_field: Field, typed: str) -> Any:
    with suppress(ValueError, RecursionError):
        return json.loads(typed)
    raise ValueError(_("内容不是 JSON"))


def _scalar(_field: Field, typed: str) -> int | str:
    return int(typed) if _WHOLE.fullmatch(typed) else typed


def _bounded(field: Field, value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        low = field.least is not None and value < field.least
        if low or (field.most is not None and value > field.most):
            raise ValueError(_("数值太小或太大"))
    return value


_READ = {
    "choice": _choice, "int": _whole, "yuan": _yuan, "thousandths": _scaled, "percent": _scaled,
    "day": _day, "instant": _instant, "json": _json, "scalar": _scalar,
}  # fmt: skip
