"""A whole trade by ten people in browsers of their own, from draft to certificate.

With TRADING_PLAY_PICTURES=DIR the pages of its key moments are kept there as pictures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.support.browser import NewContext
from tests.support.line import Line, line_to
from tests.support.rooms import serving_rooms
from tests.web.play import bidding
from tests.web.play.founding import START_US, founded
from tests.web.play.people import Play, Somebody
from tests.web.play.trade import Trade
from tests.web.test_all_pages import TAGS
from trading.base.clock import SimulatedClock
from trading.papers.reading import acts

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TAPS_MAX, DIGITS = 4, 6
PICTURES = os.environ.get("TRADING_PLAY_PICTURES", "")


class Inspection:
    """Looks with axe at every kind of page that a button led to; those of links are known."""

    def __init__(self) -> None:
        """Nothing was looked at."""
        self.found: list[str] = []
        self._seen: set[str] = set()

    def look(self, page: Page) -> None:
        """Look at a page unless one of its kind was looked at."""
        kind = page.title()
        if kind in self._seen:
            return
        self._seen.add(kind)
        options = {"runOnly": {"type": "tag", "values": TAGS}}
        told = Axe().run(page, options=options).response["violations"]
        self.found += [f"{page.url} {one['id']} {one['nodes'][0]['html'][:160]}" for one in told]


@pytest.fixture
def trade(contexts: NewContext, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Trade]:
    """Give ten people at a centre that was founded this morning."""
    clock = SimulatedClock(START_US)
    scripts = getattr(request, "param", True)
    with serving_rooms(founded(tmp_path / "centre", clock), clock) as rooms:
        pictures = Path(PICTURES) if PICTURES else None
        yield Trade(Play(rooms, clock, contexts, pictures, scripts=scripts))


@pytest.fixture
def line(trade: Trade) -> Iterator[Line]:
    """Give the line of the first bidder."""
    url = urlsplit(trade.play.rooms.url)
    with line_to(url.port or 0) as found:
        trade.bidders[0].url = f"http://localhost:{found.port}"
        yield found


def test_ten_people_play_a_trade_from_draft_to_certificate(trade: Trade, line: Line) -> None:
    axe = Inspection()
    trade.play.looked = axe.look
    trade.prepare()
    trade.opens_step("O2")
    _a_few_taps_make_a_statement(trade, trade.watchers[0], "device_key")
    _a_few_taps_make_a_statement(trade, trade.others[-1], "session_code")
    for one in trade.roster[1:4]:
        trade.states(one)
    trade.register()
    trade.ready()
    _bid_with_a_line_that_drops(trade, line)
    trade.confirm()
    trade.award()
    trade.audit()
    assert axe.found == []


def _a_few_taps_make_a_statement(trade: Trade, one: Somebody, assurance: str) -> None:
    """See that a link and six digits are all that a representative needs."""
    one.hand.taps = one.hand.signs = 0
    trade.from_link_to_statement(one)
    assert one.hand.signs == DIGITS
    assert 0 < one.hand.taps <= TAPS_MAX
    said = acts(trade.play.rooms.centre, f"panel/{trade.case}")
    assert [
        act.data["assurance"] for act in said
        if (act.kind, act.actor) == ("panel.state/1", one.person)
    ] == [assurance]  # fmt: skip


def _bid_with_a_line_that_drops(trade: Trade, line: Line) -> None:
    """See that a watcher misses nothing, and that a bid whose answer was lost is one bid."""
    watcher, *others = trade.bidders
    bidding.watches(trade, watcher)
    heard = bidding.cut_off(trade, line, watcher, others)
    assert heard.prices == bidding.accepted(trade)
    assert heard.positions == sorted(set(heard.positions))
    lost, found = bidding.interrupted(trade, line, watcher)
    assert lost == found
    assert len(bidding.accepted(trade)) == len(heard.prices) + 1


@pytest.mark.long
@pytest.mark.parametrize("trade", [False], indirect=True)
def test_the_same_trade_is_played_with_scripts_off(trade: Trade) -> None:
    trade.prepare()
    trade.observe("O2")
    trade.register()
    trade.ready()
    for one in trade.bidders:
        trade.bid(one)
    trade.confirm()
    trade.award()
    trade.audit()
