"""What becomes of a forfeited deposit: costs first, then the shortfall of the re-run, then owner.

The office states the costs on evidence; the shortfall follows from the two prices. What the bidder
paid above the deposit that was asked stays his.
Source: 网络司法拍卖规定 24; domain brief, section 9.
"""

from __future__ import annotations

import msgspec

from trading.base.money import PriceUnit
from trading.bidding.rules import Sale
from trading.deposits.rules import Deposit, DepositApplied
from trading.engine.context import Context
from trading.engine.registry import GuardSpec
from trading.listing.prices import rent_of, total
from trading.listing.rules import Terms

SOLD = frozenset({"awarded", "contracted", "certified"})
OVER_UNSOLD = frozenset({"withdrawn", "terminated", "voided"})
"""Places of a lot that will never be sold again: there is no shortfall to wait for."""


def applied(deposit: Deposit, event: DepositApplied) -> Deposit:
    """Fold the use of a forfeited deposit; what is the bidder's own falls due for refund."""
    return msgspec.structs.replace(
        deposit, amount_fen=event.excess_fen, account="refund_due" if event.excess_fen else "owner"
    )


def application(
    deposit: Deposit, asked_fen: int, costs_fen: int, shortfall_fen: int
) -> DepositApplied:
    """Return how a deposit of which ``asked_fen`` was asked is used, each as far as it reaches."""
    lost_fen = min(deposit.amount_fen, asked_fen)
    costs_fen = min(costs_fen, lost_fen)
    shortfall_fen = min(shortfall_fen, lost_fen - costs_fen)
    owner_fen = lost_fen - costs_fen - shortfall_fen
    return DepositApplied(costs_fen, shortfall_fen, owner_fen, deposit.amount_fen - lost_fen)


def shortfall_fen(before: Terms, before_fen: int, after: Terms, after_fen: int) -> int:
    """Return by how much the whole price fell from one sale to the next, in fen, never below 0.

    Goods have no price in fen: what they fell short of is for the owner to claim.
    """
    units = {PriceUnit.parse(terms.plan.price_unit).amount for terms in (before, after)}
    if units != {"fen"}:
        return 0
    fell_fen = (
        total(rent_of(before, before_fen)).amount_fen - total(rent_of(after, after_fen)).amount_fen
    )
    return max(0, fell_fen)


def planned(context: Context) -> DepositApplied:
    """Return how the deposit is used; declared streams: its lot, and the re-run if there is one."""
    lot, rerun = _lots(context)
    deposit, terms = context.of(Deposit), context.of(Terms, lot)
    fell_fen = 0
    if context.place(rerun) in SOLD:
        sale = context.of(Sale, rerun)
        after = context.of(Terms, rerun)
        fell_fen = shortfall_fen(terms, deposit.price_fen, after, sale.lead_fen)
    return application(deposit, terms.plan.deposit_fen, context.data.costs_fen, fell_fen)


def _lots(context: Context) -> tuple[str, str]:
    data = context.data
    return f"lot/{data.lot}", f"lot/{data.rerun or data.lot}"


def _rerun_settled(context: Context) -> bool:
    """Tell whether the price of the re-run is known, or will never be asked for."""
    lot, rerun = _lots(context)
    if lot == rerun:
        return context.place(lot) in SOLD | OVER_UNSOLD
    before, after = context.find(Terms, lot), context.find(Terms, rerun)
    if before is None or after is None or context.place(rerun) not in SOLD:
        return False
    same = (after.case, after.plan.number) == (before.case, before.plan.number)
    return same and after.listing_round > before.listing_round


def _costs_covered(context: Context) -> bool:
    deposit = context.find(Deposit)
    terms = context.find(Terms, f"lot/{context.data.lot}")
    if deposit is None or terms is None:
        return False
    return bool(context.data.costs_fen <= min(deposit.amount_fen, terms.plan.deposit_fen))


def _excess(context: Context) -> bool:
    deposit = context.find(Deposit)
    terms = context.find(Terms, f"lot/{context.data.lot}")
    return deposit is not None and terms is not None and deposit.amount_fen > terms.plan.deposit_fen


_RULE = "网络司法拍卖规定 24; domain brief 9"
GUARDS = (
    GuardSpec("rerun_settled_v1", _rerun_settled, "rerun", _RULE),
    GuardSpec("costs_covered_v1", _costs_covered, "costs_fen", _RULE),
    GuardSpec("deposit_excess_v1", _excess, "number", _RULE),
)
