"""Facts about deposits that other subjects' guards may name."""

from __future__ import annotations

from trading.bidding.rules import Roll, Sale
from trading.deposits.rules import BREACHES, Deposit, DepositForfeited, deposit_stream, move
from trading.engine.context import Context
from trading.engine.registry import Then
from trading.engine.stream import Stream


def deposit_held(context: Context) -> bool:
    """Tell whether the deposit of this registration is held."""
    return context.place(deposit_stream(context.data.lot, context.data.number)) == "held"


def refund_end(stream: Stream) -> int | None:
    """Return since when the refund of a deposit is late: before that it had its days."""
    return stream.entered_us


def deposit_release(context: Context) -> tuple[Then, ...]:
    """Return the part by which the deposit of this registration falls due for refund, if held."""
    return _released(context, deposit_stream(context.data.lot, context.data.number))


def forfeits(context: Context) -> tuple[Then, ...]:
    """Return the part by which the winner who defaults loses the deposit, if there is one."""
    sale = context.of(Sale)
    stream = deposit_stream(context.primary.name.partition("/")[2], sale.lead_number)
    cause = getattr(context.data, "cause", "not_confirmed")
    return _forfeited(context, stream, cause, sale.lead_fen)


def settlements(context: Context) -> tuple[Then, ...]:
    """Return the parts that settle every held deposit of a lot that is awarded or ends without.

    At the award the winner's becomes part of the price, and a breach for which the result is
    voided costs it; all others fall due for refund.
    """
    lot = context.primary.name.partition("/")[2]
    roll = context.find(Roll, f"roll/{lot}") or Roll()
    sale = context.find(Sale)
    leader = sale.lead_number if sale else 0
    winner = leader if context.taken == "awarded" else 0
    cause = getattr(context.data, "cause", "")
    breaker = leader if context.taken == "voided" and cause in BREACHES else 0
    parts: list[Then] = []
    for number in sorted(roll.listed.values()):
        stream = deposit_stream(lot, number)
        deposit = context.find(Deposit, stream)
        if number == breaker:
            parts += _forfeited(context, stream, cause, 0)
        elif number != winner:
            parts += _released(context, stream, ("held", "converted"))
        elif deposit is not None and context.place(stream) == "held":
            parts.append(Then(stream, "convert", (move(deposit, "price"),)))
    return tuple(parts)


def _forfeited(context: Context, stream: str, cause: str, price_fen: int) -> tuple[Then, ...]:
    deposit = context.find(Deposit, stream)
    if deposit is None or context.place(stream) not in {"held", "frozen", "converted"}:
        return ()
    event = DepositForfeited(deposit.account, deposit.amount_fen, cause, price_fen)
    return (Then(stream, "forfeit", (event,)),)


def _released(
    context: Context, stream: str, places: tuple[str, ...] = ("held",)
) -> tuple[Then, ...]:
    deposit = context.find(Deposit, stream)
    if deposit is None or context.place(stream) not in places:
        return ()
    return (Then(stream, "release", (move(deposit, "refund_due"),)),)
