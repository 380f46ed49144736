"""Bids to the microsecond, and a sale on a rolling clock from its opening to its end."""

from __future__ import annotations

import msgspec
import pytest

from tests.support.acts import (
    BIDDERS,
    CLOSES_US,
    LOT,
    RAISE_MAX_FEN,
    RESUME,
    START_FEN,
    STEP_FEN,
    Act,
    bidder,
)
from tests.support.trade import At, Places, Trade
from tests.trade.scenes_awarding import held
from tests.trade.vectors.build import LOT_STREAM, engine, facet, placed, when
from trading.base.units import MINUTE_US, SECOND_US
from trading.bidding.commands import PlaceBid
from trading.engine.builtin import CLOCK, Due

FIRST, SECOND, THIRD = BIDDERS
MILLISECOND_US = SECOND_US // 1000


def bid(number: int, price_fen: int) -> Act:
    return bidder("bid.place/1", PlaceBid(LOT, price_fen), number)


def refusals(trade: Trade, start: int) -> list[tuple[str, str]]:
    found = []
    for entry in trade.entries(start):
        out = msgspec.json.decode(entry.out)
        if entry.kind == "bid.place/1" and out["outcome"] == "refused":
            found.append((out["code"], ",".join(out.get("failed", ()))))
    return found


def test_scenario_08_a_bid_at_the_end_and_every_rejected_one_is_on_record(at: At) -> None:
    trade = at("bidding")
    start = trade.size
    trade.wait(CLOSES_US - MILLISECOND_US)
    trade.do(bid(FIRST, START_FEN))
    ends_us = trade.state().facets["sale"].ends_us
    assert ends_us == CLOSES_US - MILLISECOND_US + 5 * MINUTE_US
    trade.refused(bid(FIRST, START_FEN + STEP_FEN))
    trade.refused(bid(SECOND, START_FEN + STEP_FEN + 1))
    trade.refused(bid(SECOND, START_FEN + RAISE_MAX_FEN + STEP_FEN))
    trade.wait(ends_us - MILLISECOND_US)
    trade.do(bid(SECOND, START_FEN + STEP_FEN))
    ends_us = trade.state().facets["sale"].ends_us
    for late_us in (ends_us, ends_us + MILLISECOND_US):
        trade.clock.advance_to(late_us)
        with pytest.raises(Exception, match="wrong_state"):
            trade.do(bid(THIRD, START_FEN + 2 * STEP_FEN))
    assert (trade.place(), trade.state().facets["sale"].lead_number) == ("provisional", SECOND)
    assert refusals(trade, start) == [
        ("guard_failed", "not_leading_v1"),
        ("guard_failed", "step_multiple_v1"),
        ("guard_failed", "raise_within_max_v1"),
        ("wrong_state", ""),
        ("wrong_state", ""),
    ]


def test_the_best_bid_of_another_bidder_is_kept(at: At) -> None:
    trade = at("bidding")
    for n, number in enumerate((FIRST, SECOND, FIRST, THIRD)):
        trade.do(bid(number, START_FEN + n * STEP_FEN))
    sale = trade.state().facets["sale"]
    assert (sale.lead_number, sale.second_number) == (THIRD, FIRST)
    assert sale.second_fen == START_FEN + 2 * STEP_FEN


def test_a_rolling_clock_opens_with_its_free_period_and_one_cycle(places: Places) -> None:
    now_us = places.now_us("bidding")
    act = engine("lot.open/1", Due(LOT_STREAM, now_us), CLOCK)
    rolling = facet(LOT_STREAM, "terms", end_mode="rolling_clock", extension_seconds=60)
    vector = placed(places, "ready", act, rolling, at_us=now_us)
    (part,) = places.kernel.decide(vector.env, vector.states, vector.at_us).parts
    (event,) = part.out.events
    assert (event.ends_us, event.free_until_us) == (CLOSES_US + MINUTE_US, CLOSES_US)


def test_a_hold_in_the_free_period_prolongs_it_and_one_after_it_does_not(places: Places) -> None:
    for held_us, shifted in ((CLOSES_US - MINUTE_US, True), (CLOSES_US + 1, False)):
        rolling = facet(LOT_STREAM, "sale", ends_us=CLOSES_US + MINUTE_US, free_until_us=CLOSES_US)
        vector = placed(places, "bidding", RESUME[0], rolling, when(held_us), held,
                        when(held_us + 7))  # fmt: skip
        kernel = places.kernel
        first = kernel.decide(vector.env, vector.states, vector.at_us).parts[0]
        waiting = kernel.evolve(first.before, first.out, vector.at_us, "0" * 64)
        states = {**vector.states, LOT_STREAM: waiting}
        env = msgspec.structs.replace(vector.env, actor=RESUME[1].actor)
        (part,) = kernel.decide(env, states, vector.at_us).parts
        shift = part.out.events[-1]
        assert (shift.by_us, shift.free_by_us) == (7, 7 if shifted else 0)
