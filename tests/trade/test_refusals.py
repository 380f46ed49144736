"""What a refusal tells: the state that stands in the way, and nothing of what is closed."""

from __future__ import annotations

from tests.support.acts import BIDDERS, CASE, LOT, deposit, register, staff
from tests.support.acts import bidder as bids
from tests.support.path import SAME_NAME
from tests.support.trade import At
from trading.bidding.commands import GetReady, PlaceBid
from trading.bidding.holds import ResumeLot
from trading.listing.commands import AcceptCase

RECEIVE = staff("deposit.receive/1", deposit(BIDDERS[0]), "centre_cashier", facts=SAME_NAME)
READY = staff("lot.get_ready/1", GetReady(LOT), "centre_operator")


def test_the_state_of_what_everybody_may_see_is_named(at: At) -> None:
    assert at("listed").refused(READY).params["place"] == "listed"
    accept = staff("case.accept/1", AcceptCase(CASE), "centre_reviewer")
    assert at("drafted").refused(accept).params["place"] == "drafted"


def test_an_act_on_the_hold_names_the_hold(at: At) -> None:
    resume = staff("lot.resume/1", ResumeLot(LOT, "查明后恢复"), "office")
    assert at("bidding").refused(resume).params["place"] == "clear"


def test_nothing_is_told_of_what_is_closed_until_the_award(at: At) -> None:
    trade = at("registered")
    for act in (RECEIVE, bids("registration.submit/1", register(BIDDERS[0]), BIDDERS[0])):
        refused = trade.refused(act)
        assert (refused.code, "place" in refused.params) == ("wrong_state", False)


def test_nothing_is_told_of_what_is_not_there(at: At) -> None:
    missing = bids("bid.place/1", PlaceBid("no-such-lot", 1), BIDDERS[0])
    assert "place" not in at("bidding").refused(missing).params
