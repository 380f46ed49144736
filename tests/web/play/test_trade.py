"""A whole trade by ten people in browsers of their own, from draft to certificate."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.browser import NewContext
from tests.support.rooms import serving_rooms
from tests.web.play.people import Play
from tests.web.play.trade import START_US, Trade, founded
from trading.base.clock import SimulatedClock

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_ten_people_play_a_trade_from_draft_to_certificate(
    contexts: NewContext, tmp_path: Path
) -> None:
    clock = SimulatedClock(START_US)
    with serving_rooms(founded(tmp_path / "centre", clock), clock) as rooms:
        trade = Trade(Play(rooms, clock, contexts))
        trade.arrive()
        trade.draft()
        trade.publish()
        trade.draw()
        trade.welcome()
        trade.observe("O2")
        trade.register()
        trade.ready()
        for n in range(4):
            trade.bid(trade.bidders[n % 3])
        trade.confirm()
        trade.award()
