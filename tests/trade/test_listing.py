"""From the draft to the notice: the vote of its day, separated desks, the working days."""

from __future__ import annotations

import msgspec
import pytest

from tests.support.acts import (
    ALL_ROUNDER,
    CASE,
    CLOSES_US,
    DECIDED_US,
    LOT,
    OPENS_US,
    ORG,
    STAFF,
    START_FEN,
    Act,
    apply,
    approve,
    asset,
    decision,
    draft,
    officer,
    paper,
    plan,
    posted,
    publish,
    staff,
)
from tests.support.cases import accepted, brought
from tests.support.trade import At, Trade
from trading.base.deadline import day_start_us
from trading.base.errors import Refused
from trading.base.money import MAX_FEN
from trading.base.units import DAY_US, HOUR_US
from trading.listing.cases import PAPERS
from trading.listing.commands import (
    AcceptCase,
    ApproveCase,
    CloseCase,
    RefuseCase,
    ReopenCase,
    ReturnCase,
)
from trading.listing.rules import case_of_lot, tier_of, yearly_fen

replace = msgspec.structs.replace
APRIL_29 = "2026-04-29"


def day_us(iso: str, hours: int = 0) -> int:
    from datetime import date

    return day_start_us(date.fromisoformat(iso)) + hours * HOUR_US


def test_a_notice_lists_the_lot_under_its_frozen_terms(at: At) -> None:
    lot = at("listed").state()
    terms = lot.facets["terms"]
    assert (lot.place, lot.org, lot.pack) == ("listed", ORG, "cn-collective@1")
    assert terms.plan == plan()
    assert (terms.extension_window_seconds, terms.extension_seconds) == (300, 300)
    assert lot.due == "close_registration"


@pytest.mark.parametrize("missing", sorted(PAPERS))
def test_an_application_brings_every_paper(at: At, missing: str) -> None:
    act = apply()
    rest = tuple(document for document in act.docs if document.name != missing)
    assert at("decided").blockers(act, docs=rest) == ("papers_filed_v1",)


def test_what_was_appraised_comes_with_its_appraisal(at: At) -> None:
    trade = at("founded")
    plans = [plan(appraisal_fen=START_FEN, appraisal_day="2026-02-01")]
    with pytest.raises(Refused) as caught:
        brought(trade, *plans)
    assert caught.value.params["guards"] == ("papers_filed_v1",)
    act = apply()
    trade.do(act, docs=(*act.docs, paper("appraisal")))


@pytest.mark.parametrize(
    ("start_fen", "desks"),
    [
        (4_999_900, ["asset3_reviewer"]),
        (5_000_000, ["asset3_reviewer", "street_reviewer"]),
        (49_999_900, ["asset3_reviewer", "street_reviewer"]),
        (50_000_000, ["asset3_reviewer", "street_reviewer", "office"]),
    ],
)
def test_value_decides_how_many_desks_review(at: At, start_fen: int, desks: list[str]) -> None:
    trade = at("founded")
    accepted(trade, plan(start_price_fen=start_fen, ceiling_fen=0))
    case = trade.state(f"case/{CASE}").facets["case"]
    assert [approval.desk for approval in case.approvals] == desks
    assert [approval.by for approval in case.approvals] == [STAFF[desk] for desk in desks]
    assert case.value_fen == start_fen


def test_one_person_never_sits_at_two_desks(at: At) -> None:
    trade = at("reviewing")
    own = approve()
    trade.do(Act(own.kind, own.data, ALL_ROUNDER, own.role))
    accept = Act("case.accept/1", AcceptCase(CASE), ALL_ROUNDER, "centre_reviewer")
    assert trade.blockers(accept) == ("another_desk_v1",)


def test_who_drafted_or_brought_the_case_reviews_none_of_it(at: At) -> None:
    trade = at("founded")
    trade.do(officer("asset.register/1", asset()))
    trade.do(Act("case.draft/1", draft(), ALL_ROUNDER, "community_officer"))
    for act in decision():
        trade.do(act)
    trade.wait(DECIDED_US)
    trade.do(apply())
    own = Act("case.approve/1", ApproveCase(CASE, "同意"), ALL_ROUNDER, "asset3_reviewer")
    assert trade.blockers(own) == ("another_desk_v1",)


def test_a_returned_case_mends_its_papers_and_keeps_its_decision(at: At) -> None:
    trade = at("approved")
    trade.do(staff("case.return/1", ReturnCase(CASE, "合同草案缺页"), "centre_reviewer"))
    found = trade.state(f"case/{CASE}")
    assert (found.place, found.facets["case"].approvals) == ("decided", ())
    assert len(found.facets["case"].meetings) == 4
    trade.do(apply())
    trade.do(approve())
    assert trade.place(f"case/{CASE}") == "approved"


def test_a_changed_plan_is_decided_anew(at: At) -> None:
    trade = at("decided")
    mended = draft(plan(term_months=24))
    again = officer("case.draft/1", mended)
    assert trade.refused(again).params["reason"] == "wrong_state"
    trade.do(officer("case.reopen/1", ReopenCase(CASE, "缩短租期")))
    assert trade.state(f"case/{CASE}").facets["case"].meetings == ()
    trade.do(again)
    found = trade.state(f"case/{CASE}").facets["case"]
    assert (found.lots, found.meetings) == (mended.lots, ())


def test_the_centre_refuses_a_case_for_a_listed_ground(at: At) -> None:
    trade = at("approved")
    refusal = RefuseCase(CASE, "restricted", "法院查封")
    trade.do(staff("case.refuse/1", refusal, "centre_reviewer"))
    assert trade.place(f"case/{CASE}") == "withdrawn"


@pytest.mark.parametrize(
    ("value_fen", "tier"),
    [(0, "small"), (99, "small"), (100, "normal"), (999, "normal"), (1000, "large")],
)
def test_each_threshold_belongs_to_the_tier_it_opens(value_fen: int, tier: str) -> None:
    assert tier_of(value_fen, 100, 1000) == tier


def test_goods_count_by_their_appraisal_and_unknown_as_the_most_there_is() -> None:
    rice = plan(price_unit="jin_rice/mu/year", start_price_fen=65_000)
    assert yearly_fen(rice, 10_000) == MAX_FEN
    assert yearly_fen(replace(rice, appraisal_fen=900_000), 10_000) == 900_000


def test_a_lot_of_any_round_knows_its_case() -> None:
    assert case_of_lot(LOT) == CASE
    assert case_of_lot(f"{LOT}r2") == CASE


@pytest.mark.parametrize(
    ("lots", "guard"),
    [
        ((plan(2),), "lots_numbered_v1"),
        ((plan(1, term_months=240),), ""),
        ((plan(1, term_months=241),), "term_lawful_v1"),
        ((plan(1, tenure="contracting_out", term_months=840),), ""),
        ((plan(1, tenure="transfer", term_months=0),), ""),
        ((plan(1, price_unit="CNY/house"),), "prices_sound_v1"),
        ((plan(1, raise_max_fen=999),), "prices_sound_v1"),
        ((plan(1, raise_max_fen=0, ceiling_fen=0),), ""),
        ((plan(1, ceiling_fen=99_999),), "prices_sound_v1"),
        ((plan(1, asset="asset-unknown"),), "assets_free_v1"),
    ],
)
def test_a_draft_obeys_the_rules_of_plans(at: At, lots: tuple[object, ...], guard: str) -> None:
    trade = at("founded")
    trade.do(officer("asset.register/1", asset()))
    act = officer("case.draft/1", replace(draft(), lots=lots))
    if guard:
        assert trade.blockers(act) == (guard,)
    else:
        assert trade.do(act).outcome == "done"


def test_a_case_under_an_unknown_pack_is_refused(at: At) -> None:
    trade = at("founded")
    trade.do(officer("asset.register/1", asset()))
    act = officer("case.draft/1", replace(draft(), pack="cn-moon"))
    assert trade.blockers(act) == ("pack_known_v1", "term_lawful_v1")


def accepted_on(at: At, day: str, start_fen: int) -> Trade:
    """Return a centre with an accepted case of one lot, on the morning of ``day``."""
    trade = at("founded")
    accepted(trade, plan(start_price_fen=start_fen, ceiling_fen=0))
    trade.wait(day_us(day, 9))
    return trade


def notice(until_us: int) -> Act:
    data = replace(publish(until_us, until_us + DAY_US), closes_us=until_us + 2 * DAY_US)
    return posted(data)


@pytest.mark.parametrize(
    ("start_fen", "last_short_day", "first_good_day"),
    [
        # Five working days after 29 April: 30 April, 6, 7, 8 and the made-up Saturday 9 May; the
        # holiday of 1 to 5 May does not count. They are over at 24:00 of the 9th.
        (4_999_900, "2026-05-09", "2026-05-10"),
        # Seven: the 11th and 12th too.
        (5_000_000, "2026-05-12", "2026-05-13"),
        # Twenty: until Friday the 29th.
        (50_000_000, "2026-05-29", "2026-05-30"),
    ],
)
def test_a_notice_one_working_day_short_over_a_holiday_is_refused(
    at: At, start_fen: int, last_short_day: str, first_good_day: str
) -> None:
    trade = accepted_on(at, APRIL_29, start_fen)
    short = notice(day_us(last_short_day, 23))
    assert trade.blockers(short) == ("notice_long_enough_v1",)
    trade.do(notice(day_us(first_good_day)))
    assert trade.place() == "listed"


@pytest.mark.parametrize(
    "times",
    [
        (OPENS_US + 1, OPENS_US, CLOSES_US),
        (OPENS_US, CLOSES_US, CLOSES_US),
        (OPENS_US, CLOSES_US + 1, CLOSES_US),
    ],
)
def test_the_instants_of_a_notice_follow_each_other(at: At, times: tuple[int, int, int]) -> None:
    until_us, opens_us, closes_us = times
    act = posted(replace(publish(until_us, opens_us), closes_us=closes_us))
    assert at("accepted").blockers(act) == ("schedule_ordered_v1",)


def test_a_notice_that_ends_before_now_fails_both_rules(at: At) -> None:
    trade = at("accepted")
    act = posted(publish(trade.clock.now_us()))
    assert trade.blockers(act) == ("notice_long_enough_v1", "schedule_ordered_v1")


def test_two_lots_of_one_case_are_listed_together(at: At) -> None:
    trade = at("founded")
    accepted(trade, plan(1), plan(2, "asset-b"))
    size = trade.size
    trade.do(posted())
    assert [entry.part for entry in trade.entries(size)] == [(n, 5) for n in range(1, 6)]
    assert (trade.place(f"lot/{LOT}"), trade.place(f"lot/{CASE}-2")) == ("listed", "listed")


def test_between_two_drafts_only_the_first_gets_the_asset(at: At) -> None:
    trade = at("founded")
    trade.do(officer("asset.register/1", asset()))
    accepted(trade)
    accepted(trade, case="case-b")
    trade.wait(DECIDED_US + 8 * DAY_US)
    late = publish(OPENS_US - HOUR_US + 8 * DAY_US, OPENS_US + 8 * DAY_US)
    late = replace(late, closes_us=CLOSES_US + 8 * DAY_US)
    trade.do(posted(late))
    again = posted(replace(late, case="case-b"))
    assert trade.blockers(again) == ("assets_free_v1",)


def test_a_case_is_closed_when_its_lots_have_ended(at: At) -> None:
    close = staff("case.close/1", CloseCase(CASE), "centre_clerk")
    assert at("contracted").blockers(close) == ("lots_ended_v1",)
    trade = at("certified")
    trade.do(close)
    assert trade.place(f"case/{CASE}") == "closed"
