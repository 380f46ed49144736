"""The language of whoever is being told something: Chinese, or English where it was chosen.

It belongs to the call, not to the process: a page in English and one in Chinese are made side by
side. Source: decision 21.
"""

from __future__ import annotations

import contextlib
import functools
import os
import tomllib
from collections.abc import Iterator
from contextvars import ContextVar

from trading.base import assets

LANGUAGES = ("zh", "en")
_chosen: ContextVar[str] = ContextVar("language", default="")


def language() -> str:
    """Return ``zh`` or ``en``: as chosen, else TRADING_LANG, else the locale, else Chinese."""
    chosen = _chosen.get() or os.environ.get("TRADING_LANG", "")
    if chosen in LANGUAGES:
        return chosen
    return "en" if os.environ.get("LANG", "").startswith("en") else "zh"


@contextlib.contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Speak ``chosen`` (``zh``, ``en``, empty for what the environment says) inside the block."""
    before = _chosen.set(chosen)
    try:
        yield
    finally:
        _chosen.reset(before)


def pick(zh: str, en: str) -> str:
    """Return the text of the chosen language."""
    return zh if language() == "zh" else en


@functools.cache
def messages(lang: str) -> dict[str, str]:
    """Return the message catalogue of ``lang``: text by code or guard name."""
    found: dict[str, str] = tomllib.loads(assets.read_text(f"templates/messages/{lang}.toml"))
    return found


@functools.cache
def words(lang: str, section: str) -> dict[str, str]:
    """Return the words of ``section``: triggers, instants, roles, causes or fields."""
    found: dict[str, dict[str, str]] = tomllib.loads(
        assets.read_text(f"templates/words/{lang}.toml")
    )
    return found[section]


def word(section: str, name: str) -> str:
    """Return the word for ``name`` in the chosen language, the name itself where there is none."""
    return words(language(), section).get(name, name)
