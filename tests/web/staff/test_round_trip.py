"""Whatever a command may say can be typed into its form, and is read back as the same command."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest

from trading.centre import registry
from trading.web.staff.forms import words
from trading.web.staff.forms.given import Given
from trading.web.staff.forms.shape import Field, shape
from trading.web.staff.forms.typed import answers, typed
from trading.words.language import speaking

KINDS = sorted(kind for kind, spec in registry().commands.items() if not spec.clock)
_PATTERNED = ("2026-03-02", "3/4", "0731-85880000", "lot/a-1", "paper-x1", "lot-a1", "x1",
              "a" * 64, "some")  # fmt: skip


def _sample(field: Field) -> Any:
    if field.widget in {"group", "maybe"}:
        return {one.name: _sample(one) for one in field.fields}
    if field.widget == "rows":
        row = {one.name: _sample(one) for one in field.fields}
        return [list(row.values()) if field.as_arrays else row] * 3
    if field.widget == "checks":
        return list(field.codes[:2])
    if field.widget == "lines":
        return [100, 101] if field.of_numbers else ["lot-a1", "paper-x1"]
    if field.widget == "choice":
        return field.codes[-1]
    return {"bool": True, "json": {"a": [1]}, "scalar": 12}.get(field.widget, _leaf(field))


def _leaf(field: Field) -> Any:
    if field.widget == "instant":
        return 1_772_413_200_000_000
    if field.widget in {"int", "yuan", "percent", "thousandths"}:
        most = field.most if field.most is not None else 100
        return min(most, max(field.least or 0, 12))
    if not field.pattern:
        return "甲" * max(field.length_min, 1)
    return next(text for text in _PATTERNED if re.search(field.pattern, text))


@pytest.mark.parametrize("kind", KINDS)
def test_a_command_typed_into_its_form_is_read_back(kind: str) -> None:
    struct = registry().commands[kind].struct
    data = {field.name: _sample(field) for field in shape(struct)}
    msgspec.json.decode(json.dumps(data), type=struct, strict=True)
    with speaking("zh"):
        given = Given(typed(shape(struct), data))
        assert given.read(shape(struct)) == data
        assert given.errors == {}
        told = list(answers(kind, shape(struct), data))
    leaves = json.dumps(data).count(":")
    assert len(told) >= min(leaves, len(data)) or not data
    assert all(question and answer for question, answer in told)
    assert words.kind_title(kind)
