"""Whole stories of the award: the happy path, and a fault in the last minutes."""

from __future__ import annotations

from collections.abc import Iterable

from tests.support.acts import (
    BIDDERS,
    CASE,
    CLOSES_US,
    LOT,
    OPENS_US,
    PANEL,
    RESUME,
    SECOND_OFFICE,
    START_FEN,
    Act,
    accept,
    award,
    bidder,
    by_phone,
    contract,
    draft,
    officer,
    opened,
    paper,
    plan,
    staff,
    statement,
)
from tests.support.path import PATH, PLACES
from tests.support.trade import At, Trade
from trading.awarding.commands import CertifyLot, ConfirmDeal, PublishResult, SignContract
from trading.base.deadline import local_date, local_text
from trading.base.units import DAY_US, MINUTE_US, SECOND_US
from trading.bidding.commands import GetReady, PlaceBid
from trading.observing.rules import Step
from trading.observing.talk_commands import AskHold

STEP_FEN = 5_000
FIRST, SECOND, THIRD = BIDDERS


def live(trade: Trade, *places: str, without: str = "") -> None:
    """Walk the path, but for the acts of one kind."""
    for place in places:
        for act in PATH[place]:
            if isinstance(act, int):
                trade.wait(act)
            elif act.kind != without:
                trade.do(act)


def span(first: str, last: str) -> tuple[str, ...]:
    """Return the places of the path from ``first`` to ``last``."""
    return PLACES[PLACES.index(first) : PLACES.index(last) + 1]


def stated(step: Step) -> Iterable[Act]:
    """Let all five representatives state what they saw, two of them by phone."""
    acts = [statement(step, member) for member in PANEL]
    return (*map(by_phone, acts[:2]), *acts[2:])


def everyone(step: Step) -> Iterable[Act]:
    """Open ``step`` and let all five representatives state what they saw."""
    return (opened(step), *stated(step))


def bid(number: int, steps: int) -> Act:
    return bidder("bid.place/1", PlaceBid(LOT, START_FEN + steps * STEP_FEN), number)


def all_of(trade: Trade, acts: Iterable[Act]) -> None:
    for act in acts:
        trade.do(act)


def test_scenario_01_a_shop_from_its_notice_to_its_certificate(at: At) -> None:
    trade = at("founded")
    shop = plan(bid_step_fen=STEP_FEN, raise_max_fen=0, ceiling_fen=0)
    live(trade, "drafted", without="case.draft/1")
    trade.do(officer("case.draft/1", draft(shop)))
    live(trade, *span("reviewed", "registered"), without="panel.state/1")
    all_of(trade, (*stated("O1"), *stated("O2"), *everyone("O3")))
    live(trade, *span("checked", "qualified"), without="panel.state/1")
    all_of(trade, (*stated("O4"), *stated("O5")))
    trade.do(staff("lot.get_ready/1", GetReady(LOT), "centre_operator"))

    trade.wait(OPENS_US)
    trade.do(bid(FIRST, 0))
    assert trade.blockers(bid(FIRST, 1)) == ("not_leading_v1",)
    assert "step_multiple_v1" in trade.blockers(
        bidder("bid.place/1", PlaceBid(LOT, START_FEN + STEP_FEN + 100), SECOND)
    )
    trade.do(bid(SECOND, 1))
    trade.wait(CLOSES_US - 40 * SECOND_US)
    trade.do(bid(THIRD, 2))
    sale = trade.state().facets["sale"]
    ends_us = CLOSES_US - 40 * SECOND_US + 5 * MINUTE_US
    assert (sale.extensions, sale.ends_us, trade.state().due_us) == (1, ends_us, ends_us)
    trade.wait(ends_us)

    all_of(trade, (*everyone("O6"), *everyone("O7")))
    trade.do(accept(THIRD))
    trade.do(staff("lot.confirm/1", ConfirmDeal(LOT), "centre_operator"))
    trade.do(staff("lot.publish_result/1", PublishResult(LOT, "张**"), "centre_clerk"))
    over_us = trade.state().due_us
    assert local_text(over_us, closing=True) == "2026-03-23 24:00"
    all_of(trade, everyone("O8"))
    trade.wait(over_us)
    all_of(trade, (*everyone("O9"), award(), award(SECOND_OFFICE)))
    day = str(local_date(trade.clock.now_us()))
    signed = contract(
        bidder=THIRD, price_fen=START_FEN + 2 * STEP_FEN, starts_day=day, ends_day="2029-03-23"
    )
    sign = SignContract(LOT, signed)
    trade.do(staff("lot.sign/1", sign, "centre_clerk", docs=(paper("contract"),)))
    all_of(trade, everyone("O10"))
    trade.do(staff("lot.certify/1", CertifyLot(LOT, "JZ-1"), "centre_certifier"))

    assert (trade.place(), trade.place("certificate/JZ-1")) == ("certified", "issued")
    assert trade.place(f"contract/lot-{LOT}") == "in_force"
    steps = trade.state(f"panel/{CASE}").facets["panel"].steps
    assert steps.keys() == {f"O{number}" for number in range(1, 11)}
    assert all(len(opening.statements) == len(PANEL) for (opening,) in steps.values())


def test_scenario_09_a_fault_in_the_extension_gives_back_the_exact_time(at: At) -> None:
    trade = at("bidding")
    price = iter(range(START_FEN, START_FEN + 100_000, 1_000))

    def offer(number: int) -> Act:
        return bidder("bid.place/1", PlaceBid(LOT, next(price)), number)

    trade.do(offer(FIRST))
    trade.wait(CLOSES_US - 20 * SECOND_US)
    trade.do(offer(SECOND))
    ends_us = trade.state().facets["sale"].ends_us
    assert ends_us == CLOSES_US + 280 * SECOND_US

    trade.wait(CLOSES_US + 100 * SECOND_US + 7)
    first, second = (
        Act("panel.ask_hold/1", AskHold(CASE, "O6", LOT, "网络中断"), member, "resident_rep")
        for member in PANEL[:2]
    )
    trade.do(first)
    assert not trade.state().held
    trade.do(second)
    assert trade.state().facets["hold"].cause == "panel"
    left_us = ends_us - trade.clock.now_us()
    trade.wait(trade.clock.now_us() + 37 * MINUTE_US)
    assert trade.state().due == "expire"
    assert "not_held_v1" in trade.blockers(offer(THIRD))
    assert trade.do(RESUME[0]).outcome == "proposed"
    trade.do(RESUME[1])

    assert trade.state().due_us - trade.clock.now_us() == left_us
    trade.wait(trade.clock.now_us() + left_us - 1)
    assert trade.place() == "bidding"
    trade.do(offer(THIRD))
    assert trade.state().facets["sale"].extensions == 2
    trade.wait(trade.state().due_us + DAY_US)
    assert trade.place() == "provisional"
    assert trade.state().facets["sale"].lead_number == THIRD
