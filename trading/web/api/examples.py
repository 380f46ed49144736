"""An example of any type that is read, made from the type: valid, and readable where it can be."""

from __future__ import annotations

import re
from typing import Any

from msgspec import inspect

_KNOWN: dict[str, Any] = {
    "lot": "case-1-1", "case": "case-1", "asset": "asset-1", "org": "village", "person": "clerk-1",
    "member": "rep-1", "number": 101, "price_unit": "fen/lot/year", "pack": "generic@1",
}  # fmt: skip
"""What a field of this name holds, where its type allows it."""
_TEXTS = (
    "说明", "", "a", "0" * 64, "2026-11-26", "1/2", "0571-88888888", "paper-1", "lot/case-1-1",
    "lot-case-1-1", "case/case-1", "name",
)  # fmt: skip
"""Texts of which the first is taken that the type allows."""


def example(of: Any, name: str = "") -> Any:
    """Return an example of ``of``, a type or what ``msgspec.inspect`` says of one.

    What may be left out is left out.
    """
    kind = of if isinstance(of, inspect.Type) else inspect.type_info(of)
    if isinstance(kind, inspect.StructType):
        wanted = [field for field in kind.fields if field.required or kind.array_like]
        told = {field.encode_name: example(field.type, field.encode_name) for field in wanted}
        return list(told.values()) if kind.array_like else told
    if isinstance(kind, inspect.UnionType):
        return example(kind.types[0], name)
    if isinstance(kind, inspect.VarTupleType):
        return [example(kind.item_type, name) for _n in range(kind.min_length or 1)]
    if isinstance(kind, inspect.LiteralType):
        return kind.values[0]
    if isinstance(kind, inspect.StrType):
        return _text(kind, name)
    if isinstance(kind, inspect.IntType):
        return _number(kind, name)
    return isinstance(kind, inspect.BoolType) or {}


def _text(kind: inspect.StrType, name: str) -> str:
    wanted = (_KNOWN.get(name), *_TEXTS)
    return next(text for text in wanted if isinstance(text, str) and _fits(kind, text))


def _fits(kind: inspect.StrType, text: str) -> bool:
    sized = (kind.min_length or 0) <= len(text) <= (kind.max_length or len(text))
    return sized and (kind.pattern is None or re.search(kind.pattern, text) is not None)


def _number(kind: inspect.IntType, name: str) -> int:
    least = kind.ge if kind.ge is not None else (kind.gt or 0) + 1
    wanted = _KNOWN.get(name)
    most = kind.le if kind.le is not None else least
    return wanted if isinstance(wanted, int) and least <= wanted <= most else int(least)
