"""The live page in Chromium: capitals as on paper, a double tap, a lost answer, axe."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.support.browser import NewContext
from tests.support.rooms import Rooms
from tests.web.visitor import bids_on
from trading.base.entropy import SystemEntropy
from trading.bidding.commands import PlaceBid
from trading.bidding.rules import Sale
from trading.papers.capitals import capitals
from trading.people.sessions import Sessions
from trading.web.static_files import shipped

OPEN = "case-r115-1"
LISTED = "case-r044-1"
AMOUNTS = (
    0, 1, 10, 55, 100, 101, 110, 1_000, 10_000, 100_000, 1_000_000, 1_000_001, 20_100_34,
    10_005_000_00, 100_000_000_00, 100_010_001_00, 1_000_000_000_000, 123_456_789_012_34,
)  # fmt: skip
SAY = """async (texts) => {
  const found = await import(document.querySelector("script[src*='bidder.js']").src);
  return texts.map(found.capitals);
}"""


@pytest.fixture
def context(served: Rooms, contexts: NewContext) -> BrowserContext:
    """Give the phone of a bidder of the open lot who does not lead."""
    state, lot = served.centre.state(f"roll/{OPEN}"), served.centre.state(f"lot/{OPEN}")
    assert state is not None
    assert lot is not None
    sale: Sale = lot.facets["sale"]
    numbers = list(state.facets["roll"].listed.values())
    person = f"person-{int(numbers[0] == sale.lead_number)}"
    sessions = Sessions(served.centre.engine, served.centre.clock, SystemEntropy())
    token = sessions.begin(person, "bidder", "code")
    found = contexts("phone")
    found.add_cookies([{"name": "session", "value": token, "url": served.url}])
    return found


@pytest.fixture
def page(context: BrowserContext, served: Rooms) -> Page:
    """Give the page on which a bid is to be confirmed."""
    found = context.new_page()
    found.goto(f"{served.url}/bidder/lots/{OPEN}/live")
    found.locator("button.step").first.tap()
    found.get_by_text("确认出价").wait_for()
    return found


def _bids(rooms: Rooms) -> int:
    return len(bids_on(rooms.centre, OPEN))


def _text(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def test_capitals_are_those_of_the_papers(page: Page) -> None:
    told = page.evaluate(SAY, [_text(fen) for fen in AMOUNTS])
    assert told == [capitals(fen) for fen in AMOUNTS]

    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.integers(0, 10**14), min_size=50, max_size=50))
    def agree(amounts: list[int]) -> None:
        assert page.evaluate(SAY, [_text(fen) for fen in amounts]) == [
            capitals(fen) for fen in amounts
        ]

    agree()
    assert page.evaluate(SAY, ["", "-1", "1e3", "1.234", "abc"]) == [""] * 5


def test_capitals_follow_what_is_typed(context: BrowserContext, served: Rooms) -> None:
    page = context.new_page()
    page.goto(f"{served.url}/bidder/lots/{OPEN}/live")
    page.locator("#price").fill("15600.50")
    assert page.locator("#capitals").text_content() == "壹万伍仟陆佰元伍角"


def test_a_double_tap_is_one_bid(page: Page, served: Rooms) -> None:
    before = _bids(served)
    page.get_by_role("button", name="确认出价").dblclick()
    page.get_by_text("收到").first.wait_for()
    page.go_back()
    page.go_back()
    assert _bids(served) == before + 1


def test_a_lost_answer_is_asked_for_again_and_is_the_same_bid(page: Page, served: Rooms) -> None:
    before, tried = _bids(served), []

    def lose(route: Route) -> None:
        tried.append(route.request.post_data)
        if len(tried) == 1:
            route.fetch(max_redirects=0)  # it arrives, and its answer is lost
        if len(tried) <= 2:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/bid", lose)
    page.get_by_role("button", name="确认出价").tap()
    page.get_by_text("收到").first.wait_for()
    assert len(tried) == 3
    assert len(set(tried)) == 1
    assert _bids(served) == before + 1


def test_without_scripts_a_bid_is_two_plain_forms(
    browser: Browser, context: BrowserContext, served: Rooms
) -> None:
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(context.cookies())  # type: ignore[arg-type] # as they were read
    page = plain.new_page()
    before = _bids(served)
    page.goto(f"{served.url}/bidder/lots/{OPEN}/live")
    page.locator("button.step").first.click()
    page.get_by_role("button", name="确认出价").click()
    assert "收到" in page.content()
    assert _bids(served) == before + 1
    plain.close()


def test_axe_finds_nothing(context: BrowserContext, served: Rooms) -> None:
    assert "bidder.js" in shipped()
    page = context.new_page()
    base = f"/bidder/lots/{OPEN}"
    pages = ("/bidder", base, f"{base}/live", f"{base}/confirm?price=999999", "/bidder/mine",
             f"/bidder/lots/{LISTED}/viewing", f"/bidder/lots/{LISTED}/register",
             "/bidder/lots/case-r140-1/object")  # fmt: skip
    for path in pages:
        page.goto(f"{served.url}{path}")
        found = Axe().run(page)
        assert found.response["violations"] == [], path


def test_the_price_the_buttons_and_the_clock_follow_a_bid_of_another(
    context: BrowserContext, served: Rooms
) -> None:
    page = context.new_page()
    page.goto(f"{served.url}/bidder/lots/{OPEN}/live")
    page.get_by_text("实时", exact=True).wait_for()
    lot = served.centre.state(f"lot/{OPEN}")
    roll = served.centre.state(f"roll/{OPEN}")
    assert lot is not None
    assert roll is not None
    plan, sale = lot.facets["terms"].plan, lot.facets["sale"]
    own = int(page.locator(".live-board").get_attribute("data-bidder") or 0)
    number = next(n for n in roll.facets["roll"].qualified if n not in {own, sale.lead_number})
    price_fen = sale.lead_fen + plan.bid_step_fen if sale.bids else plan.start_price_fen
    served.centre.do("bid.place/1", PlaceBid(OPEN, price_fen), f"bidder-{number}", "bidder")
    page.locator(f"button.step[value='{_text(price_fen + plan.bid_step_fen)}']").wait_for()
    assert page.locator("[data-live-value=lead_number]").text_content() == str(number)
    assert page.get_by_text("您领先").is_hidden()
