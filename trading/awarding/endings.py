"""Commands that end a lot without a contract: terminate it, withdraw it, or void its result."""

from __future__ import annotations

from typing import Any, Literal

from trading.awarding.rules import Ended
from trading.base.text import Id, ShortText
from trading.bidding.commands import around, given_back
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect
from trading.engine.stream import Command, States


class TerminateLot(Command, frozen=True):
    """End a lot for good before its contract, for the reason that is published."""

    lot: Id
    cause: Literal["no_right", "object_lost", "owner_idle", "authority_order"]
    reason_zh: ShortText


class WithdrawLot(Command, frozen=True):
    """Take one lot of a notice back before its bidding; the others go on."""

    lot: Id
    cause: Literal["owner_decision", "asset_needed", "notice_wrong"]
    reason_zh: ShortText


class VoidLot(Command, frozen=True):
    """Annul a result because it came about by a breach; the asset goes back to the ledger."""

    lot: Id
    cause: Literal["collusion", "bribery", "false_materials", "ineligible_winner", "rule_breach"]
    reason_zh: ShortText


def _lot(data: Any) -> str:
    return f"lot/{data.lot}"


def _end(context: Context) -> Effect:
    data: TerminateLot | WithdrawLot | VoidLot = context.data
    return Effect((Ended(data.cause, data.reason_zh),), given_back(context))


def _with_all(env: Envelope, states: States) -> tuple[str, ...]:
    return around(env.data.lot, states)


COMMANDS = (
    CommandSpec("lot.terminate/1", TerminateLot, _lot, "terminate", _end, reads=_with_all),
    CommandSpec("lot.withdraw/1", WithdrawLot, _lot, "withdraw", _end, reads=_with_all),
    CommandSpec("lot.void/1", VoidLot, _lot, "void", _end, reads=_with_all),
)
