"""Bidding with a line that drops: who watches catches up, and a bid whose answer is lost is one."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Route, expect

from tests.support.line import Line
from tests.web.play.people import Somebody
from tests.web.play.trade import Trade
from tests.web.visitor import bids_on
from trading.base.units import SECOND_US

HEAR = """
const known = EventSource.prototype.addEventListener;
globalThis.heard = [];
EventSource.prototype.addEventListener = function (name, act) {
  known.call(this, name, (event) => {
    if (name === "lot") heard.push([Number(event.lastEventId), JSON.parse(event.data)]);
    act(event);
  });
};
"""
"""Keeps what the stream brought to a page: the position of each frame, and what it tells."""


@dataclass(frozen=True)
class Heard:
    """What came to a page over its stream: positions, and the prices of the bids among it."""

    positions: list[int]
    prices: list[int]


def watches(trade: Trade, one: Somebody) -> None:
    """Open the page of the running bidding, and keep all that comes."""
    one.context.add_init_script(HEAR)
    page = one.opens(f"/bidder/lots/{trade.lot}/live")
    page.get_by_text("实时", exact=True).wait_for()


def cut_off(trade: Trade, line: Line, one: Somebody, others: list[Somebody]) -> Heard:
    """Cut the ``line`` of ``one`` while ``others`` bid; return what its page was told in all."""
    page, shown = one.page, one.page.locator("[data-live-value=bids]")
    trade.bid(others[0])
    expect(shown).to_have_text(str(trade.sale().bids))
    _drops(one, line)
    expect(page.locator("[data-live-status]")).to_have_text("正在重连", timeout=15_000)
    for other in (others[1], others[0]):
        trade.bid(other)
    one.snaps("bidder-offline")
    expect(shown).to_have_text(str(trade.sale().bids - 2))
    _comes_back(one, line)
    page.get_by_text("实时", exact=True).wait_for()
    trade.bid(others[1])
    expect(shown).to_have_text(str(trade.sale().bids))
    expect(page.locator("[data-live-value=lead_number]")).to_have_text(
        str(trade.sale().lead_number)
    )
    told = page.evaluate("heard")
    return Heard([at for at, _said in told], [said["lead_fen"] for _at, said in told])


def interrupted(trade: Trade, line: Line, one: Somebody) -> tuple[str, str]:
    """Let a bid arrive and its answer get lost with the line.

    Returns the receipt that was lost, and the one that came when the line was back.
    """
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch(max_redirects=0).headers["location"])
        _drops(one, line)
        route.abort("connectionreset")

    trade.play.wait(trade.now_us + SECOND_US)
    page = one.page
    one.follows(page.locator("button.step").first)
    page.route("**/bid", lose)
    page.get_by_role("button", name="确认出价").tap()
    page.get_by_text("正在重试").wait_for()
    one.snaps("bidder-retries")
    _comes_back(one, line)
    page.get_by_text("收到").first.wait_for()
    one.snaps("bidder-receipt")
    page.unroute("**/bid")
    return lost[0], urlsplit(page.url).path


def _drops(one: Somebody, line: Line) -> None:
    # Chromium leaves a stream that is open alone when it is told to be offline.
    one.context.set_offline(True)
    line.cut()


def _comes_back(one: Somebody, line: Line) -> None:
    line.mend()
    one.context.set_offline(False)


def accepted(trade: Trade) -> list[int]:
    """Return the prices that were bid, in the order of the record; a refusal fails the play."""
    found = bids_on(trade.play.rooms.centre, trade.lot)
    assert {act.outcome for act in found} == {"done"}
    return [act.data["price_fen"] for act in found]
