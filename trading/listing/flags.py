"""Red flags of a plan: what a reviewer should look at twice, computed when the community applies.

A flag never stops a plan: it asks for a reason, and both are published with the notice. What the
plan is compared with (contracts in force, other cases of the owner) is named by the command and
read from their own states. Source: domain brief 12, F1, F2, F3, F7, F12, F13, F18, F19.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from statistics import median_low
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from trading.base.money import PriceUnit
from trading.base.text import ShortText
from trading.listing.rules import LotPlan, yearly_fen
from trading.register.contracts import ContractTerms
from trading.register.rent import add_months, area_band, unit_year_fen
from trading.register.rules import Asset

COMPARABLES_MIN = 3
"""Fewer contracts than these are no market to compare with."""
TAILORED = ("品牌", "商标", "独家", "指定", "代理证", "授权书", "仅限本村", "仅限本社区")
"""Words of conditions that only one bidder is likely to meet."""

Code = Literal["F1", "F2", "F3", "F7", "F12", "F13", "F18", "F19"]


class Flag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One flag of one lot, 0 where it is of the whole case; ``severity`` is how red it is."""

    code: Code
    lot: int
    severity: Literal["yellow", "red"]


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the applicant holds on to the plan in spite of a flag."""

    code: Code
    lot: Annotated[int, Meta(ge=0, le=999)]
    reason_zh: ShortText


class Limits(NamedTuple):
    """What the pack says of flags; ratios are shares, years and months whole."""

    rent_yellow: Fraction
    rent_red: Fraction
    appraisal_months: int
    lease_years: int
    prepaid_years: int
    split_ratio: Fraction
    split_months: int
    thresholds_fen: tuple[int, ...]


class Sibling(NamedTuple):
    """What a case of the owner is worth, of which classes, and on which day it applied."""

    value_fen: int
    categories: frozenset[str]
    day: date


def of_lot(
    plan: LotPlan, asset: Asset, market: Iterable[ContractTerms], day: date, limits: Limits
) -> list[Flag]:
    """Return the flags of one lot in the order of their codes."""
    found = (
        ("F1", _below_market(plan, asset, market, limits)),
        ("F2", _appraisal(plan, asset, day, limits)),
        ("F3", "yellow" if _is_long(plan, limits) else None),
        ("F13", "yellow" if _is_tailored(plan) else None),
        ("F18", "yellow" if _is_prepaid(plan, limits) else None),
        ("F19", "yellow" if plan.buy_back else None),
    )
    return [Flag(code, plan.number, colour) for code, colour in found if colour]  # type: ignore[arg-type]


def splitting(case: Sibling, others: Iterable[Sibling], limits: Limits) -> list[Flag]:
    """Return F7 where cases of one class, each just under a threshold, are over it together."""
    since = add_months(case.day, -limits.split_months)
    near = [other for other in others if other.categories & case.categories and other.day >= since]
    for threshold_fen in limits.thresholds_fen:
        low_fen = threshold_fen * limits.split_ratio
        under = [one.value_fen for one in near if low_fen <= one.value_fen < threshold_fen]
        if under and low_fen <= case.value_fen < threshold_fen:
            return [Flag("F7", 0, "yellow")]
    return []


def unexplained(flags: Iterable[Flag], reasons: Iterable[Reason]) -> list[Flag]:
    """Return the flags that no reason speaks of."""
    told = {(reason.code, reason.lot) for reason in reasons}
    return [flag for flag in flags if (flag.code, flag.lot) not in told]


def _below_market(
    plan: LotPlan, asset: Asset, market: Iterable[ContractTerms], limits: Limits
) -> str | None:
    """Compare the rent of one unit and year with the median of like contracts in like measure."""
    unit = PriceUnit.parse(plan.price_unit)
    band = area_band(asset.quantity_thousandths)
    like = [
        terms.unit_year_fen
        for terms in market
        if (terms.category, terms.quantity_unit, terms.band)
        == (asset.category, asset.quantity_unit, band)
        and PriceUnit.parse(terms.agreement.price_unit).amount == unit.amount
        and terms.agreement.tenure != "transfer"
    ]
    if len(like) < COMPARABLES_MIN or plan.tenure == "transfer":
        return None
    own = unit_year_fen(unit, plan.start_price_fen, asset.quantity_thousandths, plan.term_months)
    middle = median_low(like)
    if own < middle * limits.rent_red:
        return "red"
    return "yellow" if own < middle * limits.rent_yellow else None


def _appraisal(plan: LotPlan, asset: Asset, day: date, limits: Limits) -> str | None:
    """Look for a start below the appraisal, or an appraisal without a day or too old."""
    if not plan.appraisal_fen:
        return None
    priced = PriceUnit.parse(plan.price_unit).amount == "fen"
    if priced and yearly_fen(plan, asset.quantity_thousandths) < plan.appraisal_fen:
        return "yellow"
    if not plan.appraisal_day:
        return "yellow"
    valid_until = add_months(date.fromisoformat(plan.appraisal_day), limits.appraisal_months)
    return "yellow" if day > valid_until else None


def _is_long(plan: LotPlan, limits: Limits) -> bool:
    return plan.tenure == "lease" and plan.term_months > 12 * limits.lease_years


def _is_tailored(plan: LotPlan) -> bool:
    ungrounded = plan.village_only and not plan.eligibility_ground_zh
    return ungrounded or any(word in plan.eligibility_zh for word in TAILORED)


def _is_prepaid(plan: LotPlan, limits: Limits) -> bool:
    if plan.tenure == "transfer":
        return False
    return (plan.payment_months or plan.term_months) > 12 * limits.prepaid_years
