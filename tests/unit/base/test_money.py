"""Amounts and price units: what is read, what is refused and why."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.base.errors import InvalidInput
from trading.base.money import MAX_FEN, PriceUnit, format_yuan, is_multiple, parse_yuan


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("0.00", 0),
        ("0.5", 50),
        ("0.05", 5),
        ("15600", 1_560_000),
        ("15600.00", 1_560_000),
        ("77880.3", 7_788_030),
        ("1368.81", 136_881),
        ("10000000000000", MAX_FEN),
        ("10000000000000.00", MAX_FEN),
    ],
)
def test_amounts_that_are_read(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("１２３", "not_ascii"),
        ("12。5", "not_ascii"),
        ("12\n", "not_ascii"),
        ("١٢", "not_ascii"),
        ("12 ", "space"),
        (" 12", "space"),
        ("1 200", "space"),
        ("-1", "sign"),
        ("+1", "sign"),
        ("1e-3", "sign"),
        ("1,200", "thousands_separator"),
        ("1e3", "exponent"),
        ("1.5E3", "exponent"),
        ("007", "leading_zero"),
        ("00", "leading_zero"),
        ("01.50", "leading_zero"),
        ("1.005", "too_many_decimals"),
        ("10000000000000.01", "too_large"),
        ("9" * 32, "too_large"),
        ("9" * 40, "too_large"),
        ("x" * 40, "malformed"),
        ("１" * 40, "malformed"),
        ("1.", "malformed"),
        (".5", "malformed"),
        ("1.5.0", "malformed"),
        ("0x10", "malformed"),
        ("1_000", "malformed"),
        ("12yuan", "malformed"),
        ("NaN", "malformed"),
    ],
)
def test_amounts_that_are_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_yuan(text, "bid_step")
    assert caught.value.params == {"field": "bid_step", "reason": reason}


@given(st.integers(0, MAX_FEN))
def test_what_is_written_reads_back(fen: int) -> None:
    assert parse_yuan(format_yuan(fen).replace(",", "")) == fen


@given(st.text(max_size=40) | st.text("0123456789.", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidInput):
        assert 0 <= parse_yuan(text) <= MAX_FEN


def test_amounts_for_people() -> None:
    assert format_yuan(1_560_000) == "15,600.00"
    assert format_yuan(7) == "0.07"
    assert format_yuan(-123_456) == "-1,234.56"


def test_steps() -> None:
    assert is_multiple(1_100, 1_000, 50)
    assert is_multiple(1_000, 1_000, 50)
    assert not is_multiple(1_101, 1_000, 50)
    assert not is_multiple(950, 1_000, 50)
    with pytest.raises(InvalidInput):
        is_multiple(1_000, 1_000, 0)


@pytest.mark.parametrize(
    ("text", "zh", "en", "canonical"),
    [
        ("CNY/lot/year", "元/宗·年", "CNY per lot per year", "CNY/lot/year"),
        ("CNY/lot/month", "元/宗·月", "CNY per lot per month", "CNY/lot/month"),
        ("CNY/lot/quarter", "元/宗·季", "CNY per lot per quarter", "CNY/lot/quarter"),
        ("CNY/lot/half_year", "元/宗·半年", "CNY per lot per half-year", "CNY/lot/half_year"),
        ("CNY/mu/year", "元/亩·年", "CNY per mu per year", "CNY/mu/year"),
        ("CNY/mu/year (first 4 years)", "元/亩·年", "CNY per mu per year", "CNY/mu/year"),
        ("CNY/sqm/month", "元/平方米·月", "CNY per m² per month", "CNY/m2/month"),
        ("CNY/m2/month", "元/平方米·月", "CNY per m² per month", "CNY/m2/month"),
        ("CNY/bays/year", "元/车位·年", "CNY per bay per year", "CNY/bay/year"),
        ("CNY/lot/term_total", "元/宗·全期", "CNY per lot for the whole term", "CNY/lot/term"),
        (
            "CNY/lot/term_total (unit not stated)",
            "元/宗·全期",
            "CNY per lot for the whole term",
            "CNY/lot/term",
        ),
        (
            "CNY/lot/year (rent is paid yearly; unit implied)",
            "元/宗·年",
            "CNY per lot per year",
            "CNY/lot/year",
        ),
        ("CNY/lot", "元/宗", "CNY per lot", "CNY/lot"),
        ("CNY", "元/宗", "CNY per lot", "CNY/lot"),
        ("CNY all bays", "元/宗", "CNY per lot", "CNY/lot"),
        ("CNY project cost stated", "元/宗", "CNY per lot", "CNY/lot"),
        ("CNY total premium/revenue, 'over 1.66 million'", "元/宗", "CNY per lot", "CNY/lot"),
        ("jin_rice/mu/year", "斤稻谷/亩·年", "jin of rice per mu per year", "jin_rice/mu/year"),
    ],
)
def test_units_seen_in_real_notices(text: str, zh: str, en: str, canonical: str) -> None:
    unit = PriceUnit.parse(text)
    assert unit.label("zh") == zh
    assert unit.label("en") == en
    assert str(unit) == canonical
    assert PriceUnit.parse(canonical) == unit


@pytest.mark.parametrize(
    "text",
    ["", "USD/mu/year", "CNY/acre/year", "CNY/mu/day", "CNY/mu/year/x", "fen/mu/year", "CNY per"],
)
def test_units_that_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        PriceUnit.parse(text, "start_unit")
    assert caught.value.params == {"field": "start_unit", "reason": "unknown_unit"}


def test_a_unit_cannot_be_built_of_unknown_parts() -> None:
    with pytest.raises(InvalidInput):
        PriceUnit("fen", "acre", "year")


def test_a_label_has_two_languages() -> None:
    with pytest.raises(InvalidInput):
        PriceUnit.parse("CNY/lot").label("fr")
