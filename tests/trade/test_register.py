"""The ledger of assets: one live lot at a time, let at the end, free again after a failure."""

from __future__ import annotations

from tests.support.acts import ASSET, CASE, LOT, asset, draft, officer, plan
from tests.support.trade import At
from trading.base.units import HOUR_US


def test_an_asset_enters_the_ledger_once(at: At) -> None:
    trade = at("drafted")
    found = trade.state(f"asset/{ASSET}")
    assert (found.place, found.org, found.facets["asset"].quantity_thousandths) == (
        "idle", "community-a", 1000,
    )  # fmt: skip
    assert trade.refused(officer("asset.register/1", asset())).code == "wrong_state"


def test_publishing_reserves_the_asset_for_its_lot_alone(at: At) -> None:
    trade = at("listed")
    found = trade.state(f"asset/{ASSET}")
    assert (found.place, found.facets["asset"].lot) == ("reserved", f"lot/{LOT}")
    again = officer("case.draft/1", draft(case="case-again"))
    assert trade.blockers(again) == ("assets_free_v1",)


def test_an_asset_of_another_community_or_of_nobody_is_not_free(at: At) -> None:
    trade = at("drafted")
    act = officer("case.draft/1", draft(plan(asset="asset-unknown"), case="case-again"))
    assert trade.blockers(act) == ("assets_free_v1",)
    twice = officer("case.draft/1", draft(plan(1), plan(2), case="case-again"))
    assert trade.blockers(twice) == ("assets_free_v1",)


def test_the_certificate_lets_the_asset(at: At) -> None:
    trade = at("certified")
    assert trade.place(f"asset/{ASSET}") == "let"
    assert trade.place(f"case/{CASE}") == "published"


def test_a_lot_without_a_bid_gives_the_asset_back(at: At) -> None:
    trade = at("bidding")
    trade.wait(trade.clock.now_us() + 2 * HOUR_US)
    assert trade.place() == "failed"
    found = trade.state(f"asset/{ASSET}")
    assert (found.place, found.facets["asset"].lot) == ("idle", "")
    trade.do(officer("case.draft/1", draft(case="case-again")))
