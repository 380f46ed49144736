"""What a contract says of itself: its source, its ladder, and what a sale lacks."""

from __future__ import annotations

from tests.support.acts import START_US, agreement
from trading.engine.stream import Stream
from trading.register.contracts import ContractTerms, Opening, contract_parts, next_rung, opened
from trading.register.rules import Asset

SHOP = Asset("shop", "门面", "甲社区", 25_000, "m2")
SALE = agreement(tenure="transfer", term_months=0, ends_day="", price_unit="CNY/lot")


def _terms(lot: str = "", **more: object) -> ContractTerms:
    opening = Opening("asset-a", lot, (12, 6, 3, 1), START_US)
    return opened(opening, SHOP, agreement(**more)).terms


def test_a_sale_has_no_ladder_and_sells_the_asset() -> None:
    contract, asset = contract_parts(Opening("asset-a", "case-a-1", (12,), START_US), SHOP, SALE)
    (event,) = contract.events
    assert (contract.stream, asset.trigger) == ("contract/lot-case-a-1", "dispose")
    state = Stream(contract.stream, place="in_force", facets={"contract": event.terms})  # type: ignore[attr-defined]
    assert next_rung(state) is None


def test_each_place_waits_for_its_own_rung() -> None:
    terms = _terms()
    facets = {"contract": terms}
    first = Stream("contract/paper-1", place="in_force", facets=facets)
    last = Stream("contract/paper-1", place="expiring_last", facets=facets)
    assert (next_rung(first), next_rung(last)) == (terms.ladder_us[0], terms.ladder_us[4])
    assert list(terms.ladder_us) == sorted(terms.ladder_us)


def test_prices_are_told_per_square_metre_and_year_within_a_band() -> None:
    assert (_terms().unit_year_fen, _terms().band) == (4_000, 2)
    assert (_terms().source, _terms("case-a-1").source) == ("paper", "lot")
