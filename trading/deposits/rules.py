"""Deposits: what was received for a registration and what became of it.

HELD -> refund due -> refunded, converted or forfeited; every move follows a decided event.
Source: domain brief, section 9.
"""

from __future__ import annotations

import msgspec

from trading.engine.stream import Corrected, Event, Facet, Stream


class Deposit(Facet, frozen=True):
    """Money received by bank time ``paid_us``; the payer is known only as same or not."""

    amount_fen: int
    paid_us: int
    bank_reference: str
    settled_fen: int = 0


class DepositReceived(Event, frozen=True, tag="deposit_received/1"):
    """The bank reported a deposit."""

    amount_fen: int
    paid_us: int
    bank_reference: str


class DepositSettled(Event, frozen=True, tag="deposit_settled/1"):
    """The deposit is due back, or became part of the price."""

    amount_fen: int


class DepositCorrected(Corrected, frozen=True, tag="deposit_corrected/1"):
    """What the bank had reported of a deposit was keyed wrongly."""


def received(_deposit: Deposit | None, event: DepositReceived) -> Deposit:
    """Fold the receipt of money."""
    return Deposit(event.amount_fen, event.paid_us, event.bank_reference)


def settled(deposit: Deposit, event: DepositSettled) -> Deposit:
    """Fold the settlement."""
    return msgspec.structs.replace(deposit, settled_fen=event.amount_fen)


def deposit_stream(lot: str, number: int) -> str:
    """Return the stream of one deposit; ``lot`` is the id without its kind."""
    return f"deposit/{lot}-{number}"


def lot_stream(deposit: Stream) -> str:
    """Return the stream of the lot that a deposit was paid for."""
    return f"lot/{deposit.name.partition('/')[2].rpartition('-')[0]}"
