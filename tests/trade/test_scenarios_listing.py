"""Acceptance scenarios 2 and 15: failed rounds and their cuts, a pack that changes mid-case."""

from __future__ import annotations

import copy

import msgspec

from tests.support.acts import (
    ASSET,
    CASE,
    DECIDED_US,
    LOT,
    START_FEN,
    UNTIL_US,
    Act,
    apply,
    asset,
    decide,
    draft,
    meeting,
    officer,
    pair,
    plan,
    posted,
    publish,
    staff,
    vote,
)
from tests.support.cases import accepted, confirmed, decide_again, relist, reviewed
from tests.support.trade import At, Trade
from trading.base import assets
from trading.base.units import DAY_US
from trading.bidding.commands import FailLot
from trading.engine.builtin import EnterDefinition
from trading.engine.policy import load_pack
from trading.listing.cases import PARTY_BODIES

replace = msgspec.structs.replace
ROUND_DAYS = 18


def ask(trade: Trade, act: Act) -> None:
    assert trade.do(act).outcome == "proposed"
    assert trade.do(confirmed(act)).outcome == "done"


def run_out(trade: Trade, lot: str, until_us: int) -> None:
    """Let registration end without anybody."""
    trade.wait(until_us)
    if trade.place(f"lot/{lot}") == "qualifying":
        trade.do(staff("lot.fail/1", FailLot(lot), "centre_operator"))
    assert trade.place(f"lot/{lot}") == "failed"


def test_scenario_02_failed_rounds_and_their_cuts(at: At) -> None:
    trade = at("founded")
    accepted(trade, plan(cut_ratio_max="1/10", ceiling_fen=0))
    trade.do(posted())
    run_out(trade, LOT, UNTIL_US)
    too_cheap = relist(START_FEN * 89 // 100, UNTIL_US + ROUND_DAYS * DAY_US)
    assert trade.blockers(too_cheap) == ("cut_mandated_v1", "cut_within_policy_v1")
    ask(trade, relist(START_FEN * 9 // 10, UNTIL_US + ROUND_DAYS * DAY_US))
    run_out(trade, f"{LOT}r2", UNTIL_US + ROUND_DAYS * DAY_US)
    third = relist(START_FEN * 81 // 100, UNTIL_US + 2 * ROUND_DAYS * DAY_US)
    assert trade.blockers(third) == ("cut_mandated_v1",)
    trade.do(decide_again("1/5", vote(day="2026-04-03")))
    ask(trade, third)
    lots = [trade.state(f"lot/{LOT}{again}") for again in ("", "r2", "r3")]
    assert [lot.place for lot in lots] == ["relisted", "relisted", "listed"]
    terms = [lot.facets["terms"] for lot in lots]
    assert [one.plan.start_price_fen for one in terms] == [100_000, 90_000, 81_000]
    assert [(one.listing_round, one.previous) for one in terms] == [
        (1, ""), (2, LOT), (3, f"{LOT}r2"),
    ]  # fmt: skip
    assert trade.state(f"asset/{ASSET}").facets["asset"].lot == f"lot/{LOT}r3"


def test_scenario_15_a_pack_changes_mid_case(at: At) -> None:
    trade = at("founded")
    trade.do(officer("asset.register/1", asset()))
    trade.do(officer("case.draft/1", draft()))
    for kind, body in PARTY_BODIES.items():
        trade.do(meeting(kind, body, "2025-04-27"))
    trade.do(decide(vote(day="2025-04-30", favour=29)))
    for act in pair("definition.enter/1", newer_pack(), docs=()):
        trade.do(act)
    trade.do(officer("asset.register/1", asset("asset-b")))
    trade.do(officer("case.draft/1", draft(plan(1, "asset-b"), case="case-b")))
    for kind, body in PARTY_BODIES.items():
        trade.do(meeting(kind, body, "2025-04-30", "case-b"))
    assert trade.blockers(decide(vote(day="2025-05-01", favour=29), "case-b")) == ("decided_v1",)
    trade.do(decide(vote(day="2025-05-01", favour=30), "case-b"))
    packs = [trade.state(f"case/{case}").pack for case in (CASE, "case-b")]
    assert packs == ["cn-collective@1", "cn-collective@2"]
    trade.wait(DECIDED_US)
    for case in (CASE, "case-b"):
        trade.do(apply(case))
        reviewed(trade, case)
    until_us = trade.clock.now_us() + 9 * DAY_US
    notice = replace(publish(until_us, until_us + DAY_US), closes_us=until_us + 2 * DAY_US)
    trade.do(posted(notice))
    assert trade.state().facets["terms"].extension_seconds == 300
    other = posted(replace(notice, case="case-b", notice="notice-b"))
    assert trade.blockers(other) == ("notice_long_enough_v1",)
    assert trade.state().pack == "cn-collective@1"


def newer_pack() -> EnterDefinition:
    body = copy.deepcopy(load_pack(assets.read_text("policies/packs/cn-collective@1.toml")).body)
    body["id"] = "cn-collective@2"
    body["values"]["notice_small_days"]["value"] = 15
    found = type(load_pack(assets.read_text("policies/packs/cn-collective@1.toml"))).from_body(body)
    return EnterDefinition("pack", found.id, found.digest, found.body)
