"""People of a trade, each at a browser of their own, who know nothing but links, forms and buttons.

What somebody cannot do here nobody could do in a real centre: no act goes around the pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pyotp
from playwright.sync_api import BrowserContext, Locator, Page

from tests.support.browser import NewContext
from tests.support.rooms import Rooms
from trading.base.clock import SimulatedClock
from trading.base.units import SECOND_US
from trading.demo.company import Company
from trading.engine.stream import Stream

Room = Literal["staff", "bidder", "representative", "auditor"]
POOR = """
for (const name of ["PublicKeyCredential", "speechSynthesis", "SpeechSynthesisUtterance",
  "Notification", "showSaveFilePicker", "MediaRecorder"]) delete window[name];
Object.defineProperty(navigator, "credentials", { value: undefined });
Object.defineProperty(HTMLAnchorElement.prototype, "download", { value: undefined });
"""
"""What the browser inside a chat app lacks: WebAuthn, speech, notifications, downloads, sound."""
COUNT = """
addEventListener("click", (event) => { if (event.isTrusted && event.detail) tapped(); }, true);
addEventListener("input", (event) => { if (event.isTrusted) typed(); }, true);
"""
ONWARD = re.compile("^(保存并)?继续$")
STEPS_MAX = 12
ACT_US = 40 * SECOND_US


@dataclass
class Hand:
    """What one hand has done on a phone: how often it tapped, and how many signs it typed."""

    taps: int = 0
    signs: int = 0


@dataclass
class Play:
    """One trade that is being played: what is served, its clock, and where pictures go."""

    rooms: Rooms
    clock: SimulatedClock
    new: NewContext
    pictures: Path | None = None
    scripts: bool = True
    looked: Callable[[Page], None] = lambda _page: None
    people: list[Somebody] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Let time pass as the service would."""
        self._company = Company(self.rooms.centre, self.clock)

    def wait(self, until_us: int) -> None:
        """Let time pass; what falls due is decided in its instant."""
        self._company.wait(until_us)

    def state(self, stream: str) -> Stream:
        """Return the state of ``stream``."""
        return self._company.state(stream)


class Somebody:
    """One person with a browser, who signs in when asked to and does what pages offer."""

    def __init__(
        self, play: Play, person: str, room: Room, profile: str = "desktop",
        *, scripts: bool | None = None,
    ) -> None:  # fmt: skip
        """Sit down at a fresh browser."""
        self.play = play
        self.person = person
        self.room = room
        self.scripts = play.scripts if scripts is None else scripts
        self.context: BrowserContext = play.new(profile, java_script_enabled=self.scripts)
        self.url = play.rooms.url
        self.hand = Hand()
        if profile == "phone" and self.scripts:
            self.context.expose_binding("tapped", lambda _source: self._tapped())
            self.context.expose_binding("typed", lambda _source: self._typed())
            self.context.add_init_script(POOR + COUNT)
        self.page: Page = self.context.new_page()
        self.password = f"{person} walks along the river"
        self.secret = ""
        play.people.append(self)

    def _tapped(self) -> None:
        self.hand.taps += 1

    def _typed(self) -> None:
        self.hand.signs += 1

    def opens(self, path: str) -> Page:
        """Go to ``path``, through the door where that is asked for."""
        self.page.goto(self.url + path)
        if "/signin" in self.page.url and "/signin" not in path:
            self._comes_in()
        return self.page

    def follows(self, link: Locator) -> None:
        """Click a link or button that leads to another page, and look at that."""
        with self.page.expect_navigation():
            link.click()
        if self.scripts:
            self.play.looked(self.page)

    def presses(self, label: str, *, exact: bool = True) -> None:
        """Press the button ``label``."""
        self.follows(self.page.get_by_role("button", name=label, exact=exact).first)

    def touches(self, text: str) -> None:
        """Tap what leads on with a finger: a large link or button."""
        with self.page.expect_navigation():
            self.page.get_by_text(text, exact=False).first.tap()

    def types(self, selector: str, text: str) -> None:
        """Tap a field and type into it, one sign after the other."""
        self.page.locator(selector).tap()
        self.page.keyboard.type(text)

    def snaps(self, name: str) -> None:
        """Take a picture where that is wanted."""
        if self.play.pictures is not None:
            self.play.pictures.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=self.play.pictures / f"{name}.png", full_page=True)

    def said(self) -> str:
        """Return what the page says, or what is wrong with what was sent."""
        summary = self.page.locator(".govuk-error-summary")
        return (summary if summary.count() else self.page.locator("main")).first.inner_text()

    def takes_password(self, link: str, digits: str = "") -> None:
        """Set a password behind an invitation, and the second factor where the room has one."""
        self.page.goto(link)
        if digits:
            self.page.locator("#code").fill(digits)
        self.page.locator("#password").fill(self.password)
        self.page.locator("#again").fill(self.password)
        self.presses("保存密码")
        if self.page.locator("#code").count():
            self.secret = self.page.locator("main .code").inner_text()
            self._second()

    def _second(self) -> None:
        self.page.locator("#code").fill(
            pyotp.TOTP(self.secret).at(self.play.clock.now_us() // SECOND_US)
        )
        self.presses("登录")

    def _comes_in(self) -> None:
        door = "竞买人" if self.room == "bidder" else "工作人员（"
        if self.page.locator("#password").count() == 0:
            self.follows(self.page.get_by_role("link", name=door).first)
        self.page.locator("#name").fill(self.person)
        self.page.locator("#password").fill(self.password)
        self.page.get_by_role("main").get_by_role("button").first.click()
        self.page.wait_for_load_state()
        if self.secret:
            # Of each half minute one code may be used.
            self.play.wait(self.play.clock.now_us() + 60 * SECOND_US)
            self._second()
        assert "/signin" not in self.page.url, self.said()


class Clerk(Somebody):
    """Somebody of the staff: every act is a form behind a button of the page of its object."""

    def __init__(self, play: Play, person: str) -> None:
        """Sit down at a desk."""
        super().__init__(play, person, "staff")

    def act(
        self, kind: str, on: str = "", values: dict[str, str] | None = None,
        papers: tuple[str, ...] = (), facts: tuple[str, ...] = (),
    ) -> str:  # fmt: skip
        """Do ``kind`` on the object ``on``, as its page offers; return the page's last words."""
        self.play.wait(self.play.clock.now_us() + ACT_US)
        self.opens(f"/staff/objects/{on}" if on else "/staff")
        offers = self.page.locator(
            f'main a[href^="/staff/act/{kind}?"], main a[href="/staff/act/{kind}"]'
        )
        assert offers.count(), f"{self.person} is not offered {kind}: {self.said()}"
        self.follows(offers.first)
        return self.fills(values or {}, papers, facts)

    def fills(
        self, values: dict[str, str], papers: tuple[str, ...] = (), facts: tuple[str, ...] = ()
    ) -> str:
        """Fill in the form that is open, check the answers and send them."""
        left = dict(values)
        steps = self.page.locator("main .govuk-task-list button")
        if steps.count():
            self.follows(steps.first)
        for _step in range(STEPS_MAX):
            if "请核对" in self._heading() or self._wrong():
                break
            for name in [name for name in left if self.field(name).count()]:
                self.writes(name, left.pop(name))
            self._brings(papers, facts)
            self.follows(self.page.get_by_role("button", name=ONWARD).first)
        assert "请核对" in self._heading(), f"{self.person} at {self.page.url}: {self.said()}"
        assert not left, f"{self.person} is not asked for {sorted(left)}"
        self.snaps(f"{self.person}-check")
        self.presses("确认并提交")
        assert "存证编号" in self.said(), f"{self.person} at {self.page.url}: {self.said()}"
        return self.said()

    def _heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def _wrong(self) -> bool:
        return self.page.locator(".govuk-error-summary").count() > 0

    def _brings(self, papers: tuple[str, ...], facts: tuple[str, ...]) -> None:
        """Bring the papers and tick the facts that this page asks for."""
        for paper in papers:
            content = f"%PDF-1.4 {paper}".encode()
            brought = self.field(f"_file.{paper}")
            if brought.count():
                brought.set_input_files(
                    {"name": f"{paper}.pdf", "mimeType": "application/pdf", "buffer": content}
                )
        for fact in facts:
            if self.field(f"_fact.{fact}").count():
                self.field(f"_fact.{fact}").check(force=True)

    def field(self, name: str) -> Locator:
        """Return the question ``name``."""
        return self.page.locator(f'[id="{name}"]')

    def writes(self, name: str, value: str) -> None:
        """Answer one question."""
        if self.page.locator(f'select[id="{name}"]').count():
            self.field(name).select_option(value)
        else:
            self.field(name).fill(value)

    def confirms(self, text: str) -> None:
        """Confirm what another person has asked for, as the task list offers it."""
        self.play.wait(self.play.clock.now_us() + ACT_US)
        self.opens("/staff")
        self.follows(self.page.get_by_role("link", name=text, exact=True).first)
        self.page.get_by_role("main").get_by_role("button").first.click()
        self.page.wait_for_load_state()
        assert "存证编号" in self.said(), self.said()


def digits_of(text: str) -> str:
    """Return the six digits of an invitation."""
    found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
    assert found, text
    return found.group()
