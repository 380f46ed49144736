"""A hold stands everything still; resume needs two persons and gives back the exact time."""

from __future__ import annotations

import pytest

from tests.support.acts import (
    BID_US,
    BIDDERS,
    CLOSES_US,
    LOT,
    OPENS_US,
    RESUME,
    START_FEN,
    UNTIL_US,
    bidder,
    paper,
    register,
    suspend,
)
from tests.support.trade import At, Trade
from trading.base.units import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from trading.bidding.commands import PlaceBid

SUSPEND = suspend()
BID = bidder("bid.place/1", PlaceBid(LOT, START_FEN), BIDDERS[0])


def resume(trade: Trade) -> None:
    for act in RESUME:
        trade.do(act)


def test_one_person_suspends_and_nobody_bids(at: At) -> None:
    trade = at("bidding")
    trade.do(SUSPEND)
    assert trade.blockers(BID) == ("not_held_v1",)
    assert trade.refused(SUSPEND).code == "wrong_state"


def test_resume_by_one_person_twice_is_refused(at: At) -> None:
    trade = at("bidding")
    trade.do(SUSPEND)
    assert trade.do(RESUME[0]).outcome == "proposed"
    assert trade.blockers(RESUME[0]) == ("second_person_v1",)
    assert trade.state().held
    trade.do(RESUME[1])
    assert not trade.state().held


def test_a_lot_that_runs_cannot_be_resumed(at: At) -> None:
    assert at("bidding").refused(RESUME[0]).code == "wrong_state"


@pytest.mark.parametrize("held_us", [1, 7 * SECOND_US + 3, 5 * DAY_US])
def test_resume_gives_back_the_exact_remaining_time(at: At, held_us: int) -> None:
    trade = at("bidding")
    trade.wait(BID_US)
    trade.do(BID)
    trade.do(SUSPEND)
    trade.wait(BID_US + held_us)
    resume(trade)
    ends_us = CLOSES_US + held_us
    assert trade.state().facets["sale"].ends_us == ends_us == trade.state().due_us
    assert trade.state().facets["schedule"].closes_us == ends_us
    trade.wait(ends_us - 1)
    assert trade.place() == "bidding"
    trade.wait(ends_us)
    assert trade.place() == "provisional"


def test_a_held_lot_never_ends_by_the_clock(at: At) -> None:
    trade = at("bidding")
    trade.do(SUSPEND)
    trade.clock.advance_to(CLOSES_US + DAY_US)
    trade.centre.writer.tick()
    assert (trade.place(), trade.state().due_us) == ("bidding", 0)


def test_a_hold_during_registration_moves_all_that_was_still_to_come(at: At) -> None:
    trade = at("registered")
    trade.do(SUSPEND)
    act = bidder("registration.submit/1", register(404), 404)
    assert trade.blockers(act) == ("registration_open_v1",)
    trade.wait(trade.clock.now_us() + HOUR_US)
    resume(trade)
    schedule = trade.state().facets["schedule"]
    assert schedule.registration_until_us == UNTIL_US + HOUR_US == trade.state().due_us
    assert (schedule.opens_us, schedule.closes_us) == (OPENS_US + HOUR_US, CLOSES_US + HOUR_US)


def test_a_hold_after_registration_leaves_what_was_past(at: At) -> None:
    trade = at("ready")
    trade.do(SUSPEND)
    trade.wait(trade.clock.now_us() + DAY_US)
    resume(trade)
    schedule = trade.state().facets["schedule"]
    assert (schedule.registration_until_us, schedule.opens_us) == (UNTIL_US, OPENS_US + DAY_US)


def test_a_hold_in_the_publicity_lengthens_it(at: At) -> None:
    trade = at("publicity")
    due_us = trade.state().due_us
    trade.wait(trade.clock.now_us() + HOUR_US)
    trade.do(SUSPEND)
    trade.wait(trade.clock.now_us() + 90 * MINUTE_US)
    resume(trade)
    assert trade.state().due_us == due_us + 90 * MINUTE_US


def test_a_sale_that_is_over_keeps_its_end_when_the_lot_is_held_later(at: At) -> None:
    trade = at("confirmed")
    ends_us = trade.state().facets["sale"].ends_us
    trade.do(SUSPEND)
    trade.wait(trade.clock.now_us() + HOUR_US)
    resume(trade)
    assert trade.state().facets["sale"].ends_us == ends_us


def test_an_outage_over_the_end_holds_the_lot_and_resume_returns_the_lost_time(at: At) -> None:
    trade = at("bidding")
    trade.wait(BID_US)
    trade.do(BID)
    trade.clock.sleep(2 * HOUR_US)
    trade.centre.writer.tick()
    lot = trade.state()
    assert (lot.place, lot.hold, lot.facets["hold"].cause) == ("bidding", "held", "outage")
    trade.clock.advance_to(trade.clock.now_us() + MINUTE_US)
    resume(trade)
    lost_us = 2 * HOUR_US + MINUTE_US
    assert trade.state().facets["sale"].ends_us == CLOSES_US + lost_us


def test_a_hold_with_an_end_runs_out_alone_and_gives_back_its_exact_time(at: At) -> None:
    trade = at("bidding")
    trade.wait(BID_US)
    trade.do(BID)
    trade.do(suspend(until_us=BID_US + 2 * HOUR_US + 7))
    over_us = BID_US + 2 * HOUR_US + 7
    assert (trade.state().due, trade.state().due_us) == ("expire", over_us)
    trade.wait(over_us - 1)
    assert "not_held_v1" in trade.blockers(BID)
    trade.wait(over_us)
    assert not trade.state().held
    ends_us = CLOSES_US + 2 * HOUR_US + 7
    assert trade.state().facets["sale"].ends_us == ends_us == trade.state().due_us


def test_a_hold_whose_end_is_not_ahead_is_refused(at: At) -> None:
    trade = at("bidding")
    now_us = trade.clock.now_us()
    assert trade.blockers(suspend(until_us=now_us)) == ("hold_end_ahead_v1",)
    trade.do(suspend(until_us=now_us + 1))


def test_a_lot_that_has_ended_is_not_held(at: At) -> None:
    assert at("certified").blockers(SUSPEND) == ("not_ended_v1",)


def test_nobody_holds_or_resumes_a_lot_without_evidence(at: At) -> None:
    trade = at("bidding")
    assert trade.blockers(suspend(docs=(paper("rumour"),))) == ("evidence_filed_v1",)
    trade.do(SUSPEND)
    assert trade.blockers(RESUME[0], docs=()) == ("evidence_filed_v1",)


def test_the_cause_and_the_reason_of_a_hold_stay_readable(at: At) -> None:
    trade = at("bidding")
    trade.do(SUSPEND)
    hold = trade.state().facets["hold"]
    assert (hold.cause, hold.note) == ("system_fault", "停电")


def test_two_holds_give_back_both_times(at: At) -> None:
    trade = at("bidding")
    for _ in range(2):
        trade.do(SUSPEND)
        trade.wait(trade.clock.now_us() + 11 * MINUTE_US)
        resume(trade)
        trade.wait(trade.clock.now_us() + MINUTE_US)
    assert trade.state().facets["sale"].ends_us == CLOSES_US + 22 * MINUTE_US
