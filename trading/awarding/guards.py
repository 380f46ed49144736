"""Guards of awarding: the contract equals notice and award, field by field."""

from __future__ import annotations

from collections.abc import Callable

from trading.awarding.rules import Award, Contract
from trading.engine.context import Context
from trading.engine.registry import GuardSpec
from trading.listing.rules import Terms

_EQUAL = "招标投标法 46; domain brief 11"


def _same(field: str, wanted: Callable[[Award, Terms], object]) -> GuardSpec:
    def check(context: Context) -> bool:
        award, terms = context.find(Award), context.find(Terms)
        if award is None or terms is None:
            return False
        contract: Contract = context.data.contract
        return bool(getattr(contract, field) == wanted(award, terms))

    return GuardSpec(f"contract_{field}_v1", check, f"contract.{field}", _EQUAL)


def _another_hand(context: Context) -> bool:
    award = context.find(Award)
    return award is not None and context.env.actor != award.confirmed_by


def _contract_filed(context: Context) -> bool:
    return any(document.name == "contract" for document in context.env.docs)


GUARDS = (
    _same("asset", lambda _award, terms: terms.plan.asset),
    _same("use_zh", lambda _award, terms: terms.plan.use_zh),
    _same("price_unit", lambda _award, terms: terms.plan.price_unit),
    _same("price_fen", lambda award, _terms: award.price_fen),
    _same("term_months", lambda _award, terms: terms.plan.term_months),
    _same("bidder", lambda award, _terms: award.bidder),
    GuardSpec("contract_filed_v1", _contract_filed, "docs", "民法典 707"),
    GuardSpec("another_hand_v1", _another_hand, "actor", "domain brief 3"),
)
