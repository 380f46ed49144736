"""The Chromium of the machine, driven by Playwright, and the profiles that the rooms are met in.

The browser on the machine is used; in CI, as root on Debian, a missing one is installed. Where it
cannot be had the tests fail and say what to type: a page that no browser opened is a page that
nobody tested. Whatever a page asks of another machine, every script that fails and every breach of
the content security policy fails the test that opened it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Request, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")
ADVICE = f"apt-get install --no-install-recommends {' '.join(PACKAGES)}"
INSTALL_SECONDS_MAX = 900
WAIT_MS = 15_000
PROFILES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 360, "height": 740},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
OWN_SCHEMES = {"data", "blob", "about"}
NewContext = Callable[..., BrowserContext]


class BrowserMissingError(RuntimeError):
    """No Chromium, or no Chinese font, could be found or installed."""


def find_browser(install: bool | None = None) -> str:
    """Return the path of Chromium; put it on the machine first where ``install`` allows it.

    ``install`` is by default so in CI, as root. Raises ``BrowserMissingError`` saying what to type.
    """
    lacking = missing()
    if lacking and (may_install() if install is None else install):
        install_packages()
        lacking = missing()
    if lacking:
        message = f"no {' and no '.join(lacking)} on this machine; as root type: {ADVICE}"
        raise BrowserMissingError(message)
    return _program()


def missing() -> list[str]:
    """Return what a page test needs and this machine lacks."""
    return [
        name
        for name, there in (("Chromium", bool(_program())), ("Chinese font", has_chinese_font()))
        if not there
    ]


def has_chinese_font() -> bool:
    """Tell whether Chinese would be drawn as itself, not as boxes."""
    program = shutil.which("fc-list")
    if program is None:
        return False
    told = subprocess.run([program, ":lang=zh", "family"], capture_output=True, check=False)
    return bool(told.stdout.strip())


def may_install() -> bool:
    """Tell whether this is a machine to be set up without asking: CI, as root, with apt-get."""
    return bool(os.environ.get("CI")) and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_packages() -> None:
    """Install Chromium and a Chinese font by apt-get; raise ``BrowserMissingError`` on failure."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (("update", "-q"), ("install", "-qy", "--no-install-recommends", *PACKAGES)):
        done = subprocess.run(
            ["apt-get", *step], capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL, timeout=INSTALL_SECONDS_MAX, env=environment,
        )  # fmt: skip
        if done.returncode:
            message = f"apt-get {step[0]} failed: {(done.stderr or done.stdout)[-500:]}"
            raise BrowserMissingError(message)


def _program() -> str:
    return next((found for name in NAMES if (found := shutil.which(name))), "")


def flags() -> list[str]:
    """Return how Chromium is started: root has no sandbox, a container little shared memory."""
    given = ["--disable-dev-shm-usage", "--font-render-hinting=none"]
    return [*given, "--no-sandbox"] if os.geteuid() == 0 else given


class Watched:
    """The contexts of one test, and what their pages did that no page may do."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def new(self, profile: str = "desktop", language: str = "zh", **more: Any) -> BrowserContext:
        """Open a context of its own: ``desktop`` or ``phone``; ``more`` is as Playwright has it."""
        given = {"locale": LOCALES[language], "timezone_id": "Asia/Shanghai"}
        context = self._browser.new_context(**{**given, **PROFILES[profile], **more})
        context.set_default_timeout(WAIT_MS)
        context.on("request", self._asked)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        context.on("console", lambda said: self._said(said.text))
        self._contexts.append(context)
        return context

    def close(self) -> None:
        """Close every context."""
        for context in self._contexts:
            context.close()

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in OWN_SCHEMES and parts.hostname not in {"127.0.0.1", "localhost"}:
            self.faults.append(f"foreign origin: {request.url}")

    def _said(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.faults.append(f"policy: {text}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give one running Chromium to the tests of a module.

    Not of the session: as long as Playwright runs, its event loop is the one of this thread, and
    no other test could have one.
    """
    program = find_browser()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=flags())
        yield running
        running.close()


@pytest.fixture
def contexts(browser: Browser) -> Iterator[NewContext]:
    """Give a function that opens a context by profile and language, one for each person."""
    watched = Watched(browser)
    yield watched.new
    watched.close()
    assert watched.faults == []


@pytest.fixture
def desktop(contexts: NewContext) -> BrowserContext:
    """Give a context of 1280 x 800 in Chinese."""
    return contexts("desktop")


@pytest.fixture
def phone(contexts: NewContext) -> BrowserContext:
    """Give a context of 360 x 740 with touch, in Chinese."""
    return contexts("phone")
