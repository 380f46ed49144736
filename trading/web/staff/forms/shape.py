"""What a form asks: the fields of a command with the widget of each, read off its declaration."""

from __future__ import annotations

import functools
from collections.abc import Hashable
from typing import Any

import msgspec
from msgspec import inspect

AREA_MIN = 500
"""From how many characters a text gets several lines."""
_SUFFIXES = (
    ("_fen", "yuan"), ("_us", "instant"), ("_day", "day"), ("_thousandths", "thousandths"),
    ("_hundredths", "percent"),
)  # fmt: skip
_TEXTS = {"reason_zh", "text_zh", "opinion_zh"}


class Field(msgspec.Struct, frozen=True):
    """One question. ``widget`` says how it is asked and read.

    text, area, int, yuan, instant, day, thousandths, percent, bool, choice, lines (a text or
    number each), checks (several of ``codes``), json, scalar (text or number); group (``fields``),
    maybe (a group that may be missing), rows (groups, any number). ``owner`` is the struct that
    declares it; rows ``as_arrays`` are said by place and not by name. ``least`` and ``most`` bound
    numbers, ``length`` and ``pattern`` texts.
    """

    name: str
    widget: str
    owner: str
    required: bool = True
    codes: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    of_numbers: bool = False
    as_arrays: bool = False
    least: int | None = None
    most: int | None = None
    length_min: int = 0
    length: int = 0
    pattern: str = ""
    default: Any = None
    known_as: str = ""

    @property
    def term(self) -> str:
        """Return the name under which its choices and their words are known."""
        return self.known_as or self.name


def shape(struct: type) -> tuple[Field, ...]:
    """Return the questions of a command, in the order of its fields."""
    return _shape(struct)


def declared(name: str, owner: str, path: str, hint: Any) -> Field:
    """Return the question ``name`` of ``owner``, asked as the field at ``path`` is."""
    kind, _optional = _plain(inspect.type_info(hint))
    asked = _widget(path.rpartition(".")[2], kind, optional=False)
    return Field(name=name, owner=owner, known_as=path.rpartition(".")[2], **asked)


@functools.cache
def _shape(struct: Hashable) -> tuple[Field, ...]:
    found = inspect.type_info(struct)
    assert isinstance(found, inspect.StructType)
    return _fields(found)


def _fields(struct: inspect.StructType) -> tuple[Field, ...]:
    return tuple(_field(struct.cls.__name__, field) for field in struct.fields)


def _field(owner: str, field: inspect.Field) -> Field:
    kind, optional = _plain(field.type)
    default = None if field.default is msgspec.NODEFAULT else field.default
    common: dict[str, Any] = {
        "name": field.encode_name, "owner": owner, "required": field.required and not optional,
        "default": default if isinstance(default, str | int | bool) else None,
    }  # fmt: skip
    return Field(**common, **_widget(field.encode_name, kind, optional=optional))


def _plain(kind: inspect.Type) -> tuple[inspect.Type, bool]:
    """Return ``kind`` without None, and whether None was allowed."""
    if isinstance(kind, inspect.UnionType):
        types = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        if len(types) == 1:
            return types[0], len(types) < len(kind.types)
    return kind, False


def _widget(name: str, kind: inspect.Type, *, optional: bool) -> dict[str, Any]:
    """Return the widget of a field and what it needs."""
    if isinstance(kind, inspect.StructType):
        return {"widget": "maybe" if optional else "group", "fields": _fields(kind)}
    if isinstance(kind, inspect.VarTupleType):
        return _many(kind)
    if isinstance(kind, inspect.LiteralType):
        return {"widget": "choice", "codes": tuple(map(str, kind.values))}
    if isinstance(kind, inspect.BoolType):
        return {"widget": "bool"}
    if isinstance(kind, inspect.IntType):
        return {"widget": _number(name), **_bounds(kind)}
    if isinstance(kind, inspect.StrType):
        return _text(name, kind)
    return {"widget": "scalar" if isinstance(kind, inspect.UnionType) else "json"}


def _many(kind: inspect.VarTupleType) -> dict[str, Any]:
    item = kind.item_type
    if isinstance(item, inspect.StructType):
        return {"widget": "rows", "fields": _fields(item), "as_arrays": item.array_like,
                "most": kind.max_length}  # fmt: skip
    if isinstance(item, inspect.LiteralType):
        return {"widget": "checks", "codes": tuple(map(str, item.values))}
    return {"widget": "lines", "of_numbers": isinstance(item, inspect.IntType),
            "most": kind.max_length}  # fmt: skip


def _number(name: str) -> str:
    return next((widget for suffix, widget in _SUFFIXES if name.endswith(suffix)), "int")


def _bounds(kind: inspect.IntType) -> dict[str, Any]:
    least = kind.ge if kind.ge is not None else None if kind.gt is None else kind.gt + 1
    most = kind.le if kind.le is not None else None if kind.lt is None else kind.lt - 1
    return {"least": least, "most": most}


def _text(name: str, kind: inspect.StrType) -> dict[str, Any]:
    is_day = bool(kind.pattern and r"\d{4}-\d{2}-\d{2}" in kind.pattern)
    long = (kind.max_length or 0) >= AREA_MIN or name in _TEXTS
    return {
        "widget": "day" if is_day else "area" if long else "text",
        "length_min": kind.min_length or 0,
        "length": kind.max_length or 0,
        "pattern": kind.pattern or "",
    }
