"""The notice as it is published, amended and, lot by lot, taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from sqlalchemy import Table, select

from tests.support.acts import (
    ASSET,
    BIDDERS,
    CASE,
    CLOSES_US,
    DECIDED_US,
    DEPOSIT_FEN,
    LOT,
    OPENS_US,
    START_FEN,
    UNTIL_US,
    Act,
    apply,
    approve,
    asset,
    bidder,
    decision,
    draft,
    officer,
    paper,
    plan,
    posted,
    register,
    staff,
)
from tests.support.cases import accepted, amend, confirmed, decide_again, relist, reviewed
from tests.support.trade import At, Trade
from trading.awarding.endings import WithdrawLot
from trading.base.deadline import day_start_us
from trading.base.units import DAY_US, HOUR_US
from trading.bidding.commands import FailLot
from trading.listing import tables
from trading.listing.cases import differences
from trading.listing.commands import AcceptCase, CloseCase, ExtendCase
from trading.listing.flags import Reason
from trading.listing.queries import Market, market
from trading.listing.rounds import AbandonLot
from trading.listing.rules import Escalator, LotPlan, Rise

replace = msgspec.structs.replace
DEARER = plan(deposit_fen=DEPOSIT_FEN + 1)


def case_of(trade: Trade) -> Any:
    return trade.state(f"case/{CASE}").facets["case"]


def applied(trade: Trade, *lots: LotPlan) -> None:
    """Bring a case to where its application is refused for want of a reason."""
    trade.do(officer("asset.register/1", asset()))
    trade.do(officer("case.draft/1", draft(*lots)))
    for act in decision():
        trade.do(act)
    trade.wait(DECIDED_US)


def test_a_flagged_plan_is_published_with_its_reason(at: At) -> None:
    trade = at("founded")
    applied(trade, plan(buy_back=True))
    bare = apply()
    assert trade.blockers(bare) == ("flags_explained_v1",)
    reasons = (Reason("F19", 1, "棚架由集体统一收回"),)
    trade.do(Act(bare.kind, replace(bare.data, reasons=reasons), bare.actor, bare.role, bare.docs))
    trade.do(approve())
    trade.do(staff("case.accept/1", AcceptCase(CASE), "centre_reviewer"))
    trade.do(posted())
    notice = case_of(trade).notice
    assert [(flag.code, flag.lot) for flag in notice.flags] == [("F19", 1)]
    assert notice.reasons == reasons


def test_a_case_is_compared_with_the_other_cases_of_its_owner(at: At) -> None:
    trade = at("founded")
    near: dict[str, Any] = {"start_price_fen": 4_500_000, "ceiling_fen": 0}
    accepted(trade, plan(1, "asset-b", **near), case="case-b")
    applied(trade, plan(**near))
    trade.wait(trade.clock.now_us() + 8 * DAY_US)
    act = apply()
    named = Act(act.kind, replace(act.data, siblings=("case-b", CASE, "case-c")), act.actor,
                act.role, act.docs)  # fmt: skip
    assert trade.blockers(named) == ("flags_explained_v1",)
    assert trade.do(act).outcome == "done"


def test_the_notice_repeats_the_rules_of_its_day(at: At) -> None:
    notice = case_of(at("listed")).notice
    assert (notice.number, notice.version, notice.published_us) == ("notice-a", 1, DECIDED_US)
    assert notice.rules["end_mode"] == "sliding"
    assert notice.rules["defaulter_barred"] in {"true", "false"}
    assert notice.rules["result_publicity_days"].endswith("_day")
    assert notice.decided_day == "2026-02-27"


def test_the_terms_say_which_steps_are_watched(at: At) -> None:
    terms = at("listed").state().facets["terms"]
    assert (terms.tier, terms.steps) == ("small", ("O2", "O5", "O7", "O9", "O10"))


def test_an_amendment_is_asked_by_the_community_and_confirmed_by_the_centre(at: At) -> None:
    trade = at("listed")
    act = amend(DEARER)
    assert trade.blockers(confirmed(act)) == ("centre_confirms_v1",)
    assert trade.do(act).outcome == "proposed"
    trade.do(confirmed(act))
    terms, case = trade.state().facets["terms"], case_of(trade)
    assert (terms.plan, terms.version, case.notice.version) == (DEARER, 2, 2)
    assert case.lots == (DEARER,)
    (amended,) = [
        event
        for entry in trade.entries(trade.size - 2)
        for event in msgspec.json.decode(entry.out).get("events", ())
        if event["event"] == "case_amended/1"
    ]
    assert amended["differences"] == [
        {"lot": 1, "field": "deposit_fen", "old": "20000", "new": "20001"}
    ]
    assert amended["material"] is True


@pytest.mark.parametrize(
    ("changed", "until_us", "docs", "guards"),
    [
        (DEARER, UNTIL_US - 1, ("amendment", "approval"), ("amendment_time_v1",)),
        (DEARER, UNTIL_US, ("amendment",), ("amendment_filed_v1",)),
        (plan(viewing_zh="每周三上午"), UNTIL_US, ("amendment",), ()),
        (plan(viewing_zh="每周三上午"), UNTIL_US, (), ("amendment_filed_v1",)),
        (plan(asset="asset-b"), UNTIL_US, ("amendment", "approval"), ("lots_amendable_v1",)),
        (plan(2), UNTIL_US, ("amendment", "approval"), ("lots_amendable_v1",)),
    ],
)
def test_what_an_amendment_must_bring(
    at: At, changed: LotPlan, until_us: int, docs: tuple[str, ...], guards: tuple[str, ...]
) -> None:
    trade = at("listed")
    act = amend(changed, until_us=until_us)
    given = Act(act.kind, act.data, act.actor, act.role, tuple(map(paper, docs)))
    if guards:
        assert trade.blockers(given) == guards
    else:
        assert trade.do(given).outcome == "proposed"


def test_one_lot_is_not_amended_twice_at_once(at: At) -> None:
    assert at("listed").blockers(amend(DEARER, DEARER)) == ("lots_amendable_v1",)


def test_a_late_material_amendment_starts_the_notice_again_and_is_flagged(at: At) -> None:
    trade = at("listed")
    trade.wait(UNTIL_US - HOUR_US)
    # Wednesday the 18th; five working days from there are over with the 25th.
    short = amend(DEARER, until_us=UNTIL_US + 6 * DAY_US)
    long = amend(DEARER, until_us=UNTIL_US + 8 * DAY_US)
    long = moved(long, 8 * DAY_US)
    assert trade.blockers(moved(short, 8 * DAY_US)) == ("amendment_time_v1",)
    trade.do(long)
    trade.do(confirmed(long))
    lot = trade.state()
    assert lot.facets["schedule"].opens_us == OPENS_US + 8 * DAY_US
    assert (lot.due, lot.due_us) == ("close_registration", UNTIL_US + 8 * DAY_US)
    trade.wait(UNTIL_US)
    assert trade.place() == "listed"
    late = [
        event["flags"]
        for entry in trade.entries()
        for event in msgspec.json.decode(entry.out).get("events", ())
        if event["event"] == "case_amended/1"
    ]
    assert late == [[{"code": "F12", "lot": 1, "severity": "yellow"}]]


def moved(act: Act, by_us: int) -> Act:
    data = replace(act.data, opens_us=OPENS_US + by_us, closes_us=CLOSES_US + by_us)
    return Act(act.kind, data, act.actor, act.role, act.docs)


def test_an_expired_wish_is_asked_again(at: At) -> None:
    trade = at("listed")
    act = amend(plan(viewing_zh="每周三上午"), until_us=UNTIL_US)
    trade.do(act)
    trade.wait(trade.clock.now_us() + 5 * DAY_US)
    assert trade.blockers(confirmed(act)) == ("centre_confirms_v1",)


def withdraw(lot: str = LOT) -> tuple[Act, Act]:
    data = WithdrawLot(lot, "owner_decision", "改作自用")
    return officer("lot.withdraw/1", data), staff("lot.withdraw/1", data, "office")


def test_one_lot_is_taken_back_and_the_others_go_on(at: At) -> None:
    trade = at("founded")
    accepted(trade, plan(1), plan(2, "asset-b"))
    trade.do(posted())
    first, second = withdraw(f"{CASE}-2")
    assert trade.do(first).outcome == "proposed"
    trade.do(second)
    assert (trade.place(f"lot/{CASE}-2"), trade.place()) == ("withdrawn", "listed")
    assert trade.place("asset/asset-b") == "idle"


def test_a_lot_that_is_taken_back_gives_the_deposits_back(at: At) -> None:
    trade = at("registered")
    for act in withdraw():
        trade.do(act)
    places = {trade.place(f"deposit/{LOT}-{number}") for number in BIDDERS}
    assert places == {"refund_due"}
    gone = bidder("registration.submit/1", register(404), 404)
    assert "registration_open_v1" in trade.blockers(gone)


def test_nobody_takes_a_lot_back_in_its_bidding(at: At) -> None:
    act, _second = withdraw()
    assert at("bidding").refused(act).params["reason"] == "wrong_state"


def failed(trade: Trade) -> Trade:
    accepted(trade, plan(cut_ratio_max="1/10", ceiling_fen=0))
    trade.do(posted())
    trade.wait(UNTIL_US)
    if trade.place() == "qualifying":
        trade.do(staff("lot.fail/1", FailLot(LOT), "centre_operator"))
    return trade


def test_a_failed_lot_may_be_given_up_and_its_case_closed(at: At) -> None:
    trade = failed(at("founded"))
    close = staff("case.close/1", CloseCase(CASE), "centre_clerk")
    assert trade.blockers(close) == ("lots_ended_v1",)
    trade.do(officer("lot.abandon/1", AbandonLot(LOT, "改作自用")))
    trade.do(close)
    assert trade.place(f"asset/{ASSET}") == "idle"


@pytest.mark.parametrize(
    ("price_fen", "guards"),
    [
        (START_FEN, ()),
        (START_FEN * 9 // 10, ()),
        (START_FEN * 9 // 10 - 1, ("cut_mandated_v1", "cut_within_policy_v1")),
        (START_FEN + 1, ("cut_within_policy_v1",)),
    ],
)
def test_the_next_start_price_at_its_bounds(
    at: At, price_fen: int, guards: tuple[str, ...]
) -> None:
    trade, act = failed(at("founded")), relist(price_fen, UNTIL_US + 18 * DAY_US)
    if guards:
        assert trade.blockers(act) == guards
    else:
        assert trade.do(act).outcome == "proposed"


def test_a_lot_the_case_does_not_have_is_not_relisted(at: At) -> None:
    trade = failed(at("founded"))
    blockers = trade.blockers(relist(START_FEN, UNTIL_US + 18 * DAY_US, number=2))
    assert blockers == (
        "lot_failed_v1", "relist_asset_free_v1", "relist_in_time_v1", "cut_mandated_v1",
        "cut_within_policy_v1",
    )  # fmt: skip


def test_after_thirty_days_a_failed_lot_is_decided_again_first(at: At) -> None:
    trade = failed(at("founded"))
    trade.wait(UNTIL_US + 31 * DAY_US)
    late = relist(START_FEN, UNTIL_US + 48 * DAY_US)
    assert trade.blockers(late) == ("relist_in_time_v1",)
    trade.do(decide_again("1/5"))
    assert trade.do(late).outcome == "proposed"


@pytest.mark.parametrize(
    ("fields", "sound"),
    [
        ({"escalator": Escalator(500, 5)}, True),
        ({"escalator": Escalator(500, listed=(Rise(4, 1000),))}, False),
        ({"appraisal_fen": 1, "appraisal_day": "2026-02-30"}, False),
        ({"start_price_fen": 10**15, "ceiling_fen": 0}, False),
    ],
)
def test_a_plan_can_be_counted(at: At, fields: dict[str, Any], sound: bool) -> None:
    trade = at("founded")
    trade.do(officer("asset.register/1", asset()))
    act = officer("case.draft/1", draft(plan(**fields)))
    if sound:
        assert trade.do(act).outcome == "done"
    else:
        assert trade.blockers(act) == ("prices_sound_v1",)


def test_differences_are_told_field_by_field() -> None:
    new = plan(use_zh="餐饮", escalator=Escalator(300))
    found = differences(plan(), new)
    assert [(one.field, one.old) for one in found] == [("use_zh", "零售"), ("escalator", "{}")]
    assert found[1].new == '{"percent_hundredths":300}'


def test_a_case_keeps_the_pack_it_was_opened_under(at: At) -> None:
    trade = at("drafted")
    other = replace(draft(), pack="cn-tender")
    assert "pack_known_v1" in trade.blockers(officer("case.draft/1", other))


def test_an_asset_that_is_let_is_listed_again_when_its_term_is_nearly_over(at: At) -> None:
    trade = at("certified")
    again = officer("case.draft/1", draft(case="case-b"))
    assert trade.blockers(again) == ("assets_free_v1",)
    (ends_day,) = trade.state(f"asset/{ASSET}").facets["asset"].contracts.values()
    near = date.fromisoformat(ends_day).replace(year=date.fromisoformat(ends_day).year - 1)
    trade.wait(day_start_us(near) - DAY_US)
    assert trade.blockers(again) == ("assets_free_v1",)
    trade.wait(day_start_us(near))
    trade.do(again)


def test_before_its_application_a_case_is_compared_with_nothing(at: At) -> None:
    trade = at("founded")
    near: dict[str, Any] = {"start_price_fen": 4_500_000, "ceiling_fen": 0}
    trade.do(officer("asset.register/1", asset("asset-b")))
    trade.do(officer("case.draft/1", draft(plan(1, "asset-b", **near), case="case-b")))
    applied(trade, plan(**near))
    act = apply()
    named = Act(act.kind, replace(act.data, siblings=("case-b",)), act.actor, act.role, act.docs)
    assert trade.do(named).outcome == "done"


LONG = "公开竞价取得，" * 14


def test_twenty_lots_with_long_texts_come_in_several_entries(at: At) -> None:
    trade = at("founded")
    lots = [
        plan(n, f"asset-{n}", use_zh=LONG, eligibility_zh=LONG, condition_zh=LONG, defects_zh=LONG)
        for n in range(1, 22)
    ]
    for one in lots:
        trade.do(officer("asset.register/1", asset(one.asset)))
    trade.do(officer("case.draft/1", draft(*lots[:4])))
    for first in (4, 8, 12, 16):
        trade.do(officer("case.extend/1", ExtendCase(CASE, tuple(lots[first : first + 4]))))
    assert case_of(trade).lots == tuple(lots[:20])
    more = officer("case.extend/1", ExtendCase(CASE, (lots[20],)))
    assert trade.blockers(more) == ("lots_numbered_v1",)
    for act in decision():
        trade.do(act)
    trade.wait(DECIDED_US)
    trade.do(apply())
    reviewed(trade)
    trade.do(posted())
    assert trade.place(f"lot/{CASE}-20") == "listed"


def test_an_asset_comes_into_a_case_once(at: At) -> None:
    again = officer("case.extend/1", ExtendCase(CASE, (plan(2),)))
    assert at("drafted").blockers(again) == ("assets_free_v1",)


def row(trade: Trade, table: Table, name: str) -> dict[str, Any]:
    (key,) = table.primary_key
    with trade.centre.reading.connect() as connection:
        return dict(connection.execute(select(table).where(key == name)).mappings().one())


def test_lists_know_tier_round_version_and_times(at: At) -> None:
    trade = at("listed")
    case, lot = row(trade, tables.case, CASE), row(trade, tables.lot, LOT)
    assert (case["notice"], case["version"], case["tier"]) == ("notice-a", 1, "small")
    assert (case["value_fen"], case["applied_day"], case["flags"]) == (START_FEN, "2026-03-10", 0)
    assert (lot["tier"], lot["listing_round"], lot["version"]) == ("small", 1, 1)
    assert lot["registration_until_us"] == UNTIL_US


def test_the_edge_finds_what_a_case_is_compared_with(at: At) -> None:
    trade = at("certified")
    name = f"asset/{ASSET}"
    found = trade.state(name).facets["asset"]
    given = (CASE, trade.state(name).org, case_of(trade), [found])
    with trade.centre.reading.connect() as connection:
        own = market(connection, *given, date(2026, 4, 10), 12)
        later = market(connection, "case-z", *given[1:], date(2027, 3, 10), 12)
        gone = market(connection, "case-z", *given[1:], date(2027, 3, 11), 12)
        pond = market(connection, *given[:3], [replace(found, category="pond")],
                      date(2026, 4, 10), 12)  # fmt: skip
    assert own == Market((f"lot-{LOT}",), ())
    assert later.siblings == (CASE,)
    assert gone.siblings == ()
    assert pond.comparables == ()
