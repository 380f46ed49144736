"""Facts about deposits that other subjects' guards may name."""

from __future__ import annotations

from trading.bidding.rules import Roll, Sale
from trading.deposits.rules import Deposit, DepositForfeited, deposit_stream, move
from trading.engine.context import Context
from trading.engine.registry import Then


def deposit_held(context: Context) -> bool:
    """Tell whether the deposit of this registration is held."""
    return context.place(deposit_stream(context.data.lot, context.data.number)) == "held"


def deposit_release(context: Context) -> tuple[Then, ...]:
    """Return the part by which the deposit of this registration falls due for refund, if held."""
    return _released(context, deposit_stream(context.data.lot, context.data.number))


def forfeits(context: Context) -> tuple[Then, ...]:
    """Return the part by which the winner who defaults loses the deposit, if there is one."""
    sale = context.of(Sale)
    stream = deposit_stream(context.primary.name.partition("/")[2], sale.lead_number)
    deposit = context.find(Deposit, stream)
    if deposit is None or context.place(stream) not in {"held", "frozen", "converted"}:
        return ()
    cause = getattr(context.data, "cause", "not_confirmed")
    event = DepositForfeited(deposit.account, deposit.amount_fen, cause, sale.lead_fen)
    return (Then(stream, "forfeit", (event,)),)


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
        if number != winner:
            parts += _released(context, stream)
        elif deposit is not None and context.place(stream) == "held":
            parts.append(Then(stream, "convert", (move(deposit, "price"),)))
    return tuple(parts)


def _released(context: Context, stream: str) -> tuple[Then, ...]:
    deposit = context.find(Deposit, stream)
    if deposit is None or context.place(stream) != "held":
        return ()
    return (Then(stream, "release", (move(deposit, "refund_due"),)),)
