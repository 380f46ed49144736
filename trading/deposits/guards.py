"""Guards of deposits: the whole amount, in time by the bank's clock, from the same name."""

from __future__ import annotations

from trading.bidding.rules import registration_stream
from trading.engine.context import Context
from trading.engine.registry import GuardSpec
from trading.listing.rules import Schedule, Terms

OVER = frozenset({
    "failed", "relisted", "withdrawn", "terminated", "voided", "awarded", "contracted",
    "certified",
})  # fmt: skip
"""Places of a lot that needs no deposit any more, but for the winner's, which is converted."""


def _registered(context: Context) -> bool:
    name = registration_stream(context.data.lot, context.data.number)
    return context.place(name) == "submitted"


def _amount_full(context: Context) -> bool:
    terms = context.find(Terms, f"lot/{context.data.lot}")
    return terms is not None and bool(context.data.amount_fen >= terms.plan.deposit_fen)


def _paid_in_time(context: Context) -> bool:
    schedule = context.find(Schedule, f"lot/{context.data.lot}")
    return schedule is not None and bool(
        context.data.paid_us < schedule.registration_until_us
        and context.data.paid_us <= context.at_us
    )


def _payer_same_name(context: Context) -> bool:
    return context.env.facts.get("payer_same_name") is True


def _deposit_idle(context: Context) -> bool:
    """Tell whether no lot needs this deposit: its bidder is out, or the lot has ended."""
    registration = registration_stream(context.data.lot, context.data.number)
    if context.place(registration) not in {"checking", "unanswered", "qualified"}:
        return True
    return context.place(f"lot/{context.data.lot}") in OVER


def _price_unsettled(context: Context) -> bool:
    """Tell whether the lot has no contract yet, of whose price a deposit would be a part."""
    return context.place(f"lot/{context.data.lot}") not in {"contracted", "certified"}


GUARDS = (
    GuardSpec("registered_v1", _registered, "number", "domain brief 9"),
    GuardSpec("amount_full_v1", _amount_full, "amount_fen", "domain brief 9"),
    GuardSpec("paid_in_time_v1", _paid_in_time, "paid_us", "domain brief 9"),
    GuardSpec("deposit_idle_v1", _deposit_idle, "number", "domain brief 9"),
    GuardSpec("price_unsettled_v1", _price_unsettled, "lot", "domain brief 9"),
    GuardSpec("payer_same_name_v1", _payer_same_name, "facts", "domain brief 9"),
)
