"""Registration, the roll and the sale, to the microsecond."""

from __future__ import annotations

import pytest

from tests.support.acts import (
    ASSET,
    BID_US,
    BIDDERS,
    CEILING_FEN,
    CLOSES_US,
    LOT,
    OPENS_US,
    RAISE_MAX_FEN,
    RESUME,
    START_FEN,
    STEP_FEN,
    UNTIL_US,
    Act,
    bidder,
    observe,
    register,
    staff,
)
from tests.support.trade import At, Trade
from trading.base.units import DAY_US, HOUR_US, SECOND_US
from trading.bidding.commands import FailLot, GetReady, PlaceBid, Qualify, Register, Reject
from trading.listing.commands import RescheduleLot

FIRST, SECOND, THIRD = BIDDERS
WINDOW_US = 300 * SECOND_US


def bid(number: int, price_fen: int) -> Act:
    return bidder("bid.place/1", PlaceBid(LOT, price_fen), number)


def submit(number: int = 404, **more: object) -> Act:
    values = {"lot": LOT, "number": number, "who": "who-404", "acknowledged_version": 1, **more}
    return Act("registration.submit/1", Register(**values), "bidder-404", "bidder")  # type: ignore[arg-type]


def get_ready() -> Act:
    return staff("lot.get_ready/1", GetReady(LOT), "centre_operator")


@pytest.fixture
def live(at: At) -> Trade:
    """Give a lot in bidding, twenty minutes after its start."""
    trade = at("bidding")
    trade.wait(BID_US)
    return trade


def test_registration_closes_at_its_end_and_not_a_microsecond_before(at: At) -> None:
    early, late = at("registered"), at("registered")
    early.clock.advance_to(UNTIL_US - 1)
    early.do(submit())
    late.clock.advance_to(UNTIL_US)
    with pytest.raises(Exception, match="registration_open_v1"):
        late.do(submit())
    assert late.centre.state(f"registration/{LOT}-404") is None


@pytest.mark.parametrize(
    ("act", "guard"),
    [
        (submit(number=405), "own_number_v1"),
        (submit(who="who-101"), "registers_once_v1"),
        (submit(acknowledged_version=2), "notice_acknowledged_v1"),
        (submit(lot="no-such-lot"), "registration_open_v1"),
        (Act("registration.submit/1", register(404), "bidder-４０４", "bidder"), "own_number_v1"),
        (Act("registration.submit/1", register(404), "staff-404", "bidder"), "own_number_v1"),
    ],
)
def test_a_registration_that_breaks_a_rule_is_refused(at: At, act: Act, guard: str) -> None:
    assert at("registered").blockers(act) == (guard,)


def test_a_number_registers_once(at: At) -> None:
    error = at("registered").refused(bidder("registration.submit/1", register(FIRST), FIRST))
    assert error.code == "wrong_state"


def test_only_who_is_eligible_and_paid_is_qualified(at: At) -> None:
    trade = at("registered")
    trade.do(submit())
    qualify = Qualify(LOT, 404)
    act = staff("registration.qualify/1", qualify, "centre_reviewer", facts={"eligible": True})
    assert trade.refused(act).code == "wrong_state"
    act = staff("registration.qualify/1", Qualify(LOT, FIRST), "centre_reviewer")
    assert trade.blockers(act) == ("eligible_v1",)


def test_a_rejected_number_stays_on_the_roll_and_may_not_bid(at: At) -> None:
    trade = at("registered")
    reject = Reject(LOT, THIRD, ("papers_missing",), "材料不全")
    trade.do(staff("registration.reject/1", reject, "centre_reviewer"))
    roll = trade.state(f"roll/{LOT}").facets["roll"]
    assert THIRD in roll.listed.values()
    assert roll.pending == (FIRST, SECOND)
    assert trade.state(f"registration/{LOT}-{THIRD}").facets["registration"].checked_by


def test_nothing_is_ready_while_a_registration_waits(at: At) -> None:
    trade = at("registered")
    trade.wait(UNTIL_US)
    for act in (*RESUME, *observe("O5")):
        trade.do(act)
    assert trade.blockers(get_ready()) == ("registrations_decided_v1", "enough_bidders_v1")
    fail = staff("lot.fail/1", FailLot(LOT), "centre_operator")
    assert trade.blockers(fail) == ("registrations_decided_v1",)


def test_a_lot_with_too_few_bidders_fails_and_frees_its_asset(at: At) -> None:
    trade = at("listed")
    trade.wait(UNTIL_US)
    trade.do(staff("lot.fail/1", FailLot(LOT), "centre_operator"))
    assert (trade.place(), trade.place(f"asset/{ASSET}")) == ("failed", "idle")
    assert trade.state(f"asset/{ASSET}").facets["asset"].lot == ""


def test_a_lot_with_enough_bidders_cannot_be_failed(at: At) -> None:
    act = staff("lot.fail/1", FailLot(LOT), "centre_operator")
    assert at("qualified").blockers(act) == ("too_few_bidders_v1",)


def test_a_missed_start_stalls_until_two_persons_set_a_new_one(at: At) -> None:
    trade = at("qualified")
    trade.wait(OPENS_US + HOUR_US)
    assert trade.place() == "stalled"
    assert trade.refused(get_ready()).code == "wrong_state"
    opens_us = OPENS_US + DAY_US
    new = RescheduleLot(LOT, opens_us, opens_us + HOUR_US)
    past = RescheduleLot(LOT, OPENS_US, OPENS_US + HOUR_US)
    inverted = RescheduleLot(LOT, opens_us, opens_us)
    for wrong in (past, inverted):
        act = staff("lot.reschedule/1", wrong, "office")
        assert trade.blockers(act) == ("reschedule_ordered_v1",)
    assert trade.do(staff("lot.reschedule/1", new, "office")).outcome == "proposed"
    trade.do(Act("lot.reschedule/1", new, "office-peng", "office"))
    assert trade.place() == "qualifying"
    trade.do(get_ready())
    trade.wait(opens_us)
    assert trade.place() == "bidding"
    assert trade.state().facets["sale"].ends_us == opens_us + HOUR_US


def test_bidding_opens_at_its_instant_and_a_bid_before_it_is_refused(at: At) -> None:
    trade = at("ready")
    trade.wait(OPENS_US - 1)
    assert trade.refused(bid(FIRST, START_FEN)).code == "wrong_state"
    trade.clock.advance_to(OPENS_US)
    trade.do(bid(FIRST, START_FEN))
    assert trade.state().facets["sale"].lead_number == FIRST


@pytest.mark.parametrize(
    ("price_fen", "guards"),
    [
        (START_FEN - STEP_FEN, ("reaches_start_v1",)),
        (START_FEN - 1, ("reaches_start_v1",)),
        (START_FEN + 1, ("step_multiple_v1",)),
        (START_FEN + RAISE_MAX_FEN + STEP_FEN, ("raise_within_max_v1",)),
        (CEILING_FEN + STEP_FEN, ("raise_within_max_v1", "under_ceiling_v1")),
        (10**15, ("raise_within_max_v1", "under_ceiling_v1")),
    ],
)
def test_a_first_bid_obeys_the_notice(live: Trade, price_fen: int, guards: tuple[str, ...]) -> None:
    assert live.blockers(bid(FIRST, price_fen)) == guards


def test_the_first_bid_may_equal_the_start_and_the_next_must_be_a_step_more(live: Trade) -> None:
    live.do(bid(FIRST, START_FEN))
    assert live.blockers(bid(SECOND, START_FEN)) == ("raises_enough_v1",)
    assert live.blockers(bid(SECOND, START_FEN + 1)) == ("raises_enough_v1", "step_multiple_v1")
    live.do(bid(SECOND, START_FEN + STEP_FEN))
    assert live.state().facets["sale"].lead_fen == START_FEN + STEP_FEN


def test_nobody_outbids_himself(live: Trade) -> None:
    live.do(bid(FIRST, START_FEN))
    assert live.blockers(bid(FIRST, START_FEN + STEP_FEN)) == ("not_leading_v1",)


def test_a_stranger_and_a_malformed_number_cannot_bid(live: Trade) -> None:
    assert live.blockers(bid(404, START_FEN)) == ("qualified_v1",)
    act = Act("bid.place/1", PlaceBid(LOT, START_FEN), "bidder-", "bidder")
    assert live.blockers(act) == ("qualified_v1",)


def test_a_price_at_the_ceiling_is_good_and_above_it_is_not(live: Trade) -> None:
    prices = range(START_FEN + RAISE_MAX_FEN, CEILING_FEN + 1, RAISE_MAX_FEN)
    for n, price_fen in enumerate(prices):
        live.do(bid(BIDDERS[n % 2], price_fen))
    assert live.state().facets["sale"].lead_fen == CEILING_FEN
    assert live.blockers(bid(THIRD, CEILING_FEN + STEP_FEN)) == ("under_ceiling_v1",)


def test_a_bid_a_microsecond_before_the_end_counts_and_at_the_end_is_too_late(at: At) -> None:
    early, late = at("bidding"), at("bidding")
    early.clock.advance_to(CLOSES_US - 1)
    early.do(bid(FIRST, START_FEN))
    assert early.state().facets["sale"].ends_us == CLOSES_US - 1 + WINDOW_US
    late.clock.advance_to(CLOSES_US)
    with pytest.raises(Exception, match="wrong_state") as caught:
        late.do(bid(FIRST, START_FEN))
    assert caught.value.params["receipt"].stream == f"lot/{LOT}"  # type: ignore[attr-defined]
    assert late.place() == "failed"


def test_only_a_bid_in_the_last_window_extends(at: At) -> None:
    before, inside = at("bidding"), at("bidding")
    before.wait(CLOSES_US - WINDOW_US - 1)
    before.do(bid(FIRST, START_FEN))
    assert before.state().facets["sale"].extensions == 0
    inside.wait(CLOSES_US - WINDOW_US + 1)
    inside.do(bid(FIRST, START_FEN))
    sale = inside.state().facets["sale"]
    assert (sale.ends_us, sale.extensions) == (CLOSES_US + 1, 1)
    inside.wait(CLOSES_US + WINDOW_US)
    assert inside.place() == "provisional"


def test_a_lot_without_a_bid_fails_and_frees_its_asset(at: At) -> None:
    trade = at("bidding")
    trade.wait(CLOSES_US)
    assert (trade.place(), trade.place(f"asset/{ASSET}")) == ("failed", "idle")


def test_timers_that_fire_late_count_from_when_they_were_due(at: At) -> None:
    """Nobody ticked for a week: the record tells the due instants, in their order."""
    trade = at("listed")
    trade.clock.advance_to(OPENS_US + 7 * DAY_US)
    size = trade.size
    trade.centre.writer.tick()
    assert [(e.kind, e.at_us) for e in trade.entries(size)] == [
        ("lot.close_registration/1", trade.clock.now_us()),
        ("lot.miss_start/1", trade.clock.now_us()),
    ]
    assert (trade.place(), trade.state().entered_us) == ("stalled", OPENS_US)


def test_a_late_end_is_decided_before_the_late_bid(at: At) -> None:
    trade = at("bidding")
    trade.wait(BID_US)
    trade.do(bid(FIRST, START_FEN))
    trade.clock.advance_to(CLOSES_US + DAY_US)
    size = trade.size
    with pytest.raises(Exception, match="wrong_state"):
        trade.do(bid(SECOND, START_FEN + STEP_FEN))
    assert [e.kind for e in trade.entries(size)] == ["lot.end/1", "bid.place/1"]
    assert (trade.place(), trade.state().entered_us) == ("provisional", CLOSES_US)


def test_a_bid_that_waited_at_our_door_over_the_end_holds_the_lot(at: At) -> None:
    trade = at("bidding")
    trade.clock.advance_to(CLOSES_US + SECOND_US)
    with pytest.raises(Exception, match="not_held_v1"):
        trade.do(bid(FIRST, START_FEN), received_us=CLOSES_US - 1)
    assert (trade.place(), trade.state().hold) == ("bidding", "held")
    assert trade.state().facets["hold"].cause == "delay"
