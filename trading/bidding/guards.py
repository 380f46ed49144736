"""Guards of registration, of the start and of the end of a sale."""

from __future__ import annotations

from trading.bidding.deals import roll_of
from trading.bidding.rules import Registration, Roll, Sale, bidder_number, lot_of
from trading.engine.context import Context
from trading.engine.registry import GuardSpec
from trading.listing.rules import Schedule, Terms


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


def _terms(context: Context) -> Terms | None:
    return context.find(Terms, f"lot/{lot_of(context.stream.name)}")


def _notice_acknowledged(context: Context) -> bool:
    terms = _terms(context)
    if terms is None:
        return True  # another rule refuses it, and says the true reason
    return bool(context.data.acknowledged_version == terms.version)


def _amended_notice(context: Context) -> bool:
    terms = _terms(context)
    return terms is not None and bool(context.data.version == terms.version)


def _own_listing(context: Context) -> bool:
    roll, number = context.find(Roll) or Roll(), bidder_number(context.env.actor)
    return bool(number > 0 and roll.listed.get(context.data.who) == number)


def _deposit_wanted(context: Context) -> bool:
    terms = _terms(context)
    return terms is not None and terms.plan.deposit_fen > 0


def _registration_over(context: Context) -> bool:
    return context.place(f"lot/{lot_of(context.stream.name)}") != "listed"


def _priority_ruled(context: Context) -> bool:
    """Tell whether a claim, and nothing but a claim, is ruled on; a rejection has its reason."""
    data, registration = context.data, context.find(Registration)
    claimed = registration is not None and registration.priority is not None
    if data.ruling == "rejected" and not data.ruling_reason_zh:
        return False
    return bool(claimed == (data.ruling != "none"))


def _not_barred(context: Context) -> bool:
    """Tell whether the edge found the bidder not to be one who defaulted in a round before."""
    terms = _terms(context)
    if terms is None or not terms.previous or not context.policy("defaulter_barred"):
        return True
    return context.env.facts.get("not_barred") is True


def _eligible(context: Context) -> bool:
    return context.env.facts.get("eligible") is True


def _deposit_held(context: Context) -> bool:
    return not _deposit_wanted(context) or context.fact("deposit_held") is True


def _registrations_decided(context: Context) -> bool:
    return not roll_of(context).pending


def _has_lead(context: Context) -> bool:
    sale = context.find(Sale)
    return sale is not None and sale.lead_number > 0


GUARDS = (
    GuardSpec("lot_qualifying_v1", _lot_qualifying, "lot", "domain brief 6, row 10"),
    GuardSpec("registration_open_v1", _registration_open, "lot", "domain brief 6, row 9"),
    GuardSpec("own_number_v1", _own_number, "number", "decision 19"),
    GuardSpec("registers_once_v1", _registers_once, "who", "domain brief 3"),
    GuardSpec("notice_acknowledged_v1", _notice_acknowledged, "acknowledged_version",
              "domain brief 17"),
    GuardSpec("amended_notice_v1", _amended_notice, "version", "domain brief 6, row 8"),
    GuardSpec("own_listing_v1", _own_listing, "who", "decision 19"),
    GuardSpec("deposit_wanted_v1", _deposit_wanted, "lot", "domain brief 9"),
    GuardSpec("registration_over_v1", _registration_over, "lot", "decision 4"),
    GuardSpec("priority_ruled_v1", _priority_ruled, "ruling", "domain brief 7"),
    GuardSpec("not_barred_v1", _not_barred, "facts", "网络司法拍卖规定 24"),
    GuardSpec("eligible_v1", _eligible, "facts", "domain brief 6, row 10"),
    GuardSpec("deposit_held_v1", _deposit_held, "deposit", "domain brief 9"),
    GuardSpec("registrations_decided_v1", _registrations_decided, "lot", "decision 19"),
    GuardSpec("has_lead_v1", _has_lead, "lot", "domain brief 6, row 15"),
)  # fmt: skip
