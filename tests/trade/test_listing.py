"""From the draft to the notice: the vote of its day, separated desks, the working days."""

from __future__ import annotations

import msgspec
import pytest

from tests.support.acts import (
    ALL_ROUNDER,
    ASSET,
    CASE,
    CLOSES_US,
    LOT,
    OPENS_US,
    ORG,
    Act,
    asset,
    draft,
    officer,
    paper,
    plan,
    publish,
    staff,
    vote,
)
from tests.support.trade import At, Trade
from trading.base.deadline import day_start_us
from trading.base.units import DAY_US, HOUR_US
from trading.listing.commands import AcceptCase, ApproveCase, DecideCase, PublishCase, ReturnCase
from trading.listing.rules import Vote

replace = msgspec.structs.replace
APRIL_29 = "2026-04-29"


def decide(found: Vote, name: str = "minutes") -> Act:
    return officer("case.decide/1", DecideCase(CASE, found), docs=(paper(name),))


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


@pytest.mark.parametrize(
    ("found", "holds"),
    [
        (vote(eligible=45, present=30, favour=30), True),
        (vote(eligible=45, present=45, favour=29), False),
        (vote(eligible=0, present=0, favour=0), False),
        (vote(eligible=10, present=11, favour=10), False),
        (vote(eligible=10, present=8, favour=9), False),
        (vote(day="2025-05-01", favour=29), False),
        (vote(day="2025-04-30", favour=29), True),
        (vote(day="2025-04-30", present=29, favour=29), False),
        (vote(day="2020-11-03"), False),
        (replace(vote(), body="residents_choir"), False),
    ],
)
def test_a_vote_is_judged_by_the_rule_in_force_on_its_own_day(
    at: At, found: Vote, holds: bool
) -> None:
    trade = at("drafted")
    if holds:
        trade.do(decide(found))
        assert trade.state(f"case/{CASE}").facets["case"].vote == found
    else:
        assert trade.blockers(decide(found)) == ("decided_v1",)


def test_a_day_that_the_calendar_does_not_have_is_no_meeting(at: At) -> None:
    blockers = at("drafted").blockers(decide(vote(day="2026-02-30")))
    assert blockers == ("decided_v1", "meeting_past_v1")


def test_a_meeting_may_be_today_but_not_tomorrow(at: At) -> None:
    trade = at("drafted")
    assert trade.blockers(decide(vote(day="2026-03-03"))) == ("meeting_past_v1",)
    trade.do(decide(vote(day="2026-03-02")))


def test_a_resolution_comes_with_its_minutes(at: At) -> None:
    assert at("drafted").blockers(decide(vote(), "photo")) == ("minutes_filed_v1",)


def test_one_person_never_sits_at_two_desks(at: At) -> None:
    trade = at("founded")
    trade.do(officer("asset.register/1", asset()))
    trade.do(Act("case.draft/1", draft(), ALL_ROUNDER, "community_officer"))
    trade.do(decide(vote()))
    approve = ApproveCase(CASE, "同意")
    own = Act("case.approve/1", approve, ALL_ROUNDER, "street_reviewer")
    assert trade.blockers(own) == ("another_desk_v1",)
    trade.do(staff("case.approve/1", approve, "street_reviewer"))
    accept = Act("case.accept/1", AcceptCase(CASE), ALL_ROUNDER, "centre_reviewer")
    assert trade.blockers(accept) == ("another_desk_v1",)


def test_a_returned_case_is_mended_and_loses_what_was_decided(at: At) -> None:
    trade = at("approved")
    reason = ReturnCase(CASE, "期限过长")
    trade.do(staff("case.return/1", reason, "centre_reviewer"))
    assert trade.state(f"case/{CASE}").facets["case"].approved_by == ""
    mended = draft(plan(term_months=24))
    trade.do(officer("case.draft/1", mended))
    found = trade.state(f"case/{CASE}").facets["case"]
    assert (found.lots, found.vote) == (mended.lots, None)


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
    trade.do(officer("asset.register/1", asset()))
    act = draft(plan(start_price_fen=start_fen, ceiling_fen=0))
    trade.do(officer("case.draft/1", act))
    trade.do(decide(vote()))
    trade.do(staff("case.approve/1", ApproveCase(CASE, "同意"), "street_reviewer"))
    trade.do(staff("case.accept/1", AcceptCase(CASE), "centre_reviewer"))
    trade.wait(day_us(day, 9))
    return trade


def notice(until_us: int) -> Act:
    data = PublishCase(CASE, "notice-a", until_us, until_us + DAY_US, until_us + 2 * DAY_US)
    return staff("case.publish/1", data, "centre_clerk")


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
    data = PublishCase(CASE, "notice-a", *times)
    act = staff("case.publish/1", data, "centre_clerk")
    assert at("accepted").blockers(act) == ("schedule_ordered_v1",)


def test_a_notice_that_ends_before_now_fails_both_rules(at: At) -> None:
    trade = at("accepted")
    act = staff("case.publish/1", publish(trade.clock.now_us()), "centre_clerk")
    assert trade.blockers(act) == ("notice_long_enough_v1", "schedule_ordered_v1")


def test_two_lots_of_one_case_are_listed_together(at: At) -> None:
    trade = at("founded")
    for name in (ASSET, "asset-b"):
        trade.do(officer("asset.register/1", asset(name)))
    trade.do(officer("case.draft/1", draft(plan(1), plan(2, "asset-b"))))
    trade.do(decide(vote()))
    trade.do(staff("case.approve/1", ApproveCase(CASE, "同意"), "street_reviewer"))
    trade.do(staff("case.accept/1", AcceptCase(CASE), "centre_reviewer"))
    size = trade.size
    trade.do(staff("case.publish/1", publish(), "centre_clerk"))
    assert [entry.part for entry in trade.entries(size)] == [(n, 5) for n in range(1, 6)]
    assert (trade.place(f"lot/{LOT}"), trade.place(f"lot/{CASE}-2")) == ("listed", "listed")


def test_between_two_drafts_only_the_first_gets_the_asset(at: At) -> None:
    trade = at("founded")
    trade.do(officer("asset.register/1", asset()))
    for case in (CASE, "case-b"):
        trade.do(officer("case.draft/1", draft(case=case)))
        minutes = (paper("minutes"),)
        trade.do(officer("case.decide/1", DecideCase(case, vote()), docs=minutes))
        trade.do(staff("case.approve/1", ApproveCase(case, "同意"), "street_reviewer"))
        trade.do(staff("case.accept/1", AcceptCase(case), "centre_reviewer"))
    trade.do(staff("case.publish/1", publish(), "centre_clerk"))
    again = staff("case.publish/1", replace(publish(), case="case-b"), "centre_clerk")
    assert trade.blockers(again) == ("assets_free_v1",)
