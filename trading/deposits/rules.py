"""Deposits: what was received for a registration, where the money is and why it moved.

held -> refund due -> refunded, converted or forfeited; every move follows a decided event.
Source: domain brief, section 9.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from trading.engine.stream import Corrected, Event, Facet, Stream

Account = Literal["bank", "held", "refund_due", "price", "forfeited", "costs", "shortfall", "owner"]
"""Where money lies: at the bank, owed to a bidder, or no longer his."""

BREACHES = frozenset({"collusion", "bribery", "false_materials"})
"""Causes for which a result is voided and the winner's own breach costs the deposit."""


class Deposit(Facet, frozen=True):
    """Money received by bank time ``paid_us``; the payer is known only as same or not.

    ``account`` is where the money lies now; a forfeited deposit keeps its cause and the price
    that its bidder did not stand by.
    """

    amount_fen: int
    paid_us: int
    bank_reference: str
    account: Account = "held"
    cause: str = ""
    price_fen: int = 0


class DepositReceived(Event, frozen=True, tag="deposit_received/1"):
    """The bank reported a deposit."""

    amount_fen: int
    paid_us: int
    bank_reference: str


class DepositMoved(Event, frozen=True, tag="deposit_moved/1"):
    """The whole deposit went from one account to another."""

    source: Account
    target: Account
    amount_fen: int


class DepositForfeited(Event, frozen=True, tag="deposit_forfeited/1"):
    """The bidder lost the deposit for ``cause``; ``price_fen`` is the price not stood by, or 0."""

    source: Account
    amount_fen: int
    cause: str
    price_fen: int


class DepositApplied(Event, frozen=True, tag="deposit_applied/1"):
    """A forfeited deposit was used in the order of the rule; ``excess_fen`` is the bidder's own."""

    costs_fen: int
    shortfall_fen: int
    owner_fen: int
    excess_fen: int


class Posting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the ledger in double entry; ``amount_fen`` leaves ``credit`` for ``debit``."""

    debit: Account
    credit: Account
    amount_fen: int


class DepositCorrected(Corrected, frozen=True, tag="deposit_corrected/1"):
    """What the bank had reported of a deposit was keyed wrongly."""


def received(_deposit: Deposit | None, event: DepositReceived) -> Deposit:
    """Fold the receipt of money."""
    return Deposit(event.amount_fen, event.paid_us, event.bank_reference)


def moved(deposit: Deposit, event: DepositMoved) -> Deposit:
    """Fold a move of the whole deposit."""
    return msgspec.structs.replace(deposit, account=event.target)


def forfeited(deposit: Deposit, event: DepositForfeited) -> Deposit:
    """Fold the loss of the deposit."""
    return msgspec.structs.replace(
        deposit, account="forfeited", cause=event.cause, price_fen=event.price_fen
    )


def move(deposit: Deposit, target: Account) -> DepositMoved:
    """Return the move of ``deposit`` from where it lies to ``target``."""
    return DepositMoved(deposit.account, target, deposit.amount_fen)


def postings(event: Event) -> tuple[Posting, ...]:
    """Return the rows that ``event`` writes in the ledger, none for what moves no money.

    Money at the bank is ours to answer for: it is debited where it arrives, and every other
    account is a claim on it.
    """
    if isinstance(event, DepositReceived):
        return (Posting("bank", "held", event.amount_fen),)
    if isinstance(event, DepositMoved):
        return (Posting(event.source, event.target, event.amount_fen),)
    if isinstance(event, DepositForfeited):
        return (Posting(event.source, "forfeited", event.amount_fen),)
    if isinstance(event, DepositApplied):
        uses: tuple[tuple[Account, int], ...] = (
            ("costs", event.costs_fen), ("shortfall", event.shortfall_fen),
            ("owner", event.owner_fen), ("refund_due", event.excess_fen),
        )  # fmt: skip
        return tuple(Posting("forfeited", account, fen) for account, fen in uses if fen)
    return ()


def deposit_stream(lot: str, number: int) -> str:
    """Return the stream of one deposit; ``lot`` is the id without its kind."""
    return f"deposit/{lot}-{number}"


def lot_stream(deposit: Stream) -> str:
    """Return the stream of the lot that a deposit was paid for."""
    return f"lot/{deposit.name.partition('/')[2].rpartition('-')[0]}"
