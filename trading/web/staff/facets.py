"""The facts that an object carries, in words, for the pages of the staff.

Only what has a label is shown: digests and inner books are for the auditors' room.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from trading.engine.stream import Stream
from trading.web.staff.forms import typed, words
from trading.web.staff.forms.shape import Field, shape
from trading.words.language import language

SILENT = {"orgs", "devices", "talk", "hold", "failure"}
"""Facets that are told elsewhere, or not to the staff."""


def facts(state: Stream) -> Iterator[tuple[str, str]]:
    """Yield every fact of ``state`` that has a label and a value."""
    for name, facet in state.facets.items():
        if name in SILENT:
            continue
        yield from _of(shape(type(facet)), msgspec.to_builtins(facet), "")


def rows_of(struct: Any, within: str = "") -> list[tuple[str, str]]:
    """Return label and value of every field of ``struct`` that has both."""
    return list(_of(shape(type(struct)), msgspec.to_builtins(struct), within))


def label_of(field: Field) -> str:
    """Return the label of a fact, empty where it has none."""
    for section in ("facets", "labels"):
        table = words.catalogue(language())[section]
        for name in (f"{field.owner}.{field.name}", field.name):
            if name in table:
                return table[name]
    return ""


def _of(fields: tuple[Field, ...], data: dict[str, Any], within: str) -> Iterator[tuple[str, str]]:
    for field in fields:
        value, label = data.get(field.name), label_of(field)
        if value in (None, "", [], {}, 0, False) or not label or field.widget == "json":
            continue
        if field.widget == "rows":
            for number, row in enumerate(typed.named(field, value), 1):
                yield from _of(field.fields, row, f"{within}{label} {number} · ")
        elif field.fields:
            yield from _of(field.fields, value, f"{within}{label} · ")
        elif not _is_digest(value):
            yield f"{within}{label}", typed.spoken(field, value)


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and value.isalnum()  # noqa: PLR2004 - SHA-256 in hex
