"""When rent falls due and what of it is late, on exact days; the rungs before an end."""

from __future__ import annotations

from datetime import date

import pytest

from trading.base.deadline import day_start_us
from trading.base.money import PriceUnit
from trading.register.rent import (
    Arrears,
    Instalments,
    add_months,
    area_band,
    arrears,
    instalments,
    ladder_us,
    level_schedule,
    unit_year_fen,
    unpaid,
)

STARTS = date(2026, 1, 31)
QUARTERLY = (Instalments(0, 3, 4, 1000),)


@pytest.mark.parametrize(
    ("months", "day"),
    [
        (0, date(2026, 1, 31)),
        (1, date(2026, 2, 28)),
        (3, date(2026, 4, 30)),
        (12, date(2027, 1, 31)),
        (25, date(2028, 2, 29)),
        (-1, date(2025, 12, 31)),
    ],
)
def test_months_go_to_the_same_day_or_the_last_of_a_shorter_month(months: int, day: date) -> None:
    assert add_months(STARTS, months) == day


@pytest.mark.parametrize(
    ("unit", "price_fen", "quantity", "months", "schedule"),
    [
        ("CNY/lot/year", 100_000, 5_000, 36, (Instalments(0, 12, 3, 100_000),)),
        ("CNY/m2/month", 1_550, 32_500, 6, (Instalments(0, 1, 6, 50_375),)),
        ("CNY/lot/half_year", 900, 1, 12, (Instalments(0, 6, 2, 900),)),
        ("CNY/lot/quarter", 900, 1, 7, (Instalments(0, 3, 2, 900), Instalments(6, 0, 1, 300))),
        ("CNY/lot/year", 1200, 1, 6, (Instalments(0, 0, 1, 600),)),
        ("CNY/lot/year", 1, 1, 13, (Instalments(0, 12, 1, 1),)),
        ("jin_rice/mu/year", 450, 2_000, 24, (Instalments(0, 12, 2, 900),)),
        ("CNY/lot/term", 7_000, 1, 60, (Instalments(0, 0, 1, 7_000),)),
        ("CNY/lot", 7_000, 1, 0, (Instalments(0, 0, 1, 7_000),)),
    ],
)
def test_an_unchanging_price_is_paid_when_each_period_begins(
    unit: str, price_fen: int, quantity: int, months: int, schedule: tuple[Instalments, ...]
) -> None:
    assert level_schedule(PriceUnit.parse(unit), price_fen, quantity, months) == schedule


def test_instalments_are_numbered_through_all_runs() -> None:
    schedule = (*QUARTERLY, Instalments(12, 0, 1, 50))
    assert [
        (one.number, str(one.day), one.amount_fen) for one in instalments(schedule, STARTS)
    ] == [
        (1, "2026-01-31", 1000),
        (2, "2026-04-30", 1000),
        (3, "2026-07-31", 1000),
        (4, "2026-10-31", 1000),
        (5, "2027-01-31", 50),
    ]


@pytest.mark.parametrize(
    ("paid", "day", "late"),
    [
        ((), date(2026, 1, 31), Arrears(0, 0)),
        ((), date(2026, 2, 1), Arrears(1000, 1)),
        ((0, 1000), date(2026, 4, 30), Arrears(0, 0)),
        ((0, 999), date(2026, 5, 1), Arrears(1001, 90)),
        ((0, 0, 1000), date(2026, 5, 1), Arrears(1000, 90)),
        ((500, 1000, 1000, 1000, 1000), date(2030, 1, 1), Arrears(0, 0)),
    ],
)
def test_rent_is_late_from_the_day_after_it_is_due(
    paid: tuple[int, ...], day: date, late: Arrears
) -> None:
    assert arrears(unpaid(QUARTERLY, STARTS, paid), day) == late


def test_what_was_paid_before_is_not_asked_for_again() -> None:
    left = list(unpaid(QUARTERLY, STARTS, (0, 0, 400), through=1))
    assert [(one.number, one.amount_fen) for one in left] == [(2, 600), (3, 1000), (4, 1000)]


def test_rungs_before_the_contract_came_to_the_register_are_reached_there() -> None:
    after, at_us = date(2027, 1, 1), day_start_us(date(2026, 3, 2))
    days = [date(2026, 7, 1), date(2026, 10, 1), date(2026, 12, 1), after]
    assert ladder_us(after, (1, 3, 12, 6), at_us) == (at_us, *map(day_start_us, days))


@pytest.mark.parametrize(
    ("unit", "price_fen", "quantity", "months", "fen"),
    [
        ("CNY/m2/month", 1_550, 32_500, 36, 18_600),
        ("CNY/lot/year", 100_000, 25_000, 36, 4_000),
        ("CNY/mu/term", 60_000, 5_000, 60, 12_000),
        ("CNY/lot", 60_000, 5_000, 0, 0),
        ("CNY/lot/year", 60_000, 0, 12, 0),
    ],
)
def test_prices_are_compared_by_unit_and_year(
    unit: str, price_fen: int, quantity: int, months: int, fen: int
) -> None:
    assert unit_year_fen(PriceUnit.parse(unit), price_fen, quantity, months) == fen


def test_like_sizes_lie_in_one_band() -> None:
    assert [area_band(q) for q in (1, 1_000, 1_001, 10_000, 50_001, 10**12)] == [0, 0, 1, 1, 3, 7]
