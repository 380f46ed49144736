"""Guards of registration, of the start and of the end of a sale."""

from __future__ import annotations

from trading.bidding.rules import Roll, Sale, bidder_number
from trading.engine.context import Context
from trading.engine.registry import GuardSpec
from trading.listing.rules import Schedule


def _registration_open(context: Context) -> bool:
    lot = f"lot/{context.data.lot}"
    state = context.states.get(lot)
    schedule = context.find(Schedule, lot)
    return (
        state is not None
        and schedule is not None
        and state.place == "listed"
        and not state.held
        and context.at_us < schedule.registration_until_us
    )


def _lot_qualifying(context: Context) -> bool:
    return context.place(f"lot/{context.data.lot}") == "qualifying"


def _own_number(context: Context) -> bool:
    return bool(bidder_number(context.env.actor) == context.data.number)


def _registers_once(context: Context) -> bool:
    roll = context.find(Roll, f"roll/{context.data.lot}")
    return roll is None or context.data.who not in roll.listed


def _defects_acknowledged(context: Context) -> bool:
    return context.data.acknowledges_notice is True


def _eligible(context: Context) -> bool:
    return context.env.facts.get("eligible") is True


def _deposit_held(context: Context) -> bool:
    return context.fact("deposit_held") is True


def _roll_of(context: Context) -> Roll:
    return context.find(Roll, f"roll/{context.stream.name.partition('/')[2]}") or Roll()


def _registrations_decided(context: Context) -> bool:
    return not _roll_of(context).pending


def _enough_bidders(context: Context) -> bool:
    return bool(len(_roll_of(context).qualified) >= context.policy("min_bidders"))


def _has_lead(context: Context) -> bool:
    sale = context.find(Sale)
    return sale is not None and sale.lead_number > 0


GUARDS = (
    GuardSpec("lot_qualifying_v1", _lot_qualifying, "lot", "domain brief 6, row 10"),
    GuardSpec("registration_open_v1", _registration_open, "lot", "domain brief 6, row 9"),
    GuardSpec("own_number_v1", _own_number, "number", "decision 19"),
    GuardSpec("registers_once_v1", _registers_once, "who", "domain brief 3"),
    GuardSpec("notice_acknowledged_v1", _defects_acknowledged, "acknowledges_notice",
              "domain brief 17"),
    GuardSpec("eligible_v1", _eligible, "facts", "domain brief 6, row 10"),
    GuardSpec("deposit_held_v1", _deposit_held, "deposit", "domain brief 9"),
    GuardSpec("registrations_decided_v1", _registrations_decided, "lot", "decision 19"),
    GuardSpec("enough_bidders_v1", _enough_bidders, "lot", "domain brief 6, rows 11-13"),
    GuardSpec("has_lead_v1", _has_lead, "lot", "domain brief 6, row 15"),
)  # fmt: skip
