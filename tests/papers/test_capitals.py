"""Amounts in capitals: every one is read back to the same fen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.base.errors import InvalidInput
from trading.base.money import MAX_FEN
from trading.papers.capitals import capitals

DIGITS = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read_back(text: str) -> int:
    """Return the fen that capitals say; a reader of its own, from right rules alone."""
    yuan, found, tail = text.partition("元")
    if not found:
        yuan, tail = "", text
    return _whole(yuan) * 100 + _tail(tail)


def _whole(text: str) -> int:
    for mark, factor in (("亿", 10**8), ("万", 10**4)):
        head, found, tail = text.rpartition(mark)
        if found:
            return _whole(head) * factor + _whole(tail)
    total = digit = 0
    for letter in text:
        if letter in PLACES:
            total += (digit or 1) * PLACES[letter]
            digit = 0
        else:
            digit = DIGITS[letter]
    return total + digit


def _tail(text: str) -> int:
    jiao, found, rest = text.strip("整零").partition("角")
    if not found:
        jiao, rest = "", jiao
    fen = rest.strip("零分")
    return (DIGITS[jiao] * 10 if jiao else 0) + (DIGITS[fen] if fen else 0)


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角"),
        (100, "壹元整"),
        (1_560_050, "壹万伍仟陆佰元伍角"),
        (100_505, "壹仟零伍元零伍分"),
        (10_000_000_100, "壹亿零壹元整"),
        (123_000_000, "壹佰贰拾叁万元整"),
        (MAX_FEN, "壹拾万亿元整"),
    ],
)
def test_amounts_in_capitals(fen: int, text: str) -> None:
    assert capitals(fen) == text


@given(st.integers(min_value=0, max_value=MAX_FEN))
def test_capitals_read_back_to_the_same_amount(fen: int) -> None:
    assert read_back(capitals(fen)) == fen


@pytest.mark.parametrize("fen", [-1, MAX_FEN + 1])
def test_what_no_paper_can_say(fen: int) -> None:
    with pytest.raises(InvalidInput):
        capitals(fen)


def test_the_reader_notices_a_wrong_digit() -> None:
    assert read_back("壹万伍仟陆佰元伍角") != read_back("壹万伍仟陆佰元陆角")
