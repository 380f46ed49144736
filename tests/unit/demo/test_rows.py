"""The rows of the demonstration: what the source tells, and a ladder between its two prices."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.demo.cast import numbers, representatives
from trading.demo.rows import case_of, ladder, lot_of_row, thousandths

START_FEN, RESULT_FEN, STEP_FEN = 8_000, 20_400, 100


def test_a_lot_is_what_its_source_says() -> None:
    lot = lot_of_row("R033", "r033", bidders=9, bids=42, step_yuan=1)
    assert (lot.plan.start_price_fen, lot.prices[-1], len(lot.prices)) == (8_000, 20_400, 42)
    assert (lot.plan.term_months, lot.plan.tenure) == (300, "contracting_out")
    assert lot.asset.quantity_thousandths == 653_000
    assert (lot.plan.escalator.percent_hundredths, lot.plan.escalator.every_years) == (500, 5)
    assert lot_of_row("R110", "r110").plan.escalator.percent_hundredths == 0
    sale = lot_of_row("R109", "r109", bidders=8, bids=23, step_yuan=1000)
    assert (sale.plan.term_months, sale.prices[-1]) == (0, 10_200_000)


def test_what_a_source_does_not_tell_is_given() -> None:
    lot = lot_of_row("R091", "r091", bidders=4, bids=3, step_yuan=10, raises=4)
    assert lot.prices == (1_220_000, 1_222_000, 1_224_000)
    assert lot_of_row("R110", "r110").plan.term_months == 36
    assert lot_of_row("R110", "r110").prices == ()


def test_a_case_explains_every_flag_of_every_lot() -> None:
    lots = (lot_of_row("R039", "r039", 1), lot_of_row("R040", "r039", 2))
    case = case_of("r039", *lots, flags="F3 F18", notice_days=40)
    assert [(reason.code, reason.lot) for reason in case.reasons] == [
        ("F3", 1), ("F3", 2), ("F18", 1), ("F18", 2),
    ]  # fmt: skip
    assert (case.notice_days, case.org) == (40, "community-r039")


@pytest.mark.parametrize(
    ("text", "found"), [("130.72", 130_720), ("3", 3_000), ("0.5", 500), ("2.", 2_000)]
)
def test_quantities_are_whole_thousandths(text: str, found: int) -> None:
    assert thousandths(text) == found


@given(st.integers(2, 60))
def test_a_ladder_climbs_from_start_to_result_in_whole_steps(bids: int) -> None:
    prices = ladder(START_FEN, RESULT_FEN, STEP_FEN, bids)
    assert (prices[0], prices[-1], len(prices)) == (START_FEN, RESULT_FEN, bids)
    raises = [after - before for before, after in pairwise(prices)]
    assert all(size > 0 and size % STEP_FEN == 0 for size in raises)


def test_a_single_bid_is_the_start() -> None:
    assert ladder(START_FEN, RESULT_FEN, STEP_FEN, 1) == (START_FEN,)
    assert ladder(START_FEN, RESULT_FEN, STEP_FEN, 0) == ()


def test_bidder_numbers_are_distinct_and_always_the_same() -> None:
    found = numbers("R033", 300)
    assert len(set(found)) == 300
    assert min(found) >= 100
    assert max(found) <= 999
    assert numbers("R033", 9) == found[:9]


def test_representatives_stand_in_the_order_of_their_groups() -> None:
    found = representatives("r033", 4)
    assert [(row.group, row.number) for row in found] == [
        ("group-01", 1), ("group-01", 2), ("group-01", 3), ("group-02", 1),
    ]  # fmt: skip
    assert [row.member for row in found[:2]] == ["rep-r033-01", "rep-r033-02"]
