"""The command that takes a qualification back before the bidding."""

from __future__ import annotations

from typing import Any

from trading.base.text import Id, ShortText
from trading.bidding.commands import BidderNumber
from trading.bidding.rules import Rejected, Struck, registration_stream
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect, Then
from trading.engine.stream import Command, States


class Revoke(Command, frozen=True):
    """Take a qualification back, on evidence that came to light after it was given."""

    lot: Id
    number: BidderNumber
    reason_zh: ShortText


def _registration(data: Any) -> str:
    return registration_stream(data.lot, data.number)


def _revoke(context: Context) -> Effect:
    data: Revoke = context.data
    roll = Then(f"roll/{data.lot}", "strike", (Struck(data.number),))
    return Effect((Rejected(context.env.actor, ("other",), data.reason_zh),), (roll,))


def _lot_and_roll(env: Envelope, _states: States) -> tuple[str, ...]:
    return (f"lot/{env.data.lot}", f"roll/{env.data.lot}")


COMMANDS = (
    CommandSpec("registration.revoke/1", Revoke, _registration, "revoke", _revoke,
                reads=_lot_and_roll),
)  # fmt: skip
