"""Ascending online bidding (动态竞价) with a sliding extension or a rolling clock.

A bid is accepted when bidding is open and not held, the bidder is qualified and not leading, the
decisive time is before the end, and the price obeys start, step, multiple, largest raise and
ceiling. A late bid moves the end: ``end_after``.
Source: domain brief, section 7.1; 最高法网络司法拍卖规定 18 and 20; 拍卖法 36.
"""

from __future__ import annotations

from trading.base.money import is_multiple
from trading.base.units import SECOND_US
from trading.bidding.rules import BidAccepted, Roll, Sale, bidder_number, may_bid
from trading.engine.context import Context
from trading.engine.registry import Effect, GuardSpec
from trading.listing.rules import Terms

ROLLING_CLOCK = "rolling_clock"


def _roll(context: Context) -> Roll | None:
    return context.find(Roll, f"roll/{context.data.lot}")


def _qualified(context: Context) -> bool:
    roll = _roll(context)
    return roll is not None and may_bid(roll, bidder_number(context.env.actor))


def _before_end(context: Context) -> bool:
    sale = context.find(Sale)
    return sale is not None and context.at_us < sale.ends_us


def _reaches_start(context: Context) -> bool:
    return bool(context.data.price_fen >= context.of(Terms).plan.start_price_fen)


def _raises_enough(context: Context) -> bool:
    sale = context.find(Sale)
    if sale is None or not sale.lead_number:
        return True
    return bool(context.data.price_fen >= sale.lead_fen + context.of(Terms).plan.bid_step_fen)


def _step_multiple(context: Context) -> bool:
    plan, price_fen = context.of(Terms).plan, context.data.price_fen
    if price_fen < plan.start_price_fen:
        return True  # another rule refuses it, and says the true reason
    return is_multiple(price_fen, plan.start_price_fen, plan.bid_step_fen)


def _raise_within_max(context: Context) -> bool:
    sale, plan = context.find(Sale), context.of(Terms).plan
    if not plan.raise_max_fen or sale is None:
        return True
    base_fen = sale.lead_fen or plan.start_price_fen
    return bool(context.data.price_fen <= base_fen + plan.raise_max_fen)


def _under_ceiling(context: Context) -> bool:
    ceiling_fen = context.of(Terms).plan.ceiling_fen
    return not ceiling_fen or bool(context.data.price_fen <= ceiling_fen)


def _not_leading(context: Context) -> bool:
    sale = context.find(Sale)
    if sale is None or not sale.lead_number:
        return True
    return sale.lead_number != bidder_number(context.env.actor)


def place_bid(context: Context) -> Effect:
    """Accept the bid, which may move the end."""
    ends_us = end_after(context.of(Sale), context.of(Terms), context.at_us)
    event = BidAccepted(bidder_number(context.env.actor), context.data.price_fen, ends_us)
    return Effect((event,))


def first_end(terms: Terms, closes_us: int) -> tuple[int, int]:
    """Return the end of a sale without bids, and the end of its free period or 0.

    A rolling clock begins when the free period closes, and runs one cycle at least: without a
    bid in either the lot fails, with bids in the free period alone the highest of them wins.
    """
    if terms.end_mode == ROLLING_CLOCK:
        return closes_us + terms.extension_seconds * SECOND_US, closes_us
    return closes_us, 0


def end_after(sale: Sale, terms: Terms, at_us: int) -> int:
    """Return the end of the sale after a bid at ``at_us``, in microseconds.

    Sliding: a bid in the last window moves the end to ``extension_seconds`` after it. Rolling
    clock: every bid after the free period does. The notice may limit how often.
    """
    if terms.extensions_max and sale.extensions >= terms.extensions_max:
        return sale.ends_us
    moves_from_us = sale.free_until_us or sale.ends_us - terms.extension_window_seconds * SECOND_US
    if at_us < moves_from_us:
        return sale.ends_us
    return max(sale.ends_us, at_us + terms.extension_seconds * SECOND_US)


_RULE = "domain brief 7.1"
GUARDS = (
    GuardSpec("qualified_v1", _qualified, "actor", _RULE),
    GuardSpec("before_end_v1", _before_end, "lot", f"{_RULE}; 网络司法拍卖规定 20"),
    GuardSpec("reaches_start_v1", _reaches_start, "price_fen", _RULE),
    GuardSpec("raises_enough_v1", _raises_enough, "price_fen", _RULE),
    GuardSpec("step_multiple_v1", _step_multiple, "price_fen", _RULE),
    GuardSpec("raise_within_max_v1", _raise_within_max, "price_fen", _RULE),
    GuardSpec("under_ceiling_v1", _under_ceiling, "price_fen", _RULE),
    GuardSpec("not_leading_v1", _not_leading, "actor", _RULE),
)
