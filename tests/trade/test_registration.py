"""Registration: what was declared, who answers for it by when, and what may be seen of it."""

from __future__ import annotations

import msgspec
import pytest

from tests.support.acts import (
    BIDDERS,
    LOT,
    START_US,
    UNTIL_US,
    Act,
    bidder,
    deposit,
    register,
    staff,
)
from tests.support.path import SAME_NAME
from tests.support.trade import At, Places, Trade
from tests.trade.vectors.build import Break, engine, facet, placed
from trading.base.units import DAY_US, HOUR_US
from trading.bidding.commands import Acknowledge, GetReady, Qualify, Reject
from trading.bidding.rules import PriorityClaim, RegistrationDue
from trading.deposits.commands import ReceiveDeposit
from trading.engine.builtin import CLOCK, Due
from trading.engine.kernel import Decision

NUMBER = 404
REGISTRATION, DEPOSIT, ROLL = (
    f"registration/{LOT}-{NUMBER}",
    f"deposit/{LOT}-{NUMBER}",
    f"roll/{LOT}",
)
SILENCE_US = 72 * HOUR_US
CLAIM = PriorityClaim("sitting_tenant", "a" * 64)
replace = msgspec.structs.replace


def submit(trade: Trade, **more: object) -> None:
    trade.do(bidder("registration.submit/1", replace(register(NUMBER), **more), NUMBER))


def pay(trade: Trade) -> None:
    trade.do(staff("deposit.receive/1", deposit(NUMBER), "centre_cashier", facts=SAME_NAME))


def qualify(number: int = NUMBER, **more: object) -> Act:
    data = replace(Qualify(LOT, number), **more)
    return staff("registration.qualify/1", data, "centre_reviewer", facts={"eligible": True})


def reject(number: int = NUMBER) -> Act:
    data = Reject(LOT, number, ("papers_missing", "not_eligible"), "缺少授权书")
    return staff("registration.reject/1", data, "centre_reviewer")


def test_a_registration_is_checked_once_its_deposit_is_there(at: At) -> None:
    trade = at("registered")
    submit(trade, kind="sole_trader", conflicts=("rep-09",))
    assert trade.place(REGISTRATION) == "submitted"
    assert NUMBER not in trade.state(ROLL).facets["roll"].pending
    pay(trade)
    assert trade.place(REGISTRATION) == "checking"
    assert NUMBER in trade.state(ROLL).facets["roll"].pending
    trade.do(qualify())
    registration = trade.state(REGISTRATION).facets["registration"]
    assert (registration.kind, registration.conflicts) == ("sole_trader", ("rep-09",))


def test_a_rejected_bidder_gets_the_money_back_at_once(at: At) -> None:
    trade = at("registered")
    submit(trade)
    pay(trade)
    trade.do(reject())
    assert (trade.place(REGISTRATION), trade.place(DEPOSIT)) == ("rejected", "refund_due")
    assert trade.state(REGISTRATION).facets["registration"].grounds == (
        "papers_missing", "not_eligible",
    )  # fmt: skip


def test_a_priority_claim_is_ruled_on_and_a_rejected_one_bids_like_any_other(at: At) -> None:
    trade = at("registered")
    submit(trade, priority=CLAIM)
    pay(trade)
    assert trade.blockers(qualify()) == ("priority_ruled_v1",)
    assert trade.blockers(qualify(ruling="rejected")) == ("priority_ruled_v1",)
    trade.do(qualify(ruling="rejected", ruling_reason_zh="租约已于上年终止"))
    assert trade.state(REGISTRATION).facets["registration"].ruling == "rejected"
    assert NUMBER in trade.state(ROLL).facets["roll"].qualified


def test_what_nobody_claimed_is_not_ruled_on(at: At) -> None:
    trade = at("registered")
    submit(trade)
    pay(trade)
    assert trade.blockers(qualify(ruling="accepted")) == ("priority_ruled_v1",)


def test_staff_who_are_silent_past_the_end_of_registration_hold_the_lot(at: At) -> None:
    trade = at("registered")
    trade.wait(UNTIL_US - 1)
    assert trade.place(f"registration/{LOT}-{BIDDERS[0]}") == "checking"
    trade.wait(UNTIL_US)
    assert trade.place(f"registration/{LOT}-{BIDDERS[0]}") == "unanswered"
    assert (trade.place(), trade.state().hold) == ("qualifying", "held")
    assert trade.state().facets["hold"].cause == "silence"
    trade.do(qualify(BIDDERS[0]))
    trade.do(reject(BIDDERS[1]))


def test_a_payment_at_the_last_moment_gives_staff_their_whole_time(at: At) -> None:
    trade = at("qualified")
    early = at("listed")
    early.wait(UNTIL_US - HOUR_US)
    submit(early)
    paid = ReceiveDeposit(LOT, NUMBER, 20_000, UNTIL_US - HOUR_US, "bank-404")
    early.do(staff("deposit.receive/1", paid, "centre_cashier", facts=SAME_NAME))
    early.wait(UNTIL_US - HOUR_US + SILENCE_US - 1)
    assert not early.state().held
    early.wait(UNTIL_US - HOUR_US + SILENCE_US)
    assert early.place(REGISTRATION) == "unanswered"
    assert not trade.state().held


def test_silence_never_holds_a_lot_twice_and_no_lot_that_has_ended(at: At) -> None:
    trade = at("registered")
    trade.wait(UNTIL_US)
    places = [trade.place(f"registration/{LOT}-{n}") for n in BIDDERS]
    assert places == ["unanswered"] * 3
    holds = [
        e for e in trade.entries() if e.kind == "registration.run_out/1" and e.stream[:3] == "lot"
    ]
    assert len(holds) == 1


def test_an_unpaid_registration_is_not_waited_for_and_lapses(at: At) -> None:
    trade = at("listed")
    submit(trade)
    trade.wait(UNTIL_US + SILENCE_US - 1)
    assert trade.place(REGISTRATION) == "submitted"
    trade.wait(UNTIL_US + SILENCE_US)
    assert (trade.place(REGISTRATION), trade.state().held) == ("lapsed", False)


def decided(places: Places, place: str, act: Act, change: Break, at_us: int) -> Decision:
    found = placed(places, place, act, change, at_us=at_us)
    return places.kernel.decide(found.env, found.states, found.at_us)


def test_a_lot_without_deposit_is_checked_without_payment(places: Places) -> None:
    plan = replace(places.states["registered"][f"lot/{LOT}"].facets["terms"].plan, deposit_fen=0)
    act = bidder("registration.submit/1", register(NUMBER), NUMBER)
    free = facet(f"lot/{LOT}", "terms", plan=plan)
    first, roll = decided(places, "registered", act, free, START_US + DAY_US).parts
    assert (first.out.trigger, first.out.dest) == ("submit", "checking")
    assert [type(event).__name__ for event in roll.out.events] == ["Listed", "Awaited"]


def test_a_run_out_before_the_end_of_registration_waits_for_it(places: Places) -> None:
    """The end was moved by an amendment: still nothing public tells of a registration."""
    act = engine("registration.run_out/1", Due(f"registration/{LOT}-101", UNTIL_US), CLOCK)
    later_us = UNTIL_US + 9 * DAY_US
    moved = facet(f"lot/{LOT}", "schedule", registration_until_us=later_us)
    (part,) = decided(places, "registered", act, moved, UNTIL_US).parts
    assert (part.out.source, part.out.dest) == ("checking", "checking")
    (event,) = part.out.events
    assert isinstance(event, RegistrationDue)
    assert event.until_us == later_us


def test_who_does_not_read_the_amended_notice_is_no_bidder(places: Places) -> None:
    act = staff("lot.get_ready/1", GetReady(LOT), "centre_operator")
    amended = facet(f"lot/{LOT}", "terms", version=2)
    now_us = places.now_us("qualified")
    assert "enough_bidders_v1" in decided(places, "qualified", act, amended, now_us).failed


@pytest.mark.parametrize(
    ("act", "guard"),
    [
        (bidder("roll.acknowledge/1", Acknowledge(LOT, "who-101", 2), 101), "amended_notice_v1"),
        (bidder("roll.acknowledge/1", Acknowledge(LOT, "who-101", 1), 202), "own_listing_v1"),
        (Act("roll.acknowledge/1", Acknowledge(LOT, "who-101", 1), "nobody", "bidder"),
         "own_listing_v1"),
    ],
)  # fmt: skip
def test_only_a_registered_bidder_accepts_the_newest_notice(at: At, act: Act, guard: str) -> None:
    assert at("registered").blockers(act) == (guard,)


def test_a_deposit_not_paid_back_in_time_is_marked(at: At) -> None:
    trade = at("certified")
    assert trade.place(f"deposit/{LOT}-101") == "refund_due"
    trade.wait(trade.clock.now_us() + 9 * DAY_US)
    assert trade.place(f"deposit/{LOT}-101") == "refund_overdue"


def test_a_conflicted_member_is_recused_when_registration_ends_and_not_before(at: At) -> None:
    trade = at("registered")
    member = trade.states()["panel/case-a"].facets["panel"].members[0]
    submit(trade, conflicts=(member,))
    pay(trade)
    for number in (*BIDDERS, NUMBER):
        trade.do(qualify(number))
    assert member in trade.state("panel/case-a").facets["panel"].members
    trade.wait(UNTIL_US)
    assert member not in trade.state("panel/case-a").facets["panel"].members
