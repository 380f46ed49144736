"""Guards of deposits: the whole amount, in time by the bank's clock, from the same name."""

from __future__ import annotations

from trading.bidding.rules import registration_stream
from trading.engine.context import Context
from trading.engine.registry import GuardSpec
from trading.listing.rules import Schedule, Terms


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


GUARDS = (
    GuardSpec("registered_v1", _registered, "number", "domain brief 9"),
    GuardSpec("amount_full_v1", _amount_full, "amount_fen", "domain brief 9"),
    GuardSpec("paid_in_time_v1", _paid_in_time, "paid_us", "domain brief 9"),
    GuardSpec("payer_same_name_v1", _payer_same_name, "facts", "domain brief 9"),
)
