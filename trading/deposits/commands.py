"""Commands of deposits."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from trading.base.money import MAX_FEN
from trading.base.text import Id, IdOrNone, ShortText
from trading.bidding.commands import BidderNumber
from trading.bidding.facts import to_check
from trading.bidding.rules import registration_stream
from trading.deposits.application import planned
from trading.deposits.rules import (
    Deposit,
    DepositCorrected,
    DepositForfeited,
    DepositReceived,
    deposit_stream,
    lot_stream,
    move,
)
from trading.engine.builtin import Due
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
    """Let a deposit that no lot needs any more fall due for refund, by the office."""

    lot: Id
    number: BidderNumber


class FreezeDeposit(Command, frozen=True):
    """Keep a deposit where it is while something is checked: nobody gets it meanwhile."""

    lot: Id
    number: BidderNumber
    reason_zh: ShortText


class UnfreezeDeposit(Command, frozen=True):
    """Let a frozen deposit be held as before."""

    lot: Id
    number: BidderNumber
    reason_zh: ShortText


class ForfeitDeposit(Command, frozen=True):
    """Take a deposit for a breach that came to light."""

    lot: Id
    number: BidderNumber
    cause: Literal["withdrawn_late", "false_materials", "collusion"]
    reason_zh: ShortText


class ApplyDeposit(Command, frozen=True):
    """Use a forfeited deposit: the costs as proven, then the shortfall of ``rerun``, then owner.

    ``rerun`` is the lot of a later listing round; empty where this lot itself went to the
    runner-up, or will not be sold any more.
    """

    lot: Id
    number: BidderNumber
    costs_fen: Annotated[int, Meta(ge=0, le=MAX_FEN)]
    rerun: IdOrNone = ""


def _deposit(data: Any) -> str:
    return deposit_stream(data.lot, data.number)


def _receive(context: Context) -> Effect:
    data: ReceiveDeposit = context.data
    event = DepositReceived(data.amount_fen, data.paid_us, data.bank_reference)
    return Effect((event,), to_check(context, data.lot, data.number))


def _refund(context: Context) -> Effect:
    return Effect((move(context.of(Deposit), "bank"),))


def _release(context: Context) -> Effect:
    return Effect((move(context.of(Deposit), "refund_due"),))


def _freeze(_context: Context) -> Effect:
    return Effect()


def _unfreeze(context: Context) -> Effect:
    return Effect((move(context.of(Deposit), "held"),))


def _forfeit(context: Context) -> Effect:
    deposit = context.of(Deposit)
    event = DepositForfeited(deposit.account, deposit.amount_fen, context.data.cause, 0)
    return Effect((event,))


def _apply(context: Context) -> Effect:
    return Effect((planned(context),))


def _overdue(context: Context) -> Effect:
    return Effect(since_us=context.data.due_us)


def _with_rerun(env: Envelope, _states: States) -> tuple[str, ...]:
    return (f"lot/{env.data.lot}", f"lot/{env.data.rerun or env.data.lot}")


def _reads(env: Envelope, _states: States) -> tuple[str, ...]:
    data = env.data
    lot = data.lot
    return (f"lot/{lot}", f"roll/{lot}", registration_stream(lot, data.number))


COMMANDS = (
    CommandSpec("deposit.receive/1", ReceiveDeposit, _deposit, "receive", _receive,
                parent=lambda data: f"lot/{data.lot}", reads=_reads),
    CommandSpec("deposit.release/1", ReleaseDeposit, _deposit, "hand_back", _release,
                reads=_reads),
    CommandSpec("deposit.refund/1", RefundDeposit, _deposit, "refund", _refund),
    CommandSpec("deposit.overdue/1", Due, lambda data: str(data.stream), "overdue", _overdue,
                clock=True),
    CommandSpec("deposit.freeze/1", FreezeDeposit, _deposit, "freeze", _freeze),
    CommandSpec("deposit.unfreeze/1", UnfreezeDeposit, _deposit, "unfreeze", _unfreeze),
    CommandSpec("deposit.forfeit/1", ForfeitDeposit, _deposit, "seize", _forfeit,
                reads=_reads),
    CommandSpec("deposit.apply/1", ApplyDeposit, _deposit, "apply", _apply, reads=_with_rerun),
)  # fmt: skip

DEPOSIT_CORRECTION = Correction(
    "deposit", DepositCorrected, keyed(ReceiveDeposit, "paid_us", "bank_reference"), lot_stream
)
