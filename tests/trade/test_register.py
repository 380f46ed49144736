"""The ledger of assets: one live lot at a time, let and sold, frozen, described anew."""

from __future__ import annotations

import msgspec
import pytest

from tests.support.acts import ASSET, CASE, LOT, Act, asset, draft, officer, paper, plan, staff
from tests.support.trade import At
from trading.base.units import HOUR_US
from trading.register.commands import (
    FreezeAsset,
    RegisterAsset,
    StopUsingAsset,
    UnfreezeAsset,
    UpdateAsset,
    UseAsset,
)
from trading.register.rules import Description, Ledger

STREAM = f"asset/{ASSET}"
ORDER = (paper("order"),)
FREEZE = staff("asset.freeze/1", FreezeAsset(ASSET, "法院查封"), "office", docs=ORDER)
LEDGER = Ledger(
    group_zh="一组", bounds_zh="东至路，南至河堤", area_basis="surveyed", title_kind="ownership",
    title_number="雨房权证第1号", title_day="2019-05-06", mixed_title=True,
    book_value_fen=5_000_000, appraisal_fen=6_000_000, appraisal_day="2025-11-30",
    current_use_zh="零售", occupant="tenant", improvements_zh="到期归集体", zoning_zh="商业用地",
    fire_acceptance="accepted", inventory_day="2026-01-15",
)  # fmt: skip


def described(**more: object) -> Description:
    values = {"ledger": LEDGER, **more}
    return Description("shop", "门面一号", "甲社区一组", 1000, "lot", **values)  # type: ignore[arg-type]


def test_an_asset_enters_the_ledger_once(at: At) -> None:
    trade = at("drafted")
    found = trade.state(STREAM)
    assert (found.place, found.org, found.facets["asset"].quantity_thousandths) == (
        "idle", "community-a", 1000,
    )  # fmt: skip
    assert trade.refused(officer("asset.register/1", asset())).code == "wrong_state"


def test_the_whole_ledger_is_kept(at: At) -> None:
    trade = at("drafted")
    act = RegisterAsset("asset-b", "community-a", "shop", "二号", "一组", 1, "lot", LEDGER)
    trade.do(officer("asset.register/1", act))
    assert trade.state("asset/asset-b").facets["asset"].ledger == LEDGER


@pytest.mark.parametrize(
    "ledger",
    [
        Ledger(inventory_day="2026-03-03"),
        Ledger(title_day="2026-02-30"),
        Ledger(appraisal_fen=100),
        Ledger(appraisal_day="2026-01-01"),
    ],
)
def test_a_day_ahead_or_an_undated_appraisal_is_refused(at: At, ledger: Ledger) -> None:
    act = RegisterAsset("asset-b", "community-a", "shop", "二号", "一组", 1, "lot", ledger)
    assert at("drafted").blockers(officer("asset.register/1", act)) == ("ledger_sound_v1",)


def test_an_update_says_what_was_and_what_is(at: At) -> None:
    trade = at("drafted")
    size = trade.size
    new = described(ledger=Ledger(occupant="tenant"))
    trade.do(officer("asset.update/1", UpdateAsset(ASSET, "清查核实", new)))
    (event,) = msgspec.json.decode(trade.entries(size)[0].out)["events"]
    assert event["changes"] == [{"field": "occupant", "old": "unknown", "new": "tenant"}]
    assert (event["reason_zh"], trade.state(STREAM).facets["asset"].ledger.occupant) == (
        "清查核实", "tenant",
    )  # fmt: skip
    again = officer("asset.update/1", UpdateAsset(ASSET, "清查核实", new))
    assert trade.blockers(again) == ("something_changes_v1",)


def test_what_is_in_a_live_lot_cannot_be_described_anew(at: At) -> None:
    act = officer("asset.update/1", UpdateAsset(ASSET, "清查", described()))
    assert at("listed").refused(act).code == "wrong_state"


def test_a_freeze_holds_the_live_lot_and_two_persons_lift_it(at: At) -> None:
    trade = at("bidding")
    trade.do(FREEZE)
    lot = trade.state(f"lot/{LOT}")
    assert (lot.held, lot.facets["hold"].cause) == (True, "asset_frozen")
    assert trade.state(STREAM).facets["asset"].frozen_zh == "法院查封"
    assert trade.blockers(FREEZE) == ("frozen_v1",)
    lift = UnfreezeAsset(ASSET, "解封裁定")
    for who in ("office-chen", "office-peng"):
        trade.do(Act("asset.unfreeze/1", lift, who, "office", docs=ORDER))
    assert trade.state(STREAM).facets["asset"].frozen_zh == ""
    assert trade.state(f"lot/{LOT}").held


def test_a_freeze_leaves_a_held_lot_and_an_idle_asset_alone(at: At) -> None:
    trade = at("drafted")
    trade.do(FREEZE)
    assert trade.place(STREAM) == "idle"
    unknown = staff("asset.freeze/1", FreezeAsset("asset-none", "查封"), "office", docs=ORDER)
    assert trade.refused(unknown).code == "not_found"


def test_what_the_owner_uses_is_not_free(at: At) -> None:
    trade = at("drafted")
    trade.do(officer("asset.use/1", UseAsset(ASSET, "村史馆")))
    assert trade.blockers(officer("case.draft/1", draft(case="case-again"))) == ("assets_free_v1",)
    trade.do(officer("asset.stop_using/1", StopUsingAsset(ASSET)))
    trade.do(officer("case.draft/1", draft(case="case-again")))


def test_publishing_reserves_the_asset_for_its_lot_alone(at: At) -> None:
    trade = at("listed")
    found = trade.state(STREAM)
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
    assert trade.place(STREAM) == "let"
    assert trade.place(f"case/{CASE}") == "published"


def test_a_lot_without_a_bid_gives_the_asset_back(at: At) -> None:
    trade = at("bidding")
    trade.wait(trade.clock.now_us() + 2 * HOUR_US)
    assert trade.place() == "failed"
    found = trade.state(STREAM)
    assert (found.place, found.facets["asset"].lot) == ("idle", "")
    trade.do(officer("case.draft/1", draft(case="case-again")))
