"""Few bidders, the winner's own answer, and what a default leads to."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import pytest

from tests.support.acts import (
    ASSET,
    BIDDERS,
    CLOSES_US,
    DEPOSIT_FEN,
    LOT,
    OPENS_US,
    RESUME,
    START_FEN,
    STEP_FEN,
    Act,
    accept,
    bidder,
    observe,
    observe_again,
    pair,
    paper,
    staff,
    suspend,
)
from tests.support.packs import enter, local_pack
from tests.support.path import PATH, PLACES
from tests.support.trade import At, Places, Trade
from tests.trade.vectors.build import both, copied, facet, placed, stream
from trading.awarding.commands import ConfirmDeal
from trading.awarding.endings import TerminateLot
from trading.base.units import DAY_US, HOUR_US
from trading.bidding.commands import FailLot, GetReady, Qualify, Register, Reject
from trading.bidding.outcomes import (
    Agree,
    DeclineDeal,
    DefaultWinner,
    GoThin,
    Negotiate,
    Offer,
    Succeed,
)
from trading.deposits.commands import ApplyDeposit, ReceiveDeposit
from trading.listing.commands import DraftCase

LOSER, WINNER = BIDDERS[:2]
OPERATOR = "centre_operator"
DECLINE = bidder("lot.decline_deal/1", DeclineDeal(LOT, "资金不足"), WINNER)
DEFAULT = pair("lot.default/1", DefaultWinner(LOT, "not_signed", "逾期未签约"))
SUCCEED = pair("lot.succeed/1", Succeed(LOT))
FAIL = staff("lot.fail/1", FailLot(LOT), OPERATOR)


def local(at: At, place: str, numbers: tuple[int, ...] = BIDDERS, **values: str | int) -> Trade:
    """Return a lot of the bidders ``numbers`` in ``place``, under a local pack."""
    trade = at("founded")
    enter(trade, local_pack(trade.centre.kernel.registry, "local@1", **values))
    for act in _path(place, numbers):
        if isinstance(act, int):
            trade.wait(act)
        else:
            trade.do(act)
    return trade


OF_BIDDER = (Register, ReceiveDeposit, Qualify)


def _path(place: str, numbers: tuple[int, ...]) -> Iterable[Act | int]:
    for found in PLACES[: PLACES.index(place) + 1]:
        for act in PATH[found]:
            data = act.data if isinstance(act, Act) else None
            if isinstance(data, OF_BIDDER) and data.number not in numbers:
                continue
            if isinstance(act, Act) and isinstance(data, DraftCase):
                drafted = msgspec.structs.replace(data, pack="local")
                yield Act(act.kind, drafted, act.actor, act.role)
                continue
            yield act


def do_all(trade: Trade, acts: Iterable[Act]) -> None:
    for act in acts:
        trade.do(act)


def place_of(trade: Trade, number: int) -> str:
    return trade.place(f"deposit/{LOT}-{number}")


def offer(price_fen: int = START_FEN) -> Act:
    return bidder("lot.offer/1", Offer(LOT, price_fen), WINNER)


ALONE = (WINNER,)
THIN = staff("lot.go_thin/1", GoThin(LOT), OPERATOR)
NEGOTIATE = staff("lot.negotiate/1", Negotiate(LOT), OPERATOR)
READY = staff("lot.get_ready/1", GetReady(LOT), OPERATOR)


@pytest.mark.parametrize(
    ("rule", "offered_fen", "price_fen"),
    [
        ("deal_at_start", START_FEN + 2 * STEP_FEN, START_FEN),
        ("deal_at_higher", START_FEN + 2 * STEP_FEN, START_FEN + 2 * STEP_FEN),
        ("deal_at_higher", START_FEN, START_FEN),
        ("deal_at_reserve", START_FEN + STEP_FEN, START_FEN),
    ],
)
def test_one_registrant_has_the_deal_by_the_pack(
    at: At, rule: str, offered_fen: int, price_fen: int
) -> None:
    trade = local(at, "qualified", ALONE, thin_one_rule=rule)
    assert trade.blockers(READY) == ("enough_bidders_v1",)
    assert trade.blockers(FAIL) == ("too_few_bidders_v1",)
    trade.do(THIN)
    assert trade.blockers(offer(START_FEN - 1)) == ("reaches_start_v1",)
    trade.do(offer(offered_fen))
    sale = trade.state().facets["sale"]
    assert (trade.place(), sale.lead_number, sale.lead_fen) == ("provisional", WINNER, price_fen)
    do_all(trade, (*observe("O7"), accept(), staff("lot.confirm/1", ConfirmDeal(LOT), OPERATOR)))
    assert trade.state().facets["award"].price_fen == price_fen


def test_scenario_03_one_registrant_under_four_packs(at: At) -> None:
    at_start = local(at, "qualified", ALONE, thin_one_rule="deal_at_start")
    at_higher = local(at, "qualified", ALONE, thin_one_rule="deal_at_higher")
    for trade, price_fen in ((at_start, START_FEN), (at_higher, START_FEN + STEP_FEN)):
        do_all(trade, (THIN, offer(START_FEN + STEP_FEN)))
        assert trade.state().facets["sale"].lead_fen == price_fen
    negotiating = local(at, "qualified", ALONE, thin_one_rule="negotiate")
    minutes = (paper("minutes"),)
    agree = pair("lot.agree/1", Agree(LOT, WINNER, START_FEN), docs=minutes)
    do_all(negotiating, (NEGOTIATE, *agree))
    assert [trade.place() for trade in (at_start, at_higher, negotiating)] == ["provisional"] * 3
    failing = local(at, "qualified", ALONE, thin_one_rule="fail")
    failing.do(FAIL)
    assert (failing.place(), failing.place(f"asset/{ASSET}")) == ("failed", "idle")
    assert failing.state().facets["failure"].cause == "too_few"
    assert place_of(failing, WINNER) == "refund_due"


def test_a_negotiation_is_recorded_by_two_with_its_minutes(at: At) -> None:
    trade = local(at, "qualified", ALONE, thin_one_rule="negotiate")
    assert trade.blockers(THIN) == ("sole_bidder_v1",)
    trade.do(NEGOTIATE)
    minutes = (paper("minutes"),)
    low, stranger, good = (
        pair("lot.agree/1", Agree(LOT, number, fen), docs=minutes)
        for number, fen in ((WINNER, START_FEN - 1), (404, START_FEN), (WINNER, START_FEN))
    )
    assert trade.blockers(low[0]) == ("reaches_start_v1",)
    assert trade.blockers(stranger[0]) == ("agreed_with_qualified_v1",)
    assert trade.blockers(good[0], docs=()) == ("minutes_filed_v1",)
    trade.do(good[0])
    assert trade.blockers(good[0]) == ("second_person_v1",)
    trade.do(good[1])
    assert (trade.place(), trade.state().facets["sale"].lead_fen) == ("provisional", START_FEN)


def test_negotiation_without_agreement_fails_with_its_minutes(at: At) -> None:
    trade = local(at, "qualified", BIDDERS, min_bidders=4, thin_few_rule="negotiate")
    trade.do(NEGOTIATE)
    assert trade.blockers(FAIL) == ("minutes_filed_v1",)
    trade.do(FAIL, docs=(paper("minutes"),))
    assert trade.state().facets["failure"].cause == "no_agreement"


def test_few_bidders_proceed_or_fail_by_the_pack(at: At) -> None:
    trade = local(at, "qualified", BIDDERS, min_bidders=4, thin_few_rule="proceed")
    trade.do(READY)
    assert trade.place() == "ready"
    trade = local(at, "qualified", BIDDERS, min_bidders=4, thin_few_rule="fail")
    trade.do(FAIL)
    assert trade.state().facets["failure"].cause == "too_few"


@pytest.mark.parametrize(("place", "cause"), [("listed", "no_registrant")])
def test_a_lot_that_nobody_wanted_says_so(at: At, place: str, cause: str) -> None:
    trade = at(place)
    trade.wait(trade.state().due_us)
    trade.do(FAIL)
    assert trade.state().facets["failure"].cause == cause


def test_a_lot_whose_bidders_were_all_refused_says_so(at: At) -> None:
    trade = local(at, "registered", ALONE)
    refuse = Reject(LOT, WINNER, ("not_eligible",), "不符合条件")
    trade.do(staff("registration.reject/1", refuse, "centre_reviewer"))
    trade.wait(trade.state().due_us)
    trade.do(FAIL)
    assert trade.state().facets["failure"].cause == "all_disqualified"


def test_a_sole_bidder_who_offers_nothing_lets_the_lot_fail_and_keeps_his_money(
    at: At,
) -> None:
    trade = local(at, "qualified", ALONE)
    trade.do(THIN)
    due_us = trade.clock.now_us() + 48 * HOUR_US
    trade.wait(due_us - 1)
    assert trade.place() == "thin"
    trade.wait(due_us)
    assert (trade.place(), place_of(trade, WINNER)) == ("failed", "refund_due")
    assert trade.state().facets["failure"].cause == "no_offer"


def test_only_the_winner_answers_and_only_once(at: At) -> None:
    trade = at("provisional")
    assert trade.blockers(accept(LOSER)) == ("leads_v1",)
    assert trade.blockers(Act("lot.accept_deal/1", accept().data, "bidder-", "bidder")) == (
        "leads_v1",
    )
    trade.do(accept())
    assert trade.blockers(accept()) == ("deal_open_v1",)
    assert trade.blockers(DECLINE) == ("deal_open_v1",)
    trade.wait(trade.clock.now_us() + 30 * DAY_US)
    assert trade.place() == "provisional"


def test_a_winner_who_refuses_or_is_silent_loses_the_deposit(at: At) -> None:
    refusing, silent = at("provisional"), at("provisional")
    refusing.do(DECLINE)
    until_us = silent.state().facets["sale"].confirm_until_us
    silent.wait(until_us - 1)
    assert silent.place() == "provisional"
    silent.wait(until_us)
    for trade in (refusing, silent):
        assert (trade.place(), place_of(trade, WINNER)) == ("defaulted", "forfeited")
        assert place_of(trade, LOSER) == "held"
        deposit = trade.state(f"deposit/{LOT}-{WINNER}").facets["deposit"]
        assert (deposit.cause, deposit.price_fen) == ("not_confirmed", START_FEN + STEP_FEN)


def test_a_hold_gives_the_winner_his_time_back(at: At) -> None:
    trade = at("provisional")
    until_us = trade.state().due_us
    trade.do(suspend())
    trade.wait(trade.clock.now_us() + HOUR_US)
    do_all(trade, RESUME)
    assert trade.state().due_us == until_us + HOUR_US


def test_scenario_10_the_runner_up_succeeds_by_the_pack(at: At) -> None:
    trade = local(at, "confirmed", winner_default_rule="runner_up")
    assert trade.blockers(DEFAULT[0], docs=()) == ("evidence_filed_v1",)
    do_all(trade, DEFAULT)
    assert (trade.place(), place_of(trade, WINNER)) == ("defaulted", "forfeited")
    assert trade.blockers(FAIL) == ("runner_up_v1",)
    trade.wait(trade.clock.now_us() + HOUR_US)
    assert trade.do(SUCCEED[0]).outcome == "proposed"
    trade.do(SUCCEED[1])
    sale = trade.state().facets["sale"]
    assert (trade.place(), sale.lead_number, sale.lead_fen) == ("provisional", LOSER, START_FEN)
    assert trade.blockers(accept()) == ("leads_v1",)
    confirm = staff("lot.confirm/1", ConfirmDeal(LOT), OPERATOR)
    trade.do(accept(LOSER))
    # What the panel said of the first winner is nothing it said of the runner-up.
    assert trade.blockers(confirm) == ("observed_o7_v1",)
    do_all(trade, (*observe_again("O7"), confirm))
    award = trade.state().facets["award"]
    assert (award.bidder, award.price_fen) == (LOSER, START_FEN)


def test_scenario_10_the_deposit_pays_costs_then_the_shortfall_then_the_owner(at: At) -> None:
    trade = local(at, "confirmed", winner_default_rule="runner_up")
    do_all(trade, (*DEFAULT, *SUCCEED, accept(LOSER), *observe_again("O7")))
    trade.do(staff("lot.confirm/1", ConfirmDeal(LOT), OPERATOR))
    first, second = pair("deposit.apply/1", ApplyDeposit(LOT, WINNER, 500))
    assert trade.blockers(first) == ("rerun_settled_v1",)
    for place in ("publicity", "cleared", "awarded"):
        trade.walk(place)
    dear = pair("deposit.apply/1", ApplyDeposit(LOT, WINNER, DEPOSIT_FEN + 1))[0]
    assert trade.blockers(dear) == ("costs_covered_v1",)
    assert trade.blockers(first, docs=()) == ("evidence_filed_v1",)
    do_all(trade, (first, second))
    assert place_of(trade, WINNER) == "applied"
    (event,) = msgspec.json.decode(trade.entries()[-1].out)["events"]
    # Three years at 1010.00 were promised and three at 1000.00 are paid.
    assert event == {
        "event": "deposit_applied/1", "costs_fen": 500, "shortfall_fen": 3 * STEP_FEN,
        "owner_fen": DEPOSIT_FEN - 500 - 3 * STEP_FEN, "excess_fen": 0,
    }  # fmt: skip


def test_the_owner_gets_the_deposit_of_a_lot_that_is_never_sold(at: At) -> None:
    trade = at("confirmed")
    do_all(trade, DEFAULT)
    do_all(trade, pair("lot.terminate/1", TerminateLot(LOT, "no_right", "法院查封")))
    do_all(trade, pair("deposit.apply/1", ApplyDeposit(LOT, WINNER, 0)))
    (event,) = msgspec.json.decode(trade.entries()[-1].out)["events"]
    assert (event["shortfall_fen"], event["owner_fen"]) == (0, DEPOSIT_FEN)


@pytest.mark.parametrize("deposit_at", ["refund_due", "gone"])
def test_a_default_takes_no_deposit_that_is_not_there(places: Places, deposit_at: str) -> None:
    found = placed(places, "provisional", DECLINE)
    name = f"deposit/{LOT}-{WINNER}"
    states = {key: state for key, state in found.states.items() if key != name}
    if deposit_at != "gone":
        states = stream(name, place=deposit_at)(found).states
    (part,) = places.kernel.decide(found.env, states, found.at_us).parts
    assert part.out.dest == "defaulted"


@pytest.mark.parametrize(
    ("changed", "settled"),
    [
        ({"listing_round": 2}, True),
        ({"listing_round": 1}, False),
        ({"listing_round": 2, "case": "case-b"}, False),
    ],
)
def test_the_re_run_is_a_later_round_of_the_same_lot(
    places: Places, changed: dict[str, object], settled: bool
) -> None:
    act = pair("deposit.apply/1", ApplyDeposit(LOT, WINNER, 0, f"{LOT}r2"))[0]
    lost = both(
        stream(f"deposit/{LOT}-{WINNER}", place="forfeited"), copied(f"lot/{LOT}", f"lot/{LOT}r2"),
        facet(f"lot/{LOT}r2", "terms", **changed), stream(f"lot/{LOT}", place="failed"),
    )  # fmt: skip
    found = placed(places, "awarded", act, lost)
    decision = places.kernel.decide(found.env, found.states, found.at_us)
    assert decision.failed == (() if settled else ("rerun_settled_v1",))


def test_a_deposit_is_not_applied_without_the_lots_it_rests_on(places: Places) -> None:
    act = pair("deposit.apply/1", ApplyDeposit(LOT, WINNER, 0, "no-such-lot"))[0]
    found = placed(places, "awarded", act, stream(f"deposit/{LOT}-{WINNER}", place="forfeited"))
    decision = places.kernel.decide(found.env, found.states, found.at_us)
    assert decision.failed == ("rerun_settled_v1",)
    bare = {name: state for name, state in found.states.items() if name != f"lot/{LOT}"}
    decision = places.kernel.decide(found.env, bare, found.at_us)
    assert decision.failed == ("rerun_settled_v1", "costs_covered_v1")


def test_scenario_10_a_runner_up_who_refuses_too_leaves_nobody(at: At) -> None:
    trade = local(at, "provisional", winner_default_rule="runner_up")
    trade.do(DECLINE)
    do_all(trade, SUCCEED)
    trade.do(bidder("lot.decline_deal/1", DeclineDeal(LOT, "不要了"), LOSER))
    assert trade.blockers(SUCCEED[0]) == ("runner_up_v1",)
    trade.do(FAIL)
    assert (trade.place(), trade.place(f"asset/{ASSET}")) == ("failed", "idle")
    assert trade.state().facets["failure"].cause == "winner_default"
    assert [place_of(trade, n) for n in BIDDERS] == ["forfeited", "forfeited", "refund_due"]


def test_scenario_10_a_default_before_signing_leads_to_a_new_listing(at: At) -> None:
    for place in ("confirmed", "publicity", "cleared", "awarded"):
        trade = at(place)
        do_all(trade, DEFAULT)
        assert place_of(trade, WINNER) == "forfeited"
        assert trade.blockers(SUCCEED[0]) == ("runner_up_v1",)
        trade.do(FAIL)
        assert trade.place() == "failed"


def test_no_deal_lapses_before_it_is_offered(at: At) -> None:
    trade = at("bidding")
    assert (trade.state().due, trade.state().due_us) == ("end", CLOSES_US)
    assert trade.clock.now_us() == OPENS_US
