"""Facts about deposits that other subjects' guards may name."""

from __future__ import annotations

from trading.bidding.rules import Roll, Sale
from trading.deposits.rules import Deposit, DepositSettled, deposit_stream
from trading.engine.context import Context
from trading.engine.registry import Then


def deposit_held(context: Context) -> bool:
    """Tell whether the deposit of this registration is held."""
    return context.place(deposit_stream(context.data.lot, context.data.number)) == "held"


def settlements(context: Context) -> tuple[Then, ...]:
    """Return the parts that settle every held deposit of a lot that is being awarded.

    The leader's becomes part of the price, all others fall due for refund.
    """
    lot = context.data.lot
    roll, sale = context.of(Roll, f"roll/{lot}"), context.of(Sale)
    parts: list[Then] = []
    for number in sorted(roll.listed.values()):
        stream = deposit_stream(lot, number)
        deposit = context.find(Deposit, stream)
        if deposit is not None and context.place(stream) == "held":
            trigger = "convert" if number == sale.lead_number else "release"
            parts.append(Then(stream, trigger, (DepositSettled(deposit.amount_fen),)))
    return tuple(parts)
