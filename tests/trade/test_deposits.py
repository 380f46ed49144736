"""Deposits: whole, in time by the bank's clock, from the same name; settled by the award."""

from __future__ import annotations

import msgspec
import pytest

from tests.support.acts import (
    BIDDERS,
    DEPOSIT_FEN,
    LOT,
    UNTIL_US,
    Act,
    bidder,
    deposit,
    register,
    staff,
)
from tests.support.path import SAME_NAME
from tests.support.trade import At, Places, Trade
from tests.trade.scenes import scenes
from tests.trade.vectors.build import stream
from trading.deposits.commands import ReceiveDeposit, RefundDeposit

NUMBER = 404


@pytest.fixture
def fresh(at: At) -> Trade:
    """Give a lot in registration with one bidder more, whose deposit is to come."""
    trade = at("registered")
    trade.do(bidder("registration.submit/1", register(NUMBER), NUMBER))
    return trade


def receive(data: ReceiveDeposit, facts: dict[str, bool] = SAME_NAME) -> Act:
    return staff("deposit.receive/1", data, "centre_cashier", facts=facts)


def test_the_whole_amount_is_held_and_one_fen_less_is_refused(fresh: Trade) -> None:
    short = deposit(NUMBER, amount_fen=DEPOSIT_FEN - 1)
    assert fresh.blockers(receive(short)) == ("amount_full_v1",)
    fresh.do(receive(deposit(NUMBER, amount_fen=DEPOSIT_FEN + 1)))
    assert fresh.place(f"deposit/{LOT}-{NUMBER}") == "held"


def test_the_banks_time_counts_to_the_microsecond_not_the_time_of_the_report(
    fresh: Trade,
) -> None:
    fresh.wait(UNTIL_US + 1)
    assert fresh.blockers(receive(deposit(NUMBER, UNTIL_US))) == ("paid_in_time_v1",)
    fresh.do(receive(deposit(NUMBER, UNTIL_US - 1)))
    assert fresh.place(f"deposit/{LOT}-{NUMBER}") == "held"


def test_money_cannot_arrive_later_than_now(fresh: Trade) -> None:
    now_us = fresh.clock.now_us()
    assert fresh.blockers(receive(deposit(NUMBER, now_us + 1))) == ("paid_in_time_v1",)
    fresh.do(receive(deposit(NUMBER, now_us)))


@pytest.mark.parametrize("facts", [{}, {"payer_same_name": False}])
def test_money_of_another_payer_is_refused(fresh: Trade, facts: dict[str, bool]) -> None:
    assert fresh.blockers(receive(deposit(NUMBER), facts)) == ("payer_same_name_v1",)


def test_money_without_a_registration_is_refused(at: At) -> None:
    assert at("registered").blockers(receive(deposit(NUMBER))) == ("registered_v1",)


def test_money_for_no_lot_at_all_is_refused_on_every_count(at: At) -> None:
    trade = at("registered")
    data = msgspec.structs.replace(deposit(NUMBER), lot="no-such-lot")
    blockers = trade.blockers(receive(data))
    assert blockers == ("registered_v1", "amount_full_v1", "paid_in_time_v1")
    assert trade.entries()[-1].stream == "security"


def test_a_deposit_arrives_once(at: At) -> None:
    assert at("registered").refused(receive(deposit(BIDDERS[0]))).code == "wrong_state"


def test_the_award_converts_the_winners_deposit_and_frees_the_others(at: At) -> None:
    trade = at("awarded")
    places = {n: trade.place(f"deposit/{LOT}-{n}") for n in BIDDERS}
    assert places == {101: "refund_due", 202: "converted", 303: "refund_due"}
    accounts = {n: trade.state(f"deposit/{LOT}-{n}").facets["deposit"].account for n in BIDDERS}
    assert accounts == {101: "refund_due", 202: "price", 303: "refund_due"}


def test_a_refund_is_recorded_once_and_never_for_the_winner(at: At) -> None:
    trade = at("refunded")
    for number in BIDDERS[:2]:
        act = staff("deposit.refund/1", RefundDeposit(LOT, number), "centre_cashier")
        assert trade.refused(act).code == "wrong_state"
    act = staff("deposit.refund/1", RefundDeposit(LOT, BIDDERS[2]), "centre_cashier")
    assert trade.do(act).outcome == "done"


def test_a_deposit_that_never_came_is_not_settled(at: At) -> None:
    """The fourth bidder registered, paid nothing, and was refused."""
    trade = at("registered")
    trade.do(bidder("registration.submit/1", register(NUMBER), NUMBER))
    assert trade.centre.state(f"deposit/{LOT}-{NUMBER}") is None
    act = staff("deposit.refund/1", RefundDeposit(LOT, NUMBER), "centre_cashier")
    assert trade.refused(act).code == "not_found"


@pytest.mark.parametrize("number", BIDDERS[:2])
def test_a_frozen_deposit_is_not_settled_by_the_award(places: Places, number: int) -> None:
    award = next(v for v in scenes(places) if v.env.kind == "lot.award/1")
    name = f"deposit/{LOT}-{number}"
    found = stream(name, place="frozen")(award)
    parts = places.kernel.decide(found.env, found.states, found.at_us).parts
    assert name not in [part.before.name for part in parts]
