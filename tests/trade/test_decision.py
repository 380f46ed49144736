"""The decision before a listing: four steps, each judged by the rule of its own day."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest

from tests.support.acts import (
    CASE,
    apply,
    approve,
    asset,
    decide,
    decision,
    draft,
    meeting,
    officer,
    plan,
    vote,
)
from tests.support.cases import brought
from tests.support.trade import At
from trading.base.deadline import day_start_us
from trading.base.units import HOUR_US
from trading.listing.cases import PARTY_BODIES, Vote
from trading.listing.commands import DecideCase

replace = msgspec.structs.replace
APRIL_29 = "2026-04-29"


def day_us(iso: str, hours: int = 0) -> int:
    from datetime import date

    return day_start_us(date.fromisoformat(iso)) + hours * HOUR_US


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
    for kind, body in PARTY_BODIES.items():
        trade.do(meeting(kind, body, found.meeting_day))
    if holds:
        trade.do(decide(found))
        assert trade.state(f"case/{CASE}").facets["case"].meetings[-1] == found
    else:
        assert trade.blockers(decide(found))[0] == "decided_v1"


def test_a_day_that_the_calendar_does_not_have_is_no_meeting(at: At) -> None:
    blockers = at("reviewed").blockers(decide(vote(day="2026-02-30")))
    assert blockers == ("decided_v1", "meeting_past_v1")


def test_a_meeting_may_be_today_but_not_tomorrow(at: At) -> None:
    trade = at("reviewed")
    assert trade.blockers(decide(vote(day="2026-03-03"))) == ("meeting_past_v1",)
    trade.do(decide(vote(day="2026-03-02")))


def test_a_resolution_comes_with_its_minutes(at: At) -> None:
    assert at("reviewed").blockers(decide(vote(), name="photo")) == ("minutes_filed_v1",)


def test_the_four_steps_come_in_order_and_none_is_left_out(at: At) -> None:
    trade = at("drafted")
    propose, deliberate, review, resolve = decision()
    for early in (deliberate, review, resolve):
        assert trade.refused(early).params["reason"] == "wrong_state"
    trade.do(propose)
    assert trade.refused(review).params["reason"] == "wrong_state"
    before = meeting("case.deliberate/1", "two_committees", "2026-02-23")
    assert trade.blockers(before) == ("meetings_ordered_v1",)
    trade.do(meeting("case.deliberate/1", "two_committees", "2026-02-24"))
    wrong = meeting("case.review/1", "party_branch", "2026-02-26")
    assert trade.blockers(wrong) == ("right_body_v1",)
    trade.do(review)
    party = replace(vote(), body="party_members")
    assert trade.blockers(decide(party)) == ("right_body_v1",)


@pytest.mark.parametrize(
    ("called_day", "holds"), [("2026-02-17", True), ("2026-02-18", False), ("", False)]
)
def test_an_assembly_of_all_members_is_called_ten_days_before(
    at: At, called_day: str, holds: bool
) -> None:
    found = replace(vote(), body="member_assembly", called_day=called_day)
    trade = at("reviewed")
    if holds:
        assert trade.do(decide(found)).outcome == "done"
    else:
        assert trade.blockers(decide(found)) == ("meeting_called_v1",)


@pytest.mark.parametrize(
    ("day", "present", "favour", "holds"),
    [
        ("2025-12-31", 30, 16, True),
        ("2025-12-31", 30, 15, False),
        ("2026-01-01", 30, 16, True),
        ("2018-12-28", 30, 16, False),
    ],
)
def test_a_villagers_meeting_is_judged_by_the_table_of_its_day(
    at: At, day: str, present: int, favour: int, holds: bool
) -> None:
    trade = at("drafted")
    for kind, body in PARTY_BODIES.items():
        trade.do(meeting(kind, body, day))
    found = Vote("villager_representative_meeting", day, 45, present, favour)
    if holds:
        assert trade.do(decide(found)).outcome == "done"
    else:
        assert trade.blockers(decide(found))[0] == "decided_v1"


def test_a_resolution_is_posted_for_five_days_before_the_community_applies(at: At) -> None:
    trade = at("resolved")
    assert trade.refused(apply()).params["reason"] == "wrong_state"
    # Monday the 2nd; the fifth day is Saturday the 7th, so that it ends with Monday the 9th.
    assert trade.state(f"case/{CASE}").due_us == day_us("2026-03-10")
    trade.wait(day_us("2026-03-10"))
    assert trade.place(f"case/{CASE}") == "decided"


@pytest.mark.parametrize(
    ("day", "favour", "village_only", "holds"),
    [
        ("2026-01-05", 29, False, False),
        ("2026-01-05", 30, False, True),
        ("2026-01-05", 29, True, True),
        ("2018-12-31", 29, False, True),
    ],
)
def test_land_goes_to_outsiders_by_two_thirds_of_all(
    at: At, day: str, favour: int, village_only: bool, holds: bool
) -> None:
    trade = at("founded")
    trade.do(officer("asset.register/1", asset()))
    land = plan(tenure="contracting_out", village_only=village_only)
    trade.do(officer("case.draft/1", draft(land)))
    for kind, body in PARTY_BODIES.items():
        trade.do(meeting(kind, body, day))
    act = decide(Vote("villager_representative_meeting", day, 45, 40, favour))
    if holds:
        assert trade.do(act).outcome == "done"
    else:
        assert trade.blockers(act) == ("outsiders_allowed_v1",)


@pytest.mark.parametrize(("village_only", "place"), [(False, "street_review"), (True, "approved")])
def test_the_street_reviews_land_that_goes_to_outsiders_whatever_its_value(
    at: At, village_only: bool, place: str
) -> None:
    trade = at("founded")
    land = plan(tenure="contracting_out", village_only=village_only, eligibility_ground_zh="章程")
    brought(trade, land)
    trade.do(approve())
    assert trade.place(f"case/{CASE}") == place


@pytest.mark.parametrize(
    ("called_day", "holds"),
    [("2026-02-20", True), ("2026-02-24", True), ("2026-02-25", False), ("2026-02-30", False)],
)
@pytest.mark.parametrize("kind", [*PARTY_BODIES, "case.decide/1"])
def test_no_meeting_of_any_step_was_called_after_it_was_held(
    at: At, kind: str, called_day: str, holds: bool
) -> None:
    trade = at("drafted")
    for step in decision():
        found: Vote = step.data.vote  # type: ignore[attr-defined] # each step brings a vote
        held = replace(found, meeting_day="2026-02-24")
        if step.kind != kind:
            trade.do(dataclasses.replace(step, data=DecideCase(CASE, held)))
            continue
        asked = dataclasses.replace(
            step, data=DecideCase(CASE, replace(held, called_day=called_day))
        )
        if not holds:
            assert trade.blockers(asked) == ("called_before_v1",)
            return
        trade.do(asked)
