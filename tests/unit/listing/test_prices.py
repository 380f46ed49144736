"""Prices of real notices: every amount by its formula, every schedule by its escalator."""

from __future__ import annotations

import pytest

from tests.support.acts import START_FEN, plan
from trading.listing.prices import (
    Rent,
    for_months,
    is_sound,
    payments,
    rent_for,
    rent_of,
    rises,
    schedule,
    total,
)
from trading.listing.rules import Escalator, Rise, Terms
from trading.register.rent import Instalments

R033 = Rent(20_400, "CNY/mu/year", 653_000, 300, 12, Escalator(500, every_years=5))


def amounts(rent: Rent) -> list[int]:
    return [payment.due.amount_fen for payment in payments(rent)]


def test_r033_rises_by_a_twentieth_every_five_years() -> None:
    found = payments(R033)
    assert len(found) == 25
    assert [found[n].due.amount_fen for n in (0, 4, 5, 10, 24)] == [
        13_321_200, 13_321_200, 13_987_260, 14_686_623, 16_192_002,
    ]  # fmt: skip
    assert found[0].due.formula_zh == "204.00元/亩·年 × 653 × 12个月 ÷ 12 = 133,212.00元"
    assert found[10].due.formula_en == (
        "204.00 CNY per mu per year × 653 × 12 months ÷ 12 × 1.05^2 = 146,866.23 CNY"
    )
    assert (found[24].number, found[24].first_month, found[24].months) == (25, 289, 12)


def test_the_total_is_the_sum_of_its_payments_and_says_so() -> None:
    found = total(R033)
    assert found.amount_fen == sum(amounts(R033))
    assert found.formula_zh.startswith("5期 × 133,212.00元 + 5期 × 139,872.60元 + ")
    assert found.formula_zh.endswith(" = 3,680,401.95元")
    assert found.formula_en.startswith("5 × 133,212.00 CNY + ")


def test_r076_and_r077_come_to_what_31_months_cost_though_2646500_was_reported() -> None:
    lots = [(71_000, 557_000), (74_000, 850_000)]
    found = [
        total(Rent(price, "CNY/mu/year", quantity, 31, payment_months=0))
        for price, quantity in lots
    ]
    assert [one.amount_fen for one in found] == [102_163_083, 162_491_667]
    assert sum(one.amount_fen for one in found) == 264_654_750
    assert 264_654_750 - 264_650_000 == 4_750
    assert found[0].formula_zh == "710.00元/亩·年 × 557 × 31个月 ÷ 12 = 1,021,630.83元"


def test_r082_is_paid_in_rice_which_is_never_turned_into_money() -> None:
    rice = Rent(65_000, "jin_rice/mu/year", 30_500, 36)
    assert amounts(rice) == [1_982_500] * 3
    first = payments(rice)[0].due
    assert first.formula_zh == "650.00斤稻谷/亩·年 × 30.5 × 12个月 ÷ 12 = 19,825.00斤稻谷"
    assert first.formula_en.endswith(" = 19,825.00 jin of rice")
    assert total(rice).formula_zh == "3期 × 19,825.00斤稻谷 = 59,475.00斤稻谷"


def test_a_square_metre_a_month_with_a_deposit_of_three_months() -> None:
    shop = Rent(3_550, "CNY/m2/month", 80_250, 24, 3)
    assert amounts(shop) == [854_663] * 8
    assert for_months(shop, 3).amount_fen == 854_663  # 8 546.625 yuan, half a fen up
    assert for_months(shop, 3).formula_zh == "35.50元/平方米·月 × 80.25 × 3个月 = 8,546.63元"


@pytest.mark.parametrize(
    ("unit", "months", "amount_fen"),
    [
        ("CNY/lot/half_year", 12, 200_000),
        ("CNY/lot/half_year", 3, 50_000),
        ("CNY/lot/quarter", 12, 400_000),
        ("CNY/lot/month", 1, 100_000),
        ("CNY/lot/year", 1, 8_333),
        ("CNY/lot/year", 7, 58_333),
    ],
)
def test_whole_months_of_every_period(unit: str, months: int, amount_fen: int) -> None:
    assert for_months(Rent(100_000, unit, 1000, 36), months).amount_fen == amount_fen


@pytest.mark.parametrize("unit", ["CNY/lot/term", "CNY/lot"])
def test_a_price_of_the_whole_is_one_payment(unit: str) -> None:
    (only,) = payments(Rent(5_000_000, unit, 1000, 60, 12))
    assert (only.due.amount_fen, only.months) == (5_000_000, 60)
    assert only.due.formula_zh.endswith(" = 50,000.00元")


def test_the_last_payment_is_for_the_months_that_are_left() -> None:
    found = payments(Rent(120_000, "CNY/lot/year", 1000, 31))
    assert [payment.months for payment in found] == [12, 12, 7]
    assert found[-1].due.amount_fen == 70_000


def test_a_payment_across_a_rise_counts_each_stretch_by_itself() -> None:
    rent = Rent(120_000, "CNY/lot/year", 1000, 24, 24, Escalator(300))
    (only,) = payments(rent)
    assert only.due.amount_fen == 243_600
    assert only.due.formula_zh == (
        "1,200.00元/宗·年 × 12个月 ÷ 12 + 1,200.00元/宗·年 × 12个月 ÷ 12 × 1.03 = 2,436.00元"
    )


def test_the_register_keeps_runs_of_equal_payments() -> None:
    assert schedule(R033)[:2] == (
        Instalments(0, 12, 5, 13_321_200), Instalments(60, 12, 5, 13_987_260),
    )  # fmt: skip
    odd = Rent(120_000, "CNY/lot/year", 1000, 31)
    assert schedule(odd) == (Instalments(0, 12, 2, 120_000), Instalments(24, 0, 1, 70_000))
    assert schedule(Rent(5_000, "CNY/lot", 1000, 0)) == (Instalments(0, 0, 1, 5_000),)


def test_without_a_term_the_first_period_is_all_that_is_known() -> None:
    assert amounts(Rent(120_000, "CNY/lot/year", 1000, 0)) == [120_000]


@pytest.mark.parametrize(
    ("escalator", "by_year"),
    [
        (Escalator(), {1: (), 70: ()}),
        (Escalator(200), {1: (), 2: (200,), 4: (200, 200, 200)}),
        (Escalator(500, 5), {5: (), 6: (500,), 10: (500,), 11: (500, 500)}),
        (Escalator(500, 2, 5), {4: (), 5: (500,), 6: (500,), 7: (500, 500)}),
        (
            Escalator(listed=(Rise(4, 1000), Rise(7, 1500))),
            {3: (), 4: (1000,), 6: (1000,), 7: (1000, 1500)},
        ),
    ],
)
def test_the_rises_of_real_contracts(
    escalator: Escalator, by_year: dict[int, tuple[int, ...]]
) -> None:
    assert {year: rises(escalator, year) for year in by_year} == by_year


def test_listed_rises_are_written_one_by_one() -> None:
    rent = Rent(
        100_000, "CNY/lot/year", 1000, 84, 12, Escalator(listed=(Rise(4, 1000), Rise(7, 1500)))
    )
    assert amounts(rent) == [100_000] * 3 + [110_000] * 3 + [126_500]
    assert payments(rent)[-1].due.formula_zh.endswith("× 1.1 × 1.15 = 1,265.00元")


@pytest.mark.parametrize(
    ("escalator", "sound"),
    [
        (Escalator(), True),
        (Escalator(300, 2, 5), True),
        (Escalator(300, from_year=1), False),
        (Escalator(300, listed=(Rise(4, 1000),)), False),
        (Escalator(listed=(Rise(7, 1000), Rise(4, 1000))), False),
        (Escalator(listed=(Rise(4, 1000), Rise(4, 1000))), False),
    ],
)
def test_an_escalator_is_regular_or_listed_in_order(escalator: Escalator, sound: bool) -> None:
    assert is_sound(escalator) is sound


def test_the_rent_of_a_lot_is_at_its_start_price_or_at_the_price_given() -> None:
    terms = Terms("case-a", "notice-a", plan(), 1000, "lot", "甲社区", 300, 300)
    assert rent_for(plan(), 1000) == rent_of(terms, START_FEN)
    assert total(rent_of(terms, 120_000)).amount_fen == 360_000
