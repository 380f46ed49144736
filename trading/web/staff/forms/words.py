"""The words of forms: ``templates/forms/{zh,en}.toml``."""

from __future__ import annotations

import functools
import tomllib

from trading.base import assets
from trading.words.language import language

Table = dict[str, dict[str, str]]


@functools.cache
def catalogue(lang: str) -> Table:
    """Return every word of the forms in ``lang``."""
    found: Table = tomllib.loads(assets.read_text(f"templates/forms/{lang}.toml"))
    return found


def said(section: str, *names: str) -> str:
    """Return the first of ``names`` that ``section`` knows, the last name where it knows none."""
    table = catalogue(language())[section]
    return next((table[name] for name in names if name in table), names[-1])


def kind_title(kind: str) -> str:
    """Return what the act ``kind`` is called."""
    return said("kinds", base(kind))


def label(kind: str, owner: str, field: str) -> str:
    """Return the label of a field of ``owner`` (a struct) inside the act ``kind``."""
    return said("labels", f"{base(kind)}.{field}", f"{owner}.{field}", field)


def hint(kind: str, owner: str, field: str) -> str:
    """Return the hint below the label, empty where none is needed."""
    table = catalogue(language())["hints"]
    names = (f"{base(kind)}.{field}", f"{owner}.{field}", field)
    return next((table[name] for name in names if name in table), "")


def value(field: str, code: str) -> str:
    """Return the word of a ``code`` that ``field`` may hold."""
    if field == "facet":
        return said("streams", code)
    if field == "field":
        return said("labels", code, code.rpartition(".")[2])
    return said("values", f"{field}.{code}", code)


def category(code: str) -> str:
    """Return the word of a category of assets; one that a centre made up stays as it is."""
    return said("categories", code)


def categories() -> list[tuple[str, str]]:
    """Return code and word of every category that has a word, by the word."""
    return sorted(catalogue(language())["categories"].items(), key=lambda one: one[1])


def base(kind: str) -> str:
    """Return a kind without its version."""
    return kind.partition("/")[0]
