"""An objection stops the clock of its lot exactly; what is ruled follows in the same group."""

from __future__ import annotations

import msgspec
import pytest

from tests.support.acts import (
    ASSET,
    BIDDERS,
    CLOSES_US,
    LOT,
    PANEL,
    RESUME,
    START_FEN,
    Act,
    accept,
    award,
    bidder,
    observe,
    observe_again,
    pair,
    paper,
    staff,
    suspend,
)
from tests.support.disputes import (
    FIRST,
    LOSER,
    admit,
    complaint,
    dismiss,
    objection,
    reject,
    uphold,
    withdraw,
)
from tests.support.trade import At, Places, Trade
from tests.trade.scenes_disputes import scenes
from trading.awarding.commands import ConfirmDeal, PublishResult
from trading.awarding.endings import TerminateLot
from trading.awarding.rules import Award
from trading.base.deadline import local_text
from trading.base.errors import UnknownName
from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.bidding.commands import GetReady, PlaceBid
from trading.bidding.revocation import Revoke
from trading.disputes.facts import answer_due
from trading.engine.context import Context
from trading.engine.desks import at_desk
from trading.engine.stream import Stream
from trading.listing.commands import RescheduleLot

AWARD = award()
WINNER = BIDDERS[1]


def all_of(trade: Trade, *acts: Act | tuple[Act, ...]) -> None:
    for act in acts:
        for one in act if isinstance(act, tuple) else (act,):
            trade.do(one)


def admitted(at: At, place: str = "publicity") -> Trade:
    trade = at(place)
    all_of(trade, objection(), admit())
    return trade


def test_scenario_11_an_objection_on_the_third_day_runs_the_qualification_again(at: At) -> None:
    trade = at("publicity")
    over_us = trade.state().due_us
    trade.wait(over_us - 30 * HOUR_US)
    assert trade.refused(objection(number=2)).params["guards"] == ("objection_numbered_v1",)
    trade.do(objection())
    trade.wait(trade.clock.now_us() + 2 * HOUR_US)
    trade.do(admit())
    lot = trade.state()
    assert (lot.held, lot.facets["hold"].cause, lot.due_us) == (True, "objection", 0)
    trade.wait(over_us + DAY_US)
    assert trade.place() == "publicity"

    first, second = uphold(struck=(WINNER,))
    assert trade.do(first).outcome == "proposed"
    assert trade.blockers(first) == ("second_person_v1",)
    trade.do(second)

    lot = trade.state()
    assert (lot.place, lot.held, trade.place(FIRST)) == ("qualifying", True, "upheld")
    assert trade.place(f"registration/{LOT}-{WINNER}") == "rejected"
    assert trade.state(f"roll/{LOT}").facets["roll"].qualified == (BIDDERS[0], BIDDERS[2])
    assert (lot.facets["award"].bidder, lot.facets["sale"].lead_number) == (0, 0)

    all_of(trade, RESUME)
    trade.centre.writer.tick()
    assert trade.place() == "stalled"
    opens_us = trade.clock.now_us() + 5 * DAY_US
    anew = RescheduleLot(LOT, opens_us, opens_us + HOUR_US)
    all_of(trade, pair("lot.reschedule/1", anew))
    ready = staff("lot.get_ready/1", GetReady(LOT), "centre_operator")
    assert trade.blockers(ready) == ("observed_o5_v1",)
    all_of(trade, *observe_again("O5"), ready)
    trade.wait(opens_us)
    offer = PlaceBid(LOT, START_FEN)
    assert "qualified_v1" in trade.blockers(bidder("bid.place/1", offer, WINNER))
    trade.do(bidder("bid.place/1", offer, BIDDERS[2]))
    trade.wait(opens_us + HOUR_US)
    confirm = staff("lot.confirm/1", ConfirmDeal(LOT), "centre_operator")
    assert trade.blockers(confirm) == ("deal_accepted_v1", "observed_o7_v1")
    all_of(trade, (accept(BIDDERS[2]), *observe_again("O7"), confirm))
    trade.do(staff("lot.publish_result/1", PublishResult(LOT, "李**"), "centre_clerk"))
    award = trade.state().facets["award"]
    assert (award.bidder, award.price_fen) == (BIDDERS[2], START_FEN)


def test_scenario_11_the_clocks_of_a_complaint_run_over_holidays_and_make_up_days(at: At) -> None:
    trade = at("publicity")
    trade.wait(trade.state().due_us)
    assert trade.place() == "cleared"
    assert trade.blockers(objection()) == ("disputable_v1",)
    trade.do(complaint())

    filed = trade.state(FIRST)
    assert local_text(filed.due_us, closing=True) == "2026-03-27 24:00"
    trade.wait(filed.due_us - 1)
    trade.do(admit())

    # Thirty working days from 30 March: Qingming and May Day are off, Saturday 9 May is worked.
    decided_us = trade.state(FIRST).due_us
    assert local_text(decided_us, closing=True) == "2026-05-13 24:00"
    assert trade.state().held
    trade.wait(decided_us)
    late = trade.state(FIRST)
    assert (late.place, late.facets["objection"].late, late.due_us) == ("admitted", True, 0)
    all_of(trade, dismiss())
    assert (trade.place(), trade.state().held) == ("cleared", False)


def test_the_publicity_goes_on_with_exactly_the_time_that_was_left(at: At) -> None:
    trade = at("publicity")
    over_us = trade.state().due_us
    trade.wait(trade.clock.now_us() + HOUR_US + 7)
    all_of(trade, objection(), admit())
    trade.wait(trade.clock.now_us() + 90 * MINUTE_US + 1)
    all_of(trade, dismiss())
    assert (trade.state().held, trade.place(FIRST)) == (False, "dismissed")
    assert trade.state().due_us == over_us + 90 * MINUTE_US + 1
    trade.wait(over_us + 90 * MINUTE_US + 1)
    assert trade.place() == "cleared"


def test_an_objection_is_in_time_until_the_posting_ends_and_not_after(at: At) -> None:
    trade = at("publicity")
    trade.wait(trade.state().due_us - 1)
    trade.do(objection())
    trade.wait(trade.clock.now_us() + 1)
    assert trade.place() == "cleared"
    assert trade.blockers(objection(2)) == ("disputable_v1",)


def test_a_complaint_is_in_time_for_its_days_and_not_after(at: At) -> None:
    """Ten days from 19 March end on Sunday the 29th, so with Monday the 30th."""
    trade = at("publicity")
    end = "2026-03-30 24:00"
    end_us = CLOSES_US + 12 * DAY_US
    end_us -= (end_us + 8 * HOUR_US) % DAY_US
    assert local_text(end_us, closing=True) == end
    trade.wait(end_us - 1)
    trade.do(complaint())
    trade.wait(end_us)
    assert trade.blockers(complaint(2)) == ("disputable_v1",)


@pytest.mark.parametrize("place", ["confirmed", "bidding"])
def test_what_was_not_posted_cannot_be_disputed(at: At, place: str) -> None:
    trade = at(place)
    for act in (objection(), complaint()):
        assert trade.blockers(act) == ("disputable_v1",)


def test_only_a_bidder_of_the_lot_objects_as_bidder_and_others_on_paper(at: At) -> None:
    trade = at("publicity")
    assert trade.blockers(objection(by=999)) == ("party_v1",)
    data = objection().data
    assert trade.blockers(objection(), docs=()) == ("objection_filed_v1",)
    trade.do(staff("objection.file/1", data, "centre_clerk", docs=(paper("objection"),)))
    rep = Act("objection.file/1", objection(2).data, PANEL[0], "resident_rep")
    trade.do(rep, docs=(paper("objection"),))
    assert trade.state().facets["disputes"].open == (1, 2)


def test_a_lot_is_not_awarded_while_an_objection_is_open(at: At) -> None:
    trade = at("publicity")
    all_of(trade, objection())
    trade.wait(trade.state().due_us)
    for act in observe("O9"):
        trade.do(act)
    assert trade.blockers(AWARD) == ("no_open_objection_v1",)
    trade.do(reject())
    assert trade.do(AWARD).outcome == "proposed"


def test_an_admitted_objection_cannot_be_resumed_around(at: At) -> None:
    trade = admitted(at)
    assert trade.blockers(RESUME[0]) == ("no_admitted_objection_v1",)


def test_a_lot_that_people_hold_stays_held_after_the_ruling(at: At) -> None:
    trade = at("publicity")
    all_of(trade, suspend(), objection(), admit())
    assert trade.state().facets["hold"].cause == "system_fault"
    all_of(trade, dismiss())
    assert trade.state().held
    all_of(trade, RESUME)
    assert not trade.state().held


def test_a_hold_that_would_end_by_itself_waits_for_the_ruling(at: At) -> None:
    trade = at("publicity")
    over_us, since_us = trade.state().due_us, trade.clock.now_us()
    all_of(trade, suspend(until_us=since_us + HOUR_US), objection(), admit())
    trade.wait(since_us + 2 * HOUR_US)
    assert trade.state().held
    all_of(trade, dismiss())
    assert (trade.state().held, trade.state().due_us) == (False, over_us + 2 * HOUR_US)


def test_two_objections_hold_the_lot_until_the_second_is_ruled(at: At) -> None:
    trade = admitted(at)
    all_of(trade, objection(2, by=BIDDERS[2]), admit(2), dismiss(1))
    assert trade.state().held
    all_of(trade, dismiss(2))
    assert not trade.state().held


def test_who_filed_an_objection_takes_it_back_and_nobody_else(at: At) -> None:
    trade = admitted(at)
    assert trade.blockers(withdraw(by=BIDDERS[2])) == ("own_objection_v1",)
    trade.do(withdraw())
    assert (trade.place(FIRST), trade.state().held) == ("withdrawn", False)


def test_an_answer_that_is_late_is_marked_once_by_the_clock(at: At) -> None:
    trade = at("publicity")
    trade.do(objection())
    due_us = trade.state(FIRST).due_us
    trade.wait(due_us - 1)
    assert not trade.state(FIRST).facets["objection"].late
    trade.wait(due_us)
    size = trade.size
    assert trade.state(FIRST).facets["objection"].late
    trade.wait(due_us + DAY_US)
    assert "objection.lapse/1" not in {entry.kind for entry in trade.entries(size)}


def test_a_complaint_that_is_late_twice_is_marked_for_each_of_its_periods(at: At) -> None:
    trade = at("publicity")
    trade.do(complaint())
    trade.wait(trade.state(FIRST).due_us)
    assert trade.state(FIRST).facets["objection"].late
    trade.do(admit())
    assert not trade.state(FIRST).facets["objection"].late
    trade.wait(trade.state(FIRST).due_us)
    assert trade.state(FIRST).facets["objection"].late


def test_an_objection_that_is_late_stays_late_when_it_is_admitted(at: At) -> None:
    trade = at("publicity")
    trade.do(objection())
    trade.wait(trade.state(FIRST).due_us)
    trade.do(admit())
    assert (trade.state(FIRST).facets["objection"].late, trade.state(FIRST).due_us) == (True, 0)


def test_an_open_objection_waits_for_the_office_until_its_answer_is_due(at: At) -> None:
    trade = at("publicity")
    trade.do(objection())
    kernel, filed = trade.centre.kernel, trade.state(FIRST)
    waiting = at_desk(kernel.registry, kernel.catalogue, filed)
    assert waiting is not None
    assert (waiting.role, waiting.due_us) == ("office", filed.due_us)
    assert [waiting.overdue(filed.due_us - 1), waiting.overdue(filed.due_us)] == [False, True]
    trade.wait(filed.due_us)
    assert at_desk(kernel.registry, kernel.catalogue, trade.state(FIRST)) == waiting
    bare = msgspec.structs.replace(filed, facets={})
    assert at_desk(kernel.registry, kernel.catalogue, bare) is None
    trade.do(reject())
    assert at_desk(kernel.registry, kernel.catalogue, trade.state(FIRST)) is None


@pytest.mark.parametrize("place", ["publicity", "contracted"])
def test_a_result_that_falls_for_good_gives_asset_and_deposits_back(at: At, place: str) -> None:
    trade = at(place)
    all_of(trade, complaint(), admit(), uphold(remedy="void"))
    assert (trade.place(), trade.place(f"asset/{ASSET}")) == ("voided", "idle")
    assert trade.place(f"deposit/{LOT}-{LOSER}") == "refund_due"
    assert trade.state().facets["ending"].cause == "upheld"


def test_what_was_awarded_is_not_run_again(at: At) -> None:
    trade = at("awarded")
    all_of(trade, complaint(), admit())
    assert trade.blockers(uphold()[0]) == ("remedy_possible_v1",)


@pytest.mark.parametrize(
    ("remedy", "struck"), [("rerun", (999,)), ("rerun", (101, 101)), ("void", (101,))]
)
def test_a_ruling_strikes_only_who_is_on_the_list_and_once(
    at: At, remedy: str, struck: tuple[int, ...]
) -> None:
    assert admitted(at).blockers(uphold(remedy=remedy, struck=struck)[0]) == ("remedy_possible_v1",)


def test_a_rerun_closes_what_else_was_open_against_the_fallen_result(at: At) -> None:
    trade = admitted(at)
    all_of(trade, objection(2, by=BIDDERS[2]), uphold())
    assert trade.state().facets["disputes"].open == ()
    trade.do(reject(2))
    assert (trade.place(f"objection/{LOT}-2"), trade.place()) == ("rejected", "qualifying")


def test_an_objection_that_outlives_its_lot_can_still_be_answered(at: At) -> None:
    trade = at("publicity")
    all_of(trade, objection(), objection(2, by=BIDDERS[2]), admit(2))
    all_of(trade, pair("lot.terminate/1", TerminateLot(LOT, "no_right", "法院查封")))
    all_of(trade, admit(1), dismiss(1), dismiss(2))
    assert (trade.place(), trade.place(FIRST)) == ("terminated", "dismissed")


def test_an_objection_that_our_delay_made_late_holds_the_lot(at: At) -> None:
    trade = at("publicity")
    due_us = trade.state().due_us
    trade.clock.advance_to(due_us + 5)
    trade.do(objection(), received_us=due_us - 1)
    assert (trade.place(), trade.state().facets["hold"].cause) == ("publicity", "delay")


def test_two_people_take_a_qualification_back_before_the_bidding(at: At) -> None:
    trade = at("qualified")
    first, second = pair("registration.revoke/1", Revoke(LOT, LOSER, "证照系伪造"))
    assert trade.do(first).outcome == "proposed"
    assert trade.blockers(first) == ("second_person_v1",)
    trade.do(second)
    assert trade.place(f"registration/{LOT}-{LOSER}") == "rejected"
    assert LOSER not in trade.state(f"roll/{LOT}").facets["roll"].qualified
    late = at("bidding")
    assert late.blockers(first) == ("lot_qualifying_v1",)


def test_what_is_not_there_is_not_due_and_not_disputable(places: Places) -> None:
    assert answer_due(Stream(FIRST)) is None
    vector = next(v for v in scenes(places) if v.env.kind == "objection.file/1")
    kernel = places.kernel
    lot = vector.states[f"lot/{LOT}"]
    context = Context(
        kernel.registry, kernel.catalogue, vector.env, vector.states, lot, vector.at_us
    )
    with pytest.raises(UnknownName):
        context.seen_from("lot/none")
    assert context.fact("complaint_end_us") > vector.at_us
    for gone in ({}, {"award": Award(1, 1, "x")}):
        context.stream = msgspec.structs.replace(lot, facets=gone)
        assert context.fact("complaint_end_us") == 0
