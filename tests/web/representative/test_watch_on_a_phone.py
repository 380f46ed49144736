"""A representative's phone: an own key, few taps, large targets, a draft that survives.

The phone is one of a chat app: it has no WebAuthn, no speech, no notifications, no download.
"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from tests.support.browser import NewContext
from tests.support.rooms import Rooms
from tests.web.visitor import Visit
from trading.base.entropy import SystemEntropy
from trading.observing.rules import Panel
from trading.papers.reading import acts
from trading.people.sessions import Sessions

POOR = """
for (const name of ["PublicKeyCredential", "speechSynthesis", "SpeechSynthesisUtterance",
  "Notification", "showSaveFilePicker", "MediaRecorder"]) delete window[name];
Object.defineProperty(navigator, "credentials", { value: undefined });
"""
TAPS_MAX = 3
"""Behind the invitation and its code, which take one tap and six digits."""
SMALL_PX, MAIN_PX = 48, 60
TARGETS = """() => [...document.querySelectorAll("main a, main button, main summary, header a")]
  .filter((one) => one.offsetParent)
  .map((one) => [one.textContent.trim(), one.getBoundingClientRect().height])"""


@pytest.fixture
def member(served: Rooms, case: str) -> str:
    state = served.centre.state(f"panel/{case}")
    assert state is not None
    panel: Panel = state.facets["panel"]
    return panel.members[-1]


@pytest.fixture
def phone(served: Rooms, contexts: NewContext, member: str) -> BrowserContext:
    """Give the phone of the member, signed in."""
    context = contexts("phone")
    context.add_init_script(POOR)
    centre = served.centre
    sessions = Sessions(centre.engine, centre.clock, SystemEntropy())
    token = sessions.begin(member, "representative", "code")
    context.add_cookies([{"name": "session", "value": token, "url": served.url}])
    return context


def _confirmed(page: Page, served: Rooms, visit: Visit, case: str, member: str) -> None:
    """Make the key of this phone, and let two others compare it."""
    page.goto(f"{served.url}/watch/phones")
    page.get_by_text("登记这部手机").tap()
    page.locator("[data-this]:not([hidden])").wait_for()
    row = case.removeprefix("case-")
    others = [one for one in (f"rep-{row}-{n}" for n in (20, 21, 22)) if one != member]
    for other in others[:2]:
        friend = visit(other, "representative")
        sent = friend.form("/watch/phones", "/watch/phones/confirm")
        assert friend.send("/watch/phones/confirm", sent).status_code == 200


def test_three_taps_lead_to_a_statement_signed_by_the_own_phone(
    served: Rooms, phone: BrowserContext, visit: Visit, case: str, member: str
) -> None:
    page = phone.new_page()
    _confirmed(page, served, visit, case, member)
    page.goto(f"{served.url}/watch")
    taps = ("资格审查", "正常，我确认", "签名并提交")
    assert len(taps) <= TAPS_MAX
    for words in taps[:2]:
        page.get_by_text(words).first.tap()
        page.wait_for_load_state()
    page.get_by_text("将用这部手机的密钥签名").wait_for()
    page.get_by_text(taps[2]).tap()
    page.get_by_role("heading", name="已提交").wait_for()
    assert page.get_by_text("本人手机签名").is_visible()
    said = [act for act in acts(served.centre, f"panel/{case}") if act.actor == member]
    assert [(act.kind, act.outcome) for act in said] == [("panel.state/1", "done")]
    assert said[0].data["assurance"] == "device_key"
    assert said[0].event("statement_made/1")["public_key"]


def test_who_is_helped_by_the_staff_does_not_sign(
    served: Rooms, phone: BrowserContext, visit: Visit, case: str, member: str
) -> None:
    page = phone.new_page()
    _confirmed(page, served, visit, case, member)
    page.goto(f"{served.url}/watch")
    for words in ("资格审查", "正常，我确认", "工作人员在旁边帮我操作", "签名并提交"):
        page.get_by_text(words).first.tap()
    page.get_by_role("heading", name="已提交").wait_for()
    assert page.get_by_text("工作人员协助").is_visible()


def test_type_and_targets_are_large_and_nothing_is_cut_off(
    served: Rooms, phone: BrowserContext
) -> None:
    page = phone.new_page()
    page.goto(f"{served.url}/watch?size=xl")
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "30px"
    page.goto(f"{served.url}/watch?size=l")
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "20px"
    look = page.locator(".task").first.get_attribute("href")
    for size in ("l", "xl"):
        for path in ("/watch", look, f"{look}/fine", f"{look}/doubt", "/watch/phones"):
            page.goto(f"{served.url}{path}?size={size}")
            found = page.evaluate(TARGETS)
            assert [one for one in found if one[1] < SMALL_PX and one[0] != "跳到正文"] == []
            main = page.locator(".yes, .no, .main, .task")
            heights = [main.nth(n).bounding_box() for n in range(main.count())]
            assert all(box is None or box["height"] >= MAIN_PX for box in heights)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            line = page.evaluate("parseFloat(getComputedStyle(document.body).lineHeight)")
            assert line >= 1.5 * (30 if size == "xl" else 20)


def test_what_was_typed_without_a_network_is_there_when_it_is_back(
    served: Rooms, phone: BrowserContext
) -> None:
    page = phone.new_page()
    page.goto(f"{served.url}/watch")
    look = page.locator(".task").first.get_attribute("href")
    page.goto(f"{served.url}{look}/ask")
    phone.set_offline(True)
    page.locator("textarea").fill("为什么少了一个人？")
    page.get_by_role("button", name="提交").tap()
    page.get_by_text("现在没有网络").wait_for()
    phone.set_offline(False)
    page.goto(f"{served.url}{look}/ask")
    assert page.locator("textarea").input_value() == "为什么少了一个人？"
    page.get_by_role("button", name="提交").tap()
    page.get_by_role("heading", name="已提交").wait_for()
    page.goto(f"{served.url}{look}/ask")
    assert page.locator("textarea").input_value() == ""


def test_axe_finds_nothing(served: Rooms, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(f"{served.url}/watch")
    look = page.locator(".task").first.get_attribute("href")
    pages = ("/watch", look, f"{look}/fine", f"{look}/doubt", f"{look}/papers/0", f"{look}/hold",
             "/watch/mine", "/watch/year", "/watch/draws", "/watch/phones")  # fmt: skip
    for path in pages:
        page.goto(f"{served.url}{path}")
        found = Axe().run(page)
        assert found.response["violations"] == [], path
