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
    """Return the parts that settle every held deposit of a lot that is awarded or ends without.

    The winner's becomes part of the price, all others fall due for refund.
    """
    lot = context.primary.name.partition("/")[2]
    roll = context.find(Roll, f"roll/{lot}") or Roll()
    sale = context.find(Sale)
    winner = sale.lead_number if sale and context.taken == "awarded" else 0
    parts: list[Then] = []
    for number in sorted(roll.listed.values()):
        stream = deposit_stream(lot, number)
        deposit = context.find(Deposit, stream)
        if deposit is not None and context.place(stream) == "held":
            trigger = "convert" if number == winner else "release"
            parts.append(Then(stream, trigger, (DepositSettled(deposit.amount_fen),)))
    return tuple(parts)
