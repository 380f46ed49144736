"""The words of papers: how the codes of the record are written on paper."""

from __future__ import annotations

import functools
import tomllib

from trading.base import assets
from trading.engine.policy_keys import KEYS

WORDS = "templates/papers/words.toml"


def said(section: str, code: str) -> str:
    """Return the Chinese of ``code``, the code itself where it has none."""
    return _words().get(section, {}).get(code, code)


def rule(key: str, text: str) -> tuple[str, str]:
    """Return name and value of a policy value as a notice keeps it: ``5 working_day``."""
    value, _, unit = text.partition(" ")
    told = f"{value} {said('unit', unit)}" if unit else said("choice", value)
    return KEYS[key].meaning_zh if key in KEYS else key, told


@functools.cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = tomllib.loads(assets.read_text(WORDS))
    return found
