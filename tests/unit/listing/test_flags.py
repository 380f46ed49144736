"""Red flags of a plan at their exact bounds."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from tests.support.acts import plan
from trading.listing.flags import (
    Flag,
    Limits,
    Reason,
    Sibling,
    of_lot,
    splitting,
    unexplained,
)
from trading.listing.rules import LotPlan
from trading.register.contracts import Agreement, ContractTerms
from trading.register.rent import Instalments
from trading.register.rules import Asset

replace = msgspec.structs.replace
TODAY = date(2026, 3, 10)
LIMITS = Limits(Fraction(4, 5), Fraction(3, 5), 12, 10, 5, Fraction(4, 5), 12, (5_000_000,))
SHOP = Asset("shop", "门面一号", "甲社区一组", 40_000, "m2")


def contract(price_fen: int, **more: Any) -> ContractTerms:
    agreed = Agreement(
        "HT-1", more.pop("tenure", "lease"), "零售", more.pop("price_unit", "CNY/m2/month"),
        price_fen, 36, "2025-01-01", "2027-12-31", 0, (Instalments(0, 1, 36, price_fen),),
    )  # fmt: skip
    terms = ContractTerms("asset-x", "shop", 45_000, "m2", "", "paper", agreed)
    return replace(terms, **more)


MARKET = [contract(3_000), contract(2_000), contract(9_000)]


def codes(found: list[Flag]) -> list[tuple[str, str]]:
    return [(flag.code, flag.severity) for flag in found]


def rented(price_fen: int, **more: Any) -> LotPlan:
    return plan(price_unit="CNY/m2/month", start_price_fen=price_fen, **more)


@pytest.mark.parametrize(
    ("price_fen", "found"),
    [
        (2_400, []),
        (2_399, [("F1", "yellow")]),
        (1_800, [("F1", "yellow")]),
        (1_799, [("F1", "red")]),
    ],
)
def test_f1_compares_with_the_median_of_like_contracts(
    price_fen: int, found: list[tuple[str, str]]
) -> None:
    assert codes(of_lot(rented(price_fen), SHOP, MARKET, TODAY, LIMITS)) == found


@pytest.mark.parametrize(
    "market",
    [
        MARKET[:2],
        [replace(one, category="stall") for one in MARKET],
        [replace(one, quantity_unit="mu") for one in MARKET],
        [replace(one, quantity_thousandths=900_000) for one in MARKET],
        [contract(3_000, price_unit="jin_rice/m2/month") for _ in range(3)],
        [contract(3_000, tenure="transfer") for _ in range(3)],
    ],
)
def test_f1_is_silent_where_nothing_is_alike(market: list[ContractTerms]) -> None:
    assert of_lot(rented(1), SHOP, market, TODAY, LIMITS) == []


def test_a_sale_is_compared_with_no_rent() -> None:
    sale = rented(1, tenure="transfer", term_months=0)
    assert of_lot(sale, SHOP, MARKET, TODAY, LIMITS) == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"appraisal_fen": 100_000, "appraisal_day": "2025-03-10"}, []),
        ({"appraisal_fen": 100_000, "appraisal_day": "2025-03-09"}, ["F2"]),
        ({"appraisal_fen": 100_000}, ["F2"]),
        ({"appraisal_fen": 100_001, "appraisal_day": "2026-01-01"}, ["F2"]),
        ({"price_unit": "jin_rice/lot/year", "appraisal_fen": 900_000,
          "appraisal_day": "2026-01-01"}, []),
        ({"term_months": 120}, []),
        ({"term_months": 121}, ["F3"]),
        ({"term_months": 121, "tenure": "contracting_out"}, []),
        ({"village_only": True}, ["F13"]),
        ({"village_only": True, "eligibility_ground_zh": "农村土地承包法第五十一条"}, []),
        ({"eligibility_zh": "须持有某品牌代理证"}, ["F13"]),
        ({"eligibility_zh": "自然人、法人均可"}, []),
        ({"payment_months": 60}, []),
        ({"payment_months": 61}, ["F18"]),
        ({"payment_months": 0, "term_months": 60}, []),
        ({"payment_months": 0, "term_months": 61}, ["F18"]),
        ({"payment_months": 0, "term_months": 0, "tenure": "transfer"}, []),
        ({"buy_back": True}, ["F19"]),
        ({"buy_back": True, "village_only": True}, ["F13", "F19"]),
    ],
)  # fmt: skip
def test_each_flag_at_its_bound(fields: dict[str, Any], found: list[str]) -> None:
    flags = of_lot(plan(**fields), SHOP, [], TODAY, LIMITS)
    assert [flag.code for flag in flags] == found
    assert {flag.lot for flag in flags} <= {1}


def sibling(value_fen: int, day: str = "2026-01-05", *categories: str) -> Sibling:
    return Sibling(value_fen, frozenset(categories or ("shop",)), date.fromisoformat(day))


@pytest.mark.parametrize(
    ("own_fen", "other", "flagged"),
    [
        (4_000_000, sibling(4_999_999), True),
        (3_999_999, sibling(4_999_999), False),
        (4_000_000, sibling(3_999_999), False),
        (5_000_000, sibling(4_500_000), False),
        (4_500_000, sibling(5_000_000), False),
        (4_500_000, sibling(4_500_000, "2025-03-10"), True),
        (4_500_000, sibling(4_500_000, "2025-03-09"), False),
        (4_500_000, sibling(4_500_000, "2026-01-05", "pond"), False),
    ],
)
def test_f7_sees_cases_that_stay_under_a_threshold_one_by_one(
    own_fen: int, other: Sibling, flagged: bool
) -> None:
    found = splitting(sibling(own_fen, "2026-03-10"), [other], LIMITS)
    assert found == ([Flag("F7", 0, "yellow")] if flagged else [])


def test_every_flag_of_every_lot_needs_its_own_reason() -> None:
    flags = [Flag("F19", 1, "yellow"), Flag("F19", 2, "yellow"), Flag("F7", 0, "yellow")]
    reasons = [Reason("F19", 1, "镇里统一要求"), Reason("F7", 0, "分属两个小组")]
    assert unexplained(flags, reasons) == [flags[1]]
