"""The demonstration, asked through the application by whoever of the staff a test needs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from litestar.testing import TestClient

from trading.base.clock import SimulatedClock
from trading.centre import Centre
from trading.store import log
from trading.store.home import Home
from trading.web.app import create_app
from trading.web.door import form_token
from trading.web.shell import Shell

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


class Desk:
    """One person of the staff in a browser without scripts."""

    def __init__(self, client: TestClient[Any], token: str) -> None:
        self.client = client
        self.token = token

    def get(self, path: str) -> Response:
        """Ask for a page."""
        return self.client.get(path, headers=self._headers(), follow_redirects=False)

    def post(
        self, path: str, data: dict[str, Any], files: dict[str, Any] | None = None
    ) -> Response:
        """Send a form."""
        sent = {"csrf": form_token(self.token), **data}
        return self.client.post(
            path, data=sent, files=files, headers=self._headers(), follow_redirects=False
        )

    def act(
        self, kind: str, data: dict[str, Any], papers: tuple[str, ...] = (), **facts: bool
    ) -> Response:
        """Fill in the form of ``kind``, check the answers, send them and return the receipt."""
        ticked = {f"_fact.{name}": "1" for name, held in facts.items() if held}
        files = {f"_file.{name}": (f"{name}.pdf", name.encode()) for name in papers}
        checked = self.post(f"/staff/act/{kind}", {"do": "check", **data, **ticked}, files or None)
        assert checked.status_code == 200, text_of(checked)
        sent = self.send(kind, checked)
        assert sent.status_code == 303, text_of(sent)
        return self.get(sent.headers["location"])

    def send(self, kind: str, checked: Response) -> Response:
        """Send off the answers that a page shows to be checked."""
        return self.post(f"/staff/act/{kind}", {**hidden_of(checked), "do": "send"})

    def _headers(self) -> dict[str, str]:
        return {"Cookie": f"session={self.token}", "Accept": "text/html"}


class House:
    """A centre with its clock, and desks at which its people sit."""

    def __init__(self, home: Home) -> None:
        self.clock = SimulatedClock(1)
        self.centre = Centre(home)
        at_us = log.head(self.centre.reading).at_us
        self.centre.close()
        self.clock.advance_to(at_us + 1)
        self.centre = Centre(home, self.clock)
        self.centre.writer.start()
        self.app = create_app(self.centre, home)
        self.shell = Shell(self.centre, home)
        self.client = TestClient(self.app, base_url="http://localhost.local")

    def desk(self, person: str) -> Desk:
        """Sign ``person`` in."""
        return Desk(self.client, self.shell.sessions.begin(person, "staff", "two"))

    def size(self) -> int:
        """Return how many entries the log has."""
        return log.head(self.centre.reading).size

    def close(self) -> None:
        """End the writer."""
        self.centre.close()


def hidden_of(answer: Response) -> dict[str, list[str]]:
    """Return the hidden names and values of a page."""
    found: dict[str, list[str]] = {}
    for name, value in _HIDDEN.findall(answer.text):
        found.setdefault(unescape(name), []).append(unescape(value))
    return found


def text_of(answer: Response) -> str:
    """Return what a page says, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture(scope="session")
def staff_demo(year_once: Path) -> Path:
    """Give the demonstration as its command has played it."""
    return year_once


@pytest.fixture(scope="session")
def reading_house(staff_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give one copy of the demonstration to tests that only read."""
    path = tmp_path_factory.mktemp("reading") / "demo"
    shutil.copytree(staff_demo, path)
    house = House(Home.open(path))
    yield house
    house.close()


@pytest.fixture
def open_house(staff_demo: Path, tmp_path: Path) -> Iterator[Callable[[], House]]:
    """Give a function that opens a copy of the demonstration."""
    opened: list[House] = []

    def _open() -> House:
        shutil.copytree(staff_demo, tmp_path / "demo")
        opened.append(House(Home.open(tmp_path / "demo")))
        return opened[-1]

    yield _open
    for house in opened:
        house.close()


@pytest.fixture
def house(open_house: Callable[[], House]) -> House:
    """Give a copy of the demonstration, standing where its year ended."""
    return open_house()
