"""The ledger of a deposit: double entry, and nothing left over."""

from __future__ import annotations

from collections import Counter

import pytest

from trading.deposits.rules import (
    Account,
    Deposit,
    DepositForfeited,
    DepositReceived,
    forfeited,
    move,
    moved,
    postings,
    received,
)
from trading.engine.stream import Event

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


def test_what_moves_no_money_writes_no_row() -> None:
    assert postings(Event()) == ()
