"""The rows of the demonstration: what the source tells, and a ladder between its two prices."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.base.errors import SetupError
from trading.demo.cast import numbers, representatives
from trading.demo.rows import ladder, playable, rows, thousandths
from trading.demo.stage import rows as staged

R033 = playable("R033", step_yuan=1, bidders=9, bids=42)


def test_the_rows_of_the_stage_are_what_their_sources_say() -> None:
    found = {row.id: row for row in staged()}
    assert (found["R033"].start_fen, found["R033"].result_fen) == (8_000, 20_400)
    assert (found["R109"].start_fen, found["R109"].result_fen) == (8_000_000, 10_200_000)
    assert all(row.source_url.startswith("http") for row in found.values())


def test_a_row_without_start_or_result_cannot_be_played() -> None:
    bare = next(name for name, row in rows().items() if not row["result_price"])
    with pytest.raises(SetupError, match=bare):
        playable(bare, step_yuan=1, bidders=3, bids=3)


@pytest.mark.parametrize(
    ("text", "found"), [("130.72", 130_720), ("3", 3_000), ("0.5", 500), ("2.", 2_000)]
)
def test_quantities_are_whole_thousandths(text: str, found: int) -> None:
    assert thousandths(text) == found


@given(st.integers(2, 60))
def test_a_ladder_climbs_from_start_to_result_in_whole_steps(bids: int) -> None:
    prices = ladder(msgspec.structs.replace(R033, bids=bids))
    assert (prices[0], prices[-1], len(prices)) == (R033.start_fen, R033.result_fen, bids)
    raises = [after - before for before, after in pairwise(prices)]
    assert all(size > 0 and size % R033.step_fen == 0 for size in raises)


def test_a_single_bid_is_the_start() -> None:
    assert ladder(msgspec.structs.replace(R033, bids=1)) == [R033.start_fen]


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
