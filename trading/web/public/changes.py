"""What an amendment changed, field by field, in the language of the page."""

from __future__ import annotations

import functools
import tomllib
from typing import Any

from trading.base import assets
from trading.papers.lots import differences
from trading.web.i18n import money, quoted
from trading.words.language import language

LABELS = "templates/forms/en.toml"
"""The forms have an English label for every field of a plan."""


def told(old_and_new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each changed field with its old and its new value."""
    if language() == "zh":
        return differences(old_and_new)
    labels = _labels()
    return [
        {"field": labels.get(one["field"], one["field"]),
         "old": _plain(one["field"], one["old"]), "new": _plain(one["field"], one["new"])}
        for one in old_and_new
    ]  # fmt: skip


def _plain(field: str, text: str) -> str:
    if field.endswith("_fen"):
        return money(int(text))
    if field == "tenure":
        return text.replace("_", " ")
    return {"true": "yes", "false": "no", "": "(empty)"}.get(text) or quoted(text)


@functools.cache
def _labels() -> dict[str, str]:
    found: dict[str, str] = tomllib.loads(assets.read_text(LABELS))["labels"]
    return found
