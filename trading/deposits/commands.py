"""Commands of deposits."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from trading.base.money import MAX_FEN
from trading.base.text import Id
from trading.bidding.commands import BidderNumber
from trading.bidding.rules import registration_stream
from trading.deposits.rules import (
    Deposit,
    DepositCorrected,
    DepositReceived,
    DepositSettled,
    deposit_stream,
    lot_stream,
)
from trading.engine.context import Context, Envelope
from trading.engine.corrections import keyed
from trading.engine.registry import CommandSpec, Correction, Effect
from trading.engine.stream import Command, States


class ReceiveDeposit(Command, frozen=True):
    """Record what the bank reported; ``paid_us`` is the bank's time of arrival."""

    lot: Id
    number: BidderNumber
    amount_fen: Annotated[int, Meta(ge=0, le=MAX_FEN)]
    paid_us: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    bank_reference: Id


class RefundDeposit(Command, frozen=True):
    """Record that a deposit that was due back has been paid back."""

    lot: Id
    number: BidderNumber


class ReleaseDeposit(Command, frozen=True):
    """Let a deposit fall due for refund outside the award, by the office."""

    lot: Id
    number: BidderNumber


def _deposit(data: Any) -> str:
    return deposit_stream(data.lot, data.number)


def _receive(context: Context) -> Effect:
    data: ReceiveDeposit = context.data
    return Effect((DepositReceived(data.amount_fen, data.paid_us, data.bank_reference),))


def _refund(context: Context) -> Effect:
    return Effect((DepositSettled(context.of(Deposit).amount_fen),))


def _reads(env: Envelope, _states: States) -> tuple[str, ...]:
    data = env.data
    return (f"lot/{data.lot}", registration_stream(data.lot, data.number))


COMMANDS = (
    CommandSpec("deposit.receive/1", ReceiveDeposit, _deposit, "receive", _receive,
                parent=lambda data: f"lot/{data.lot}", reads=_reads),
    CommandSpec("deposit.release/1", ReleaseDeposit, _deposit, "release", _refund),
    CommandSpec("deposit.refund/1", RefundDeposit, _deposit, "refund", _refund),
)  # fmt: skip

DEPOSIT_CORRECTION = Correction(
    "deposit", DepositCorrected, keyed(ReceiveDeposit, "paid_us", "bank_reference"), lot_stream
)
