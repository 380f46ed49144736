"""Names end where they end: what looks like another name is none."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from msgspec import inspect

from trading.base.text import Id, StreamName
from trading.centre import registry


def test_a_name_with_a_line_end_behind_it_is_none() -> None:
    assert msgspec.json.decode(b'"case-1"', type=Id) == "case-1"
    for raw, of in ((b'"case-1\\n"', Id), (b'"lot/case-1\\n"', StreamName)):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(raw, type=of)


def _patterns(kind: inspect.Type) -> Iterator[str]:
    if isinstance(kind, inspect.StrType) and kind.pattern:
        yield kind.pattern
    parts = (
        getattr(kind, "item_type", None), *getattr(kind, "types", ()),
        *(field.type for field in getattr(kind, "fields", ())),
    )  # fmt: skip
    for part in parts:
        if isinstance(part, inspect.Type):
            yield from _patterns(part)


def test_no_text_of_an_act_takes_a_line_end_behind_its_pattern() -> None:
    found = {
        pattern
        for spec in registry().commands.values()
        for pattern in _patterns(inspect.type_info(spec.struct))
    }
    assert len(found) > 5
    assert [pattern for pattern in sorted(found) if not pattern.endswith(r"$(?!\n)")] == []
