"""The ledger of a deposit: double entry, and nothing left over."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.acts import plan
from trading.deposits.application import application, applied, shortfall_fen
from trading.deposits.rules import (
    Account,
    Deposit,
    DepositApplied,
    DepositForfeited,
    DepositReceived,
    forfeited,
    move,
    moved,
    postings,
    received,
)
from trading.engine.stream import Event
from trading.listing.rules import Terms

LOST = Deposit(20_000, 7, "bank-1", "forfeited", "not_paid", 101_000)
RECEIVED = DepositReceived(20_000, 7, "bank-1")


def balances(events: list[Event]) -> dict[str, int]:
    """Return what lies in each account: money at the bank against what is owed for it."""
    found: Counter[str] = Counter()
    for event in events:
        for row in postings(event):
            found[row.debit] += row.amount_fen
            found[row.credit] -= row.amount_fen
    return {account: fen for account, fen in found.items() if fen}


@pytest.mark.parametrize(
    ("targets", "left"),
    [
        ((), {"bank": 20_000, "held": -20_000}),
        (("refund_due", "bank"), {}),
        (("price",), {"bank": 20_000, "price": -20_000}),
    ],
)
def test_every_move_of_a_deposit_balances(targets: tuple[Account, ...], left: object) -> None:
    deposit, events = received(None, RECEIVED), [RECEIVED]
    trail: list[Event] = list(events)
    for target in targets:
        event = move(deposit, target)
        deposit = moved(deposit, event)
        trail.append(event)
    assert balances(trail) == left
    assert deposit.account == (targets[-1] if targets else "held")


def test_a_forfeited_deposit_is_the_owners_to_use() -> None:
    event = DepositForfeited("price", 20_000, "not_signed", 101_000)
    deposit = forfeited(Deposit(20_000, 7, "bank-1", "price"), event)
    assert (deposit.account, deposit.cause, deposit.price_fen) == (
        "forfeited",
        "not_signed",
        101_000,
    )
    trail: list[Event] = [RECEIVED, move(received(None, RECEIVED), "price"), event]
    assert balances(trail) == {"bank": 20_000, "forfeited": -20_000}


@pytest.mark.parametrize(
    ("costs", "shortfall", "uses"),
    [
        (0, 0, (0, 0, 20_000, 0)),
        (500, 0, (500, 0, 19_500, 0)),
        (500, 3_000, (500, 3_000, 16_500, 0)),
        (500, 90_000, (500, 19_500, 0, 0)),
        (20_000, 3_000, (20_000, 0, 0, 0)),
    ],
)
def test_a_forfeited_deposit_pays_costs_then_shortfall_then_the_owner(
    costs: int, shortfall: int, uses: tuple[int, int, int, int]
) -> None:
    event = application(LOST, 20_000, costs, shortfall)
    assert event == DepositApplied(*uses)
    trail: list[Event] = [RECEIVED, DepositForfeited("held", 20_000, "not_paid", 1), event]
    left = balances(trail)
    assert left.pop("bank") == 20_000 == -sum(left.values())
    assert "forfeited" not in left
    assert (applied(LOST, event).amount_fen, applied(LOST, event).account) == (0, "owner")


def test_what_was_paid_above_the_deposit_is_the_bidders() -> None:
    event = application(LOST, 19_000, 500, 0)
    assert event == DepositApplied(500, 0, 18_500, 1_000)
    back = applied(LOST, event)
    assert (back.amount_fen, back.account) == (1_000, "refund_due")


@pytest.mark.parametrize(
    ("unit", "before", "after", "fell"),
    [
        ("CNY/lot/year", 101_000, 100_000, 3_000),
        ("CNY/lot/month", 101_000, 100_000, 36_000),
        ("CNY/lot/year", 100_000, 101_000, 0),
        ("jin_rice/mu/year", 101_000, 100_000, 0),
    ],
)
def test_the_shortfall_is_of_the_whole_price(unit: str, before: int, after: int, fell: int) -> None:
    terms = Terms("case-a", "n", plan(price_unit=unit), 1000, "lot", "甲社区", 300, 60)
    assert shortfall_fen(terms, before, terms, after) == fell


def test_what_moves_no_money_writes_no_row() -> None:
    assert postings(Event()) == ()
