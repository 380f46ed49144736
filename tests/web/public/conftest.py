"""The demonstration as the public sees it, with every statement that a page needs counted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import event

from trading.base.clock import SimulatedClock
from trading.centre import Centre
from trading.store import log
from trading.store.home import Home
from trading.web.app import create_app
from trading.web.shell import Shell


class Visitor:
    """Somebody who has not signed in, before one centre."""

    def __init__(self, client: TestClient[Any], centre: Centre, home: Home) -> None:
        self.client, self.centre = client, centre
        self.app_shell = Shell(centre, home)

    def get(self, path: str, lang: str = "zh") -> Any:
        """Ask for a page in a language."""
        mark = "&" if "?" in path else "?"
        headers = {"Accept": "text/html,*/*"}
        return self.client.get(f"{path}{mark}lang={lang}", headers=headers, follow_redirects=False)

    def statements(self, path: str) -> int:
        """Return how many statements the database is asked for a page, its second time."""
        self.get(path)
        asked: list[str] = []

        def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            asked.append(statement)

        event.listen(self.centre.reading, "before_cursor_execute", count)
        try:
            assert self.get(path).status_code == 200
        finally:
            event.remove(self.centre.reading, "before_cursor_execute", count)
        return len(asked)


@pytest.fixture(scope="session")
def played(year_once: Path) -> Path:
    """Give the demonstration as its command has played it."""
    return year_once


@pytest.fixture
def visitor(played: Path, tmp_path: Path) -> Iterator[Visitor]:
    """Give a visitor of a copy of the demonstration, at its last instant."""
    shutil.copytree(played, tmp_path / "demo")
    home = Home.open(tmp_path / "demo")
    found = Centre(home)
    at_us = log.head(found.reading).at_us
    found.close()
    centre = Centre(home, SimulatedClock(at_us))
    with TestClient(create_app(centre, home), base_url="http://localhost.local") as client:
        yield Visitor(client, centre, home)
    centre.close()
