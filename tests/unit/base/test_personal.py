"""Numbers that name a person are found; numbers that do not are let through.

Every number here is made up, or is the published example or registration of an organisation.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trading.base.personal import (
    BANK_CARD,
    ID_NUMBER,
    MOBILE,
    find_personal,
    is_bank_card,
    is_credit_code,
    is_id_number,
)


def _id(first: str) -> str:
    return next(first + last for last in "0123456789X" if is_id_number(first + last))


def _card(first: str) -> str:
    return next(first + last for last in "0123456789" if is_bank_card(first + last))


def _credit(first: str) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    return next(first + last for last in alphabet if is_credit_code(first + last))


FIRST_PLACES = re.compile(r"[1-6]\d{5}(19|20)\d\d(0[1-9]|1[0-2])[01][1-9]\d{3}", re.ASCII)
ID = _id("43010219900307123")
CARD_16, CARD_19 = _card("622202000000000"), _card("622202000000000001")


def test_the_example_of_the_standard_is_an_id_number() -> None:
    assert is_id_number("11010519491231002X")
    assert not is_id_number("110105194912310021")


@pytest.mark.parametrize("code", ["9144030071526726XG", "91330100799655058B", "91350100M000100Y43"])
def test_registered_codes_are_credit_codes(code: str) -> None:
    assert is_credit_code(code)
    assert not is_credit_code(code[:-1] + ("0" if code[-1] != "0" else "1"))


@pytest.mark.parametrize("code", ["", "9144030071526726X", "9144030071526726IG"])
def test_what_has_not_the_shape_is_no_credit_code(code: str) -> None:
    assert not is_credit_code(code)


@pytest.mark.parametrize("number", ["4111111111111111", "5555555555554444", "378282246310005"])
def test_the_test_numbers_of_the_card_networks_are_cards(number: str) -> None:
    assert is_bank_card(number)
    assert not is_bank_card(number[:-1] + str((int(number[-1]) + 1) % 10))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"身份证{ID}。", [ID_NUMBER]),
        ("11010519491231002X", [ID_NUMBER]),
        ("11010519491231002x号", [ID_NUMBER]),
        ("１１０１０５１９４９１２３１００２Ｘ", [ID_NUMBER]),
        ("110105 19491231 002X", [ID_NUMBER]),
        ("110105-19491231-002-X", [ID_NUMBER]),
        ("110105\u200b19491231002X", [ID_NUMBER]),
        ("电话13800138000请联系", [MOBILE]),
        ("tel13800138000", [MOBILE]),
        ("138-0013-8000", [MOBILE]),
        ("138 0013 8000", [MOBILE]),
        ("138\u00a00013\u30008000", [MOBILE]),
        ("138 00138000", [MOBILE]),
        ("+86 13800138000", [MOBILE]),
        ("+8613800138000", [MOBILE]),
        ("0086-138-0013-8000", [MOBILE]),
        ("86138 0013 8000", [MOBILE]),
        ("3-1 138 0013 8000", [MOBILE]),
        ("１３８００１３８０００", [MOBILE]),
        ("١٣٨٠٠١٣٨٠٠٠", [MOBILE]),
        (f"卡号{CARD_16}", [BANK_CARD]),
        (CARD_19, [BANK_CARD]),
        (" ".join(CARD_19[n : n + 4] for n in range(0, 19, 4)), [BANK_CARD]),
        ("-".join(CARD_16[n : n + 4] for n in range(0, 16, 4)), [BANK_CARD]),
        (f"{CARD_16} 13800138000 {ID}", [BANK_CARD, MOBILE, ID_NUMBER]),
        ("13800138000、13900139000", [MOBILE]),
    ],
)
def test_personal_numbers_are_found(text: str, kinds: list[str]) -> None:
    assert find_personal(text) == kinds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "三年，每年12000元，面积135.5平方米",
        "2026-11-23 14:41 至 2027-11-22",
        "135 2026-11-23",
        "110105194912310021",  # the check digit is wrong
        "110105194913310022",  # there is no month 13
        "12800138000",  # no network has 128
        "1380013800",
        "138001380001",
        "0731-88888888",
        "1380 01380 00",
        "13,800,138,000",
        CARD_16[:-1] + str((int(CARD_16[-1]) + 1) % 10),
        "4111111111111111" + "0" * 4,
        "20261123000100017",  # the number of a file
        "2026 2027 2028 2029",
        "4111111 111111111",  # not how a card is grouped
        "4111 1111 11111111",
        "9144030071526726XG",
        "统一社会信用代码 91330100799655058B",
        "91330100799655058b",
        "12 34567890123456789012345",
    ],
)
def test_other_numbers_are_let_through(text: str) -> None:
    assert find_personal(text) == []


def test_a_credit_code_of_digits_alone_is_neither_card_nor_person() -> None:
    # One that would pass as a card is found by search, so that the order of the checks matters.
    code = next(
        found
        for found in (_credit(f"5243010{number:010d}") for number in range(5000))
        if found.isdigit() and is_bank_card(found)
    )
    assert find_personal(f"代码{code}") == []
    other = next(code[:8] + digit + code[9:] for digit in "0123456789" if digit != code[8])
    assert not is_credit_code(other)


def test_an_id_number_that_also_passes_as_a_credit_code_is_personal() -> None:
    both = next(
        found
        for found in (_id(f"43010219900307{number:03d}") for number in range(1000))
        if is_credit_code(found)
    )
    assert find_personal(both) == [ID_NUMBER]


@given(st.from_regex(FIRST_PLACES, fullmatch=True))
@example("60226420370509012")  # its first 17 digits pass as a card
def test_every_id_number_is_found_and_no_other_check_digit_is(first: str) -> None:
    good = _id(first)
    assert find_personal(f"某{good}某") == [ID_NUMBER]
    for last in "0123456789X":
        assert is_id_number(first + last) == (first + last == good)


@given(st.text(max_size=200))
def test_any_text_can_be_scanned(text: str) -> None:
    assert set(find_personal(text)) <= {ID_NUMBER, MOBILE, BANK_CARD}
