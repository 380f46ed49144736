"""Numbers of bidders, and the folds of roll and sale."""

from __future__ import annotations

import pytest

from trading.bidding.rules import (
    Admitted,
    BidAccepted,
    Listed,
    Roll,
    Sale,
    SaleOpened,
    SaleShifted,
    Struck,
    admitted,
    bid_accepted,
    bidder_number,
    listed,
    registration_stream,
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
    roll = listed(listed(None, Listed("a", 1)), Listed("b", 2))
    assert roll.pending == (1, 2)
    assert admitted(roll, Admitted(1)) == Roll({"a": 1, "b": 2}, (2,), (1,))
    assert struck(roll, Struck(2)) == Roll({"a": 1, "b": 2}, (1,), ())


def test_the_sale_counts_bids_and_extensions() -> None:
    sale = sale_opened(None, SaleOpened(100))
    sale = bid_accepted(sale, BidAccepted(7, 500, 100))
    assert sale == Sale(100, 7, 500, 1, 0)
    sale = bid_accepted(sale, BidAccepted(8, 600, 130))
    assert sale == Sale(130, 8, 600, 2, 1)
    assert sale_shifted(sale, SaleShifted(9)).ends_us == 139


def test_a_registration_is_named_after_lot_and_number() -> None:
    assert registration_stream("case-a-1", 101) == "registration/case-a-1-101"
