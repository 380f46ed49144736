"""The details of errors and findings in Chinese, by their English sentence.

The program, its driver and click say what happened in English; ``templates/messages/details.toml``
holds the Chinese of each sentence, with ``{0}``, ``{1}`` where a value stands. A sentence that is
a value of another one is put into Chinese too.
"""

from __future__ import annotations

import functools
import re
import tomllib

from trading.base import assets

CATALOGUE = "templates/messages/details.toml"
_SLOT = re.compile(r"\{\d\}")


def in_chinese(detail: str) -> str:
    """Return the Chinese of an English ``detail``; what is not in the catalogue stays as it is."""
    plain, patterns = _catalogue()
    if detail in plain:
        return plain[detail]
    for pattern, chinese in patterns:
        match = pattern.fullmatch(detail)
        if match:
            return chinese.format(*(in_chinese(value or "") for value in match.groups()))
    return detail


@functools.cache
def sentences() -> dict[str, dict[str, str]]:
    """Return the catalogue: the Chinese by the English, below the name of who says it."""
    found: dict[str, dict[str, str]] = tomllib.loads(assets.read_text(CATALOGUE))
    return found


@functools.cache
def _catalogue() -> tuple[dict[str, str], tuple[tuple[re.Pattern[str], str], ...]]:
    """Return the sentences without a value; and the others, frames and what says most first."""
    told = {en: zh for table in sentences().values() for en, zh in table.items()}
    plain = {en: zh for en, zh in told.items() if not _SLOT.search(en)}
    frames = sentences()["frames"]
    open_ones = sorted(told.keys() - plain.keys() - frames.keys(), key=_said, reverse=True)
    return plain, tuple((_pattern(en), told[en]) for en in (*frames, *open_ones))


def _said(english: str) -> int:
    return len(_SLOT.sub("", english))


def _pattern(english: str) -> re.Pattern[str]:
    parts = (re.escape(part) for part in _SLOT.split(english))
    return re.compile("(.*?)".join(parts), re.DOTALL)
