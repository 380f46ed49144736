"""Numbers of bidders, and the folds of roll and sale."""

from __future__ import annotations

import pytest

from trading.bidding.rules import (
    Acknowledged,
    Admitted,
    Awaited,
    BidAccepted,
    Listed,
    Roll,
    RollFrozen,
    Sale,
    SaleOpened,
    SaleShifted,
    Struck,
    acknowledged,
    admitted,
    awaited,
    bid_accepted,
    bidder_number,
    bidders,
    listed,
    lot_of,
    registration_stream,
    roll_frozen,
    sale_opened,
    sale_shifted,
    struck,
)


@pytest.mark.parametrize(
    ("actor", "number"),
    [
        ("bidder-101", 101),
        ("bidder-", 0),
        ("bidder-1e3", 0),
        ("bidder--5", 0),
        ("bidder-１０１", 0),
        ("bidder-²", 0),
        ("office-101", 0),
        ("", 0),
    ],
)
def test_only_ascii_digits_make_a_number(actor: str, number: int) -> None:
    assert bidder_number(actor) == number


def test_the_roll_keeps_who_waits_and_who_may_bid() -> None:
    roll = listed(None, Listed("a", 1, 1, ("rep-02",)))
    roll = listed(roll, Listed("b", 2, 2, ("rep-01", "rep-02")))
    assert roll == Roll({"a": 1, "b": 2}, (), (), {"a": 1, "b": 2}, ("rep-01", "rep-02"))
    roll = awaited(awaited(roll, Awaited(1)), Awaited(2))
    assert roll.pending == (1, 2)
    both = admitted(admitted(roll, Admitted(2)), Admitted(1))
    assert (both.pending, both.qualified) == ((), (1, 2))
    assert struck(both, Struck(2)).qualified == (1,)
    assert struck(roll, Struck(2)).pending == (1,)


def test_who_has_not_read_the_amended_notice_is_no_bidder() -> None:
    roll = Roll({"a": 1, "b": 2}, (), (1, 2), {"a": 1, "b": 2})
    assert bidders(roll, 2) == (2,)
    assert roll_frozen(roll, RollFrozen(2)).qualified == (2,)
    read = acknowledged(roll, Acknowledged("a", 2))
    assert roll_frozen(read, RollFrozen(2)).qualified == (1, 2)


@pytest.mark.parametrize(
    ("stream", "lot"),
    [("roll/case-a-1", "case-a-1"), ("registration/case-a-1-101", "case-a-1"),
     ("deposit/case-a-1r2-101", "case-a-1r2")],
)  # fmt: skip
def test_a_stream_of_bidding_names_its_lot(stream: str, lot: str) -> None:
    assert lot_of(stream) == lot


def test_the_sale_counts_bids_and_extensions() -> None:
    sale = sale_opened(None, SaleOpened(100, 0))
    sale = bid_accepted(sale, BidAccepted(7, 500, 100))
    assert sale == Sale(100, 7, 500, 1, 0)
    sale = bid_accepted(sale, BidAccepted(8, 600, 130))
    assert sale == Sale(130, 8, 600, 2, 1, 7, 500)
    assert sale_shifted(sale, SaleShifted(9, 0)).ends_us == 139
    rolling = sale_shifted(sale_opened(None, SaleOpened(160, 100)), SaleShifted(9, 9))
    assert (rolling.ends_us, rolling.free_until_us) == (169, 109)


def test_a_registration_is_named_after_lot_and_number() -> None:
    assert registration_stream("case-a-1", 101) == "registration/case-a-1-101"
