"""Page tests meet a real browser, fail where there is none, and notice what no page may do."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.support import browser as support
from tests.support.browser import BrowserMissingError, NewContext, Watched, find_browser
from tests.support.rooms import Rooms

PAGE = """<!doctype html><html lang="zh"><title>竞价</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><p>竞价</p>{}</html>"""
BODIES = {
    "/": PAGE.format(""),
    "/foreign": PAGE.format('<img src="http://192.0.2.1/x.png">'),
    "/broken": PAGE.format("<script>nothing.at.all()</script>"),
    "/forbidden": PAGE.format("<script>document.title = 'x'</script>"),
}


class Pages(http.server.BaseHTTPRequestHandler):
    """Serves the pages above."""

    def do_GET(self) -> None:
        body = BODIES.get(self.path, "").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if self.path == "/forbidden":
            self.send_header("Content-Security-Policy", "script-src 'self'")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_people_meet_pages_each_in_a_context_of_their_own(contexts: NewContext, site: str) -> None:
    clerk, member = contexts("desktop").new_page(), contexts("phone", "en").new_page()
    for page in (clerk, member):
        page.goto(site)
        assert page.inner_text("p") == "竞价"
    assert clerk.evaluate("[innerWidth, navigator.maxTouchPoints]") == [1280, 0]
    assert member.evaluate("innerWidth") == 360
    assert member.evaluate("navigator.maxTouchPoints") > 0
    assert (clerk.evaluate("navigator.language"), member.evaluate("navigator.language")) == (
        "zh-CN", "en-GB",
    )  # fmt: skip
    clerk.evaluate("localStorage.setItem('who', 'clerk')")
    assert member.evaluate("localStorage.getItem('who')") is None


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/foreign", "foreign origin: http://192.0.2.1/x.png"),
        ("/broken", "script: "),
        ("/forbidden", "policy: "),
    ],
)
def test_what_no_page_may_do_is_noticed(browser: Browser, site: str, path: str, fault: str) -> None:
    watched = Watched(browser)
    page = watched.new().new_page()
    page.goto(f"{site}{path}", wait_until="domcontentloaded")
    page.wait_for_timeout(200)
    watched.close()
    assert [found[: len(fault)] for found in watched.faults] == [fault]


def test_a_machine_without_chromium_is_told_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert support.missing() == ["Chromium", "Chinese font"]
    with pytest.raises(BrowserMissingError, match=r"apt-get install .*chromium fonts-noto-cjk"):
        find_browser(install=False)


def test_only_a_machine_of_ci_is_set_up_without_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert support.may_install() is False


def test_an_installation_that_fails_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    programs = tmp_path_factory.mktemp("bin")
    (programs / "apt-get").write_text("#!/bin/sh\necho no such archive >&2\nexit 100\n")
    (programs / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    with pytest.raises(BrowserMissingError, match="apt-get update failed: no such archive"):
        find_browser(install=True)


def test_a_founded_centre_is_served_beside_the_test(rooms: Rooms, phone: BrowserContext) -> None:
    answer = phone.new_page().goto(f"{rooms.url}/healthz")
    assert answer is not None
    assert answer.status == 200


@pytest.mark.slow
def test_the_demonstration_is_served_where_its_year_ended(demo_rooms: Rooms) -> None:
    assert demo_rooms.clock.simulated
    lot = demo_rooms.centre.state("lot/case-r115-1")
    assert lot is not None
    assert lot.place == "bidding"
