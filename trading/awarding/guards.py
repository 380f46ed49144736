"""Guards of awarding: the contract equals notice and award, field by field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from trading.awarding.certificates import Certificate, certificate_stream
from trading.awarding.rules import Award, Contract
from trading.base.calendar import local_date
from trading.engine.context import Context
from trading.engine.registry import Guard, GuardSpec
from trading.listing.rules import Terms
from trading.register.contracts import last_day

PLANNED = (
    "asset", "use_zh", "tenure", "price_unit", "term_months", "escalator", "payment_months",
    "bond_fen", "improvements_zh",
)  # fmt: skip
"""The fields of a contract that stand in the plan under the same name."""
_EQUAL = "招标投标法 46; domain brief 11"


def _same(field: str, wanted: Callable[[Award, Terms], object]) -> GuardSpec:
    def check(context: Context) -> bool:
        award, terms = context.find(Award), context.find(Terms)
        if award is None or terms is None:
            return False
        contract: Contract = context.data.contract
        return bool(getattr(contract, field) == wanted(award, terms))

    return GuardSpec(f"contract_{field}_v1", check, f"contract.{field}", _EQUAL)


def _as_planned(field: str) -> GuardSpec:
    return _same(field, lambda _award, terms: getattr(terms.plan, field))


def _starts(context: Context) -> bool:
    terms = context.find(Terms)
    starts = _day(context.data.contract.starts_day)
    if terms is None or starts is None:
        return False
    signed = local_date(context.at_us)
    return signed <= starts <= signed + timedelta(terms.plan.handover_days)


def _ends(context: Context) -> bool:
    contract: Contract = context.data.contract
    starts = _day(contract.starts_day)
    if starts is None:
        return False
    last = str(last_day(starts, contract.term_months)) if contract.term_months else ""
    return contract.ends_day == last


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _another_hand(context: Context) -> bool:
    award = context.find(Award)
    return award is not None and context.another_person(award.confirmed_by)


def _filed(name: str) -> Guard:
    return lambda context: any(document.name == name for document in context.env.docs)


def _prints_left(context: Context) -> bool:
    printed = context.of(Certificate).prints + context.data.copies
    return bool(printed <= context.policy("certificate_prints_max"))


def _number_new(context: Context) -> bool:
    data = context.data
    number = data.number if context.stream.kind == "certificate" else data.certificate
    return context.states.get(certificate_stream(number)) is None


GUARDS = (
    GuardSpec("prints_left_v1", _prints_left, "copies", "domain brief 11"),
    GuardSpec("certificate_number_new_v1", _number_new, "number", "domain brief 11"),
    *(_as_planned(field) for field in PLANNED),
    _same("quantity_thousandths", lambda _award, terms: terms.quantity_thousandths),
    _same("quantity_unit", lambda _award, terms: terms.quantity_unit),
    _same("price_fen", lambda award, _terms: award.price_fen),
    _same("bidder", lambda award, _terms: award.bidder),
    GuardSpec("contract_starts_day_v1", _starts, "contract.starts_day", _EQUAL),
    GuardSpec("contract_ends_day_v1", _ends, "contract.ends_day", _EQUAL),
    GuardSpec("award_notice_filed_v1", _filed("award_notice"), "docs", "domain brief 17"),
    GuardSpec("contract_filed_v1", _filed("contract"), "docs", "民法典 707"),
    GuardSpec("another_hand_v1", _another_hand, "actor", "domain brief 3"),
)
