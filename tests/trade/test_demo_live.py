"""A demonstration to be served: on any day of the year somebody bids, and more is to come."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.support.trade import Trade, open_empty
from trading.base.clock import LiveClock, SystemClock
from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.bidding.holds import SuspendLot
from trading.bidding.rules import Sale
from trading.demo import cast, stage
from trading.demo.company import Company, paper
from trading.demo.live import (
    APART_US,
    OPEN_US,
    QUIET_US,
    VISITOR,
    Bidders,
    opening_us,
    players,
    run_live,
)
from trading.founding import found

FIRST = f"lot/case-{stage.LIVE[0]}-1"
WAITING = {
    "listed",
    "ready",
    "bidding",
    "publicity",
    "cleared",
    "awarded",
    "certified",
}
DAYS = (
    stage.END_US + 12 * DAY_US,
    stage.END_US + 95 * DAY_US + 7 * HOUR_US,
    stage.LAST_MORNING_US + 30 * DAY_US + MINUTE_US,
)
"""An evening soon after the fixed end of the year, a night behind the last table of holidays, and
the very minute at which everybody comes to work."""


@pytest.fixture(scope="module", params=DAYS, ids=["soon", "later", "morning"])
def trade(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trade]:
    """Play everything up to a day."""
    served_us: int = request.param
    played = open_empty(tmp_path_factory.mktemp("live") / "centre", "", stage.START_US)
    parts = stage.parts(served_us)
    places = {part.script.community: part.script.lots[0].asset.place_zh for part in parts}
    found(played.centre, cast.orgs(places), cast.grants(places), simulated="tests")
    company = Company(played.centre, played.clock)
    stories = [(part.begin_us, part.way(company, part.script).run()) for part in parts]
    run_live(company, stories, served_us)
    yield played
    played.close()


@pytest.mark.slow
def test_one_lot_is_open_others_wait_and_the_next_opens_in_its_turn(trade: Trade) -> None:
    now_us = trade.clock.now_us()
    lots = {name: state for name, state in trade.states().items() if state.kind == "lot"}
    assert {state.place for state in lots.values()} >= WAITING
    (bidding,) = [name for name, state in lots.items() if state.place == "bidding"]
    assert bidding == FIRST
    opens = sorted(lots[f"lot/case-{key}-1"].facets["schedule"].opens_us for key in stage.LIVE)
    assert opens == [opening_us(now_us, n) for n in range(len(stage.LIVE))]
    assert {later - earlier for earlier, later in itertools.pairwise(opens)} == {APART_US}


@pytest.mark.slow
def test_somebody_raises_by_the_rules_and_the_visitor_is_left_to_choose(trade: Trade) -> None:
    bidders = Bidders(trade.centre)
    leads = []
    for _turn in range(12):
        trade.clock.advance_to(trade.clock.now_us() + MINUTE_US // 6)
        assert bidders.bid_once() == 1
        sale: Sale = trade.state(FIRST).facets["sale"]
        leads.append((sale.lead_number, sale.lead_fen))
    assert all(a[0] != b[0] and a[1] < b[1] for a, b in itertools.pairwise(leads))
    assert VISITOR not in {number for number, _fen in leads}
    assert VISITOR in trade.state(FIRST.replace("lot/", "roll/")).facets["roll"].qualified


@pytest.mark.slow
def test_what_was_held_by_an_absence_goes_on(trade: Trade) -> None:
    lot = FIRST.partition("/")[2]
    held = SuspendLot(lot, "system_fault", "断电")
    proof = paper("evidence", "断电记录")
    trade.centre.do(
        "lot.suspend/1", held, cast.OFFICE[0], "office", docs=(proof.document,),
        files=((proof.content, "application/json"),),
    )  # fmt: skip
    bidders = Bidders(trade.centre)
    assert (bidders.bid_once(), bidders.resume(), bidders.resume()) == (0, 1, 0)
    assert bidders.bid_once() == 1


@pytest.mark.slow
def test_one_of_the_office_asks_and_another_one_is_waited_for(trade: Trade) -> None:
    found = [p for s in trade.states().values() if s.kind == "lot" for p in s.pending.values()]
    (proposal,) = found
    assert proposal.actor == cast.OFFICE[0]


@pytest.mark.slow
def test_a_visitor_may_be_everybody_who_takes_part(trade: Trade) -> None:
    known = players(trade.centre, stage.LIVE[0])
    assert {player.room for player in known} == {"staff", "bidder", "representative", "auditor"}
    seats = trade.state(f"panel/case-{stage.LIVE[0]}").facets["panel"].members
    (member,) = [player.person for player in known if player.room == "representative"]
    assert member in seats
    for player in known:
        if player.room == "staff":
            held = trade.state(f"person/{player.person}").facets["person"].grants
            assert {grant.role for grant in held} == set(player.roles)


@pytest.mark.slow
def test_the_script_ends_some_minutes_behind_the_end_so_that_the_lot_does(trade: Trade) -> None:
    bidders = Bidders(trade.centre)
    schedule = trade.state(FIRST).facets["schedule"]
    for _turn in range(40):
        if trade.state(FIRST).place != "bidding":
            break
        trade.wait(trade.clock.now_us() + MINUTE_US)
        bidders.bid_once()
    ended = trade.state(FIRST)
    assert ended.place == "provisional"
    assert schedule.closes_us < ended.facets["sale"].ends_us <= schedule.closes_us + 3 * QUIET_US
    assert ended.facets["sale"].extensions > 0
    assert trade.state(f"lot/case-{stage.LIVE[1]}-1").place == "bidding"
    assert OPEN_US < APART_US


def test_the_time_that_was_acted_out_is_no_absence() -> None:
    now_us = SystemClock().now_us()
    fresh, again = LiveClock(now_us), LiveClock()
    assert fresh.simulated
    assert again.simulated
    assert fresh.away_us(now_us - DAY_US) < MINUTE_US
    assert again.away_us(now_us - DAY_US) >= DAY_US
    assert abs(fresh.now_us() - SystemClock().now_us()) < MINUTE_US
