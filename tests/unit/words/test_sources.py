"""Sources of rules: each is told wholly in Chinese or wholly in English."""

from __future__ import annotations

import re

import pytest

from trading.centre import registry
from trading.words.language import speaking
from trading.words.sources import in_words

HAN, LATIN = re.compile(r"[一-鿿]"), re.compile(r"[A-Za-z]")
SOURCES = sorted({guard.source for guard in registry().guards.values()})


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_told_in_one_language(source: str) -> None:
    with speaking("zh"):
        assert not LATIN.search(in_words(source))
    with speaking("en"):
        assert not HAN.search(in_words(source))


@pytest.mark.parametrize(
    ("source", "chinese", "english"),
    [
        ("domain brief 6, rows 28-30", "业务规范第 6 节第 28 至 30 项", None),
        ("domain brief 6, row 5; 16", "业务规范第 6 节第 5 项；第 16 节", None),
        ("decisions, section 7", "设计决定第 7 节", "decisions section 7"),
        ("民法典 707", "《民法典》第 707 条", "Civil Code, article 707"),
        ("where; nobody knows", "where；nobody knows", None),
    ],
)  # fmt: skip
def test_a_source_is_told_in_words(source: str, chinese: str, english: str | None) -> None:
    with speaking("zh"):
        assert in_words(source) == chinese
    with speaking("en"):
        assert in_words(source) == (english or source)
