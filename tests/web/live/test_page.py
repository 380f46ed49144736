"""The script of live pages in a real browser: it says how sure it is and shows what happens."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.support.market import Lot, RunningClock, price_fen
from tests.support.serving import served
from tests.web.live.watching import bid
from trading.base.entropy import SystemEntropy
from trading.base.units import HOUR_US
from trading.centre import Centre
from trading.people.sessions import Sessions
from trading.store import log
from trading.store.home import Home
from trading.web.static_files import url

PAGE = """<!doctype html><div data-live="/live/lots/{lot}" data-live-after="{after}"
 data-live-now="/live/lots/{lot}/now"
 data-text-live="实时" data-text-polling="每 3 秒更新" data-text-lost="正在重连"
 data-text-age="{{n}} 秒前">
<b data-live-status></b><i data-live-age></i><u data-live-clock></u>
<s data-live-left data-us="{us}"></s>
<span id="price" data-live-value="lead_fen"></span><span id="lead" data-live-value="lead_number">
</span><span id="bids" data-live-value="bids"></span></div><script src="{script}"></script>"""


def _open(browser: Browser, port: int, lot: Lot, after: int = -1, us: int = 0) -> Page:
    page = browser.new_page()
    body = PAGE.format(lot=lot.id, after=after, us=us, script=url("live.js"))
    page.route(
        "**/a-page", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8")
    )
    page.goto(f"http://127.0.0.1:{port}/a-page")
    return page


def test_a_page_follows_the_bids_and_goes_on_after_the_connection_was_lost(
    browser: Browser, market_home: tuple[Home, RunningClock], lot: Lot
) -> None:
    home, clock = market_home
    centre = Centre(home, clock)
    sessions = Sessions(centre.engine, clock, SystemEntropy())
    tokens = [sessions.begin(f"bidder-{100 + n}", "bidder", "two") for n in range(2)]
    with served(home, clock) as port:
        page = _open(browser, port, lot)
        expect(page.locator("[data-live-status]")).to_have_text("实时")
        for n in range(3):
            assert bid(port, lot.id, tokens[n % 2], price_fen(n), f"bid-{n}") == 201
        expect(page.locator("#price")).to_have_text("1,002.00")
        expect(page.locator("#lead")).to_have_text("100")
        expect(page.locator("#bids")).to_have_text("3")
        expect(page.locator("[data-live-left]")).to_have_text(re.compile(r"^59:\d\d$"))
        expect(page.locator("[data-live-clock]")).to_have_text(re.compile(r"^09:00:\d\d$"))
        position = log.head(centre.reading).size - 1
        later = _open(browser, port, lot, position, clock.now_us() + HOUR_US)
        expect(later.locator("[data-live-left]")).to_have_text(re.compile(r"^59:\d\d$"))
        later.close()
        page.context.set_offline(True)
        page.wait_for_timeout(300)
        assert bid(port, lot.id, tokens[1], price_fen(3), "bid-3") == 201
        page.context.set_offline(False)
        expect(page.locator("#price")).to_have_text("1,003.00", timeout=10_000)
        expect(page.locator("#bids")).to_have_text("4")
        page.route("**/live/lots/*", lambda route: route.abort())
        page.reload()
        expect(page.locator("[data-live-status]")).to_have_text("每 3 秒更新", timeout=10_000)
        expect(page.locator("#bids")).to_have_text("4")
        page.close()
    centre.close()
