"""How a lot ends without award, and what our own delay may and may not stop."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.acts import (
    ASSET,
    BIDDERS,
    CASE,
    CLOSES_US,
    LOT,
    START_FEN,
    UNTIL_US,
    bidder,
    officer,
    pair,
    paper,
    register,
    staff,
)
from tests.support.trade import At, Trade
from trading.awarding.endings import TerminateLot, VoidLot
from trading.base.errors import GuardFailed, WrongState
from trading.bidding.commands import PlaceBid
from trading.deposits.commands import FreezeDeposit, ReleaseDeposit, UnfreezeDeposit
from trading.listing.commands import WithdrawCase

TERMINATE = pair("lot.terminate/1", TerminateLot(LOT, "no_right", "法院查封"))
VOID = pair("lot.void/1", VoidLot(LOT, "collusion", "串通竞买"))
BID = bidder("bid.place/1", PlaceBid(LOT, START_FEN), BIDDERS[0])
NOT_A_STEP = bidder("bid.place/1", PlaceBid(LOT, START_FEN + 1), BIDDERS[1])


def deposits(trade: Trade) -> list[str]:
    return [trade.place(f"deposit/{LOT}-{number}") for number in BIDDERS]


@pytest.mark.parametrize("place", ["qualified", "ready", "bidding", "provisional", "cleared"])
def test_two_people_terminate_a_lot_and_everybody_gets_back_what_is_theirs(
    at: At, place: str
) -> None:
    trade = at(place)

    assert trade.do(TERMINATE[0]).outcome == "proposed"
    assert trade.blockers(TERMINATE[0]) == ("second_person_v1",)
    trade.do(TERMINATE[1])

    assert trade.place() == "terminated"
    assert trade.place(f"asset/{ASSET}") == "idle"
    assert set(deposits(trade)) == {"refund_due"}


def test_nobody_terminates_or_voids_a_lot_without_evidence(at: At) -> None:
    for act in (TERMINATE[0], VOID[0]):
        assert at("cleared").blockers(act, docs=()) == ("evidence_filed_v1",)


@pytest.mark.parametrize("place", ["provisional", "publicity", "cleared", "awarded", "contracted"])
def test_two_people_void_a_result_and_the_asset_is_free_again(at: At, place: str) -> None:
    trade = at(place)

    assert trade.do(VOID[0]).outcome == "proposed"
    assert trade.blockers(VOID[0]) == ("second_person_v1",)
    trade.do(VOID[1])

    assert (trade.place(), trade.place(f"asset/{ASSET}")) == ("voided", "idle")
    assert "held" not in deposits(trade)
    ending = trade.state().facets["ending"]
    assert (ending.cause, ending.reason_zh) == ("collusion", "串通竞买")


@pytest.mark.parametrize(
    ("cause", "winner"),
    [
        ("collusion", "forfeited"), ("bribery", "forfeited"), ("false_materials", "forfeited"),
        ("ineligible_winner", "refund_due"), ("rule_breach", "refund_due"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["provisional", "awarded"])
def test_a_breach_costs_the_winner_the_deposit_and_nobody_else(
    at: At, place: str, cause: Any, winner: str
) -> None:
    trade = at(place)
    for act in pair("lot.void/1", VoidLot(LOT, cause, "查实")):
        trade.do(act)
    assert deposits(trade) == ["refund_due", winner, "refund_due"]
    if winner == "forfeited":
        lost = trade.state(f"deposit/{LOT}-{BIDDERS[1]}").facets["deposit"]
        assert (lost.account, lost.cause, lost.price_fen) == ("forfeited", cause, 0)


def test_a_lot_terminated_after_its_award_gives_the_winner_the_deposit_back(at: At) -> None:
    trade = at("awarded")
    assert deposits(trade)[1] == "converted"
    for act in TERMINATE:
        trade.do(act)
    assert set(deposits(trade)) == {"refund_due"}


@pytest.mark.parametrize("place", ["bidding", "certified"])
def test_what_has_no_result_yet_or_a_certificate_is_not_voided(at: At, place: str) -> None:
    assert at(place).refused(VOID[0]).code == "wrong_state"


def test_a_lot_that_nobody_bid_for_gives_the_deposits_back(at: At) -> None:
    trade = at("ready")

    trade.wait(CLOSES_US)

    assert trade.place() == "failed"
    assert set(deposits(trade)) == {"refund_due"}


def test_the_office_releases_a_deposit_that_no_lot_needs_any_more(at: At) -> None:
    trade = at("qualified")
    act = staff("deposit.release/1", ReleaseDeposit(LOT, BIDDERS[0]), "office")
    assert trade.blockers(act) == ("deposit_idle_v1",)
    freeze = FreezeDeposit(LOT, BIDDERS[0], "核查")
    trade.do(staff("deposit.freeze/1", freeze, "office", docs=(paper("evidence"),)))
    for one in TERMINATE:
        trade.do(one)
    assert deposits(trade) == ["frozen", "refund_due", "refund_due"]
    for one in pair("deposit.unfreeze/1", UnfreezeDeposit(LOT, BIDDERS[0], "核查完毕")):
        trade.do(one)

    trade.do(act)

    assert deposits(trade)[0] == "refund_due"


def test_a_case_is_withdrawn_before_its_notice_only(at: At) -> None:
    withdraw = officer("case.withdraw/1", WithdrawCase(CASE, "村民反对"))
    trade = at("accepted")
    trade.do(withdraw)

    assert trade.place(f"case/{CASE}") == "withdrawn"
    assert at("listed").refused(withdraw).code == "wrong_state"


def test_a_good_bid_that_our_delay_made_late_holds_the_lot(at: At) -> None:
    trade = at("bidding")
    trade.clock.advance_to(CLOSES_US + 5)

    with pytest.raises(GuardFailed):
        trade.do(BID, received_us=CLOSES_US - 1)

    assert trade.place() == "bidding"
    assert trade.state().facets["hold"].cause == "delay"


def test_a_bid_that_would_have_been_refused_anyway_never_holds_a_lot(at: At) -> None:
    trade = at("bidding")
    trade.clock.advance_to(CLOSES_US + 5)

    with pytest.raises(WrongState):
        trade.do(NOT_A_STEP, received_us=CLOSES_US - 1)

    assert trade.place() in {"failed", "provisional"}


def test_a_registration_that_our_delay_made_late_holds_its_lot(at: At) -> None:
    act = bidder("registration.submit/1", register(505), 505)
    trade = at("listed")
    trade.clock.advance_to(UNTIL_US + 5)

    with pytest.raises(GuardFailed):
        trade.do(act, received_us=UNTIL_US - 1)

    assert trade.place() == "listed"
    assert trade.state().held
