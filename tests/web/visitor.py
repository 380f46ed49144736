"""Somebody who visits the rooms without a browser: reads pages, and sends their forms."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Generator
from html.parser import HTMLParser
from typing import Any

import httpx

from tests.support.rooms import Rooms
from trading.base.entropy import SystemEntropy
from trading.centre import Centre
from trading.papers.reading import Act, act_of
from trading.people.sessions import Level, Room, Sessions
from trading.record.entry import Row
from trading.store import log
from trading.store.schema import entry


class _Forms(HTMLParser):
    """Collects the forms of a page: where each goes, and the fields that are filled in."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((found.get("action", ""), {}))
        elif tag == "input" and self.forms and found.get("type") in {"hidden", "text", None}:
            self.forms[-1][1][found.get("name", "")] = found.get("value", "")


class Visitor:
    """One person, signed in to one room of what is served."""

    def __init__(
        self, rooms: Rooms, person: str = "", room: Room = "bidder", level: Level = "code"
    ) -> None:
        self.person = person
        self.case = ""
        self.client = httpx.Client(base_url=rooms.url, headers={"Accept": "text/html"}, timeout=60)
        if person:
            sessions = Sessions(rooms.centre.engine, rooms.centre.clock, SystemEntropy())
            self.client.cookies.set("session", sessions.begin(person, room, level))

    def get(self, path: str) -> httpx.Response:
        """Return the page at ``path``."""
        return self.client.get(path)

    def form(self, path: str, action: str) -> dict[str, str]:
        """Return the fields of the form of the page at ``path`` that goes to ``action``."""
        found = _Forms()
        found.feed(self.get(path).text)
        return next(fields for target, fields in found.forms if target == action)

    def send(self, action: str, fields: dict[str, str], **more: Any) -> httpx.Response:
        """Send a form and return the page that it leads to."""
        return self.client.post(action, data=fields, follow_redirects=True, **more)


def plain(page: httpx.Response) -> str:
    """Return the words of a page without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


Visit = Callable[..., Visitor]


def visitors(rooms: Rooms) -> Generator[Visit, None, None]:
    """Yield what signs visitors in to ``rooms``; their connections end with the generator."""
    with contextlib.ExitStack() as stack:

        def visit(person: str = "", room: Room = "bidder", level: Level = "code") -> Visitor:
            found = Visitor(rooms, person, room, level)
            stack.callback(found.client.close)
            return found

        yield visit


def bids_on(centre: Centre, lot: str) -> list[Act]:
    """Return every bid on ``lot`` in order, refused ones too."""
    with log.reading(centre.reading) as connection:
        wanted = entry.select().where(entry.c.stream == f"lot/{lot}", entry.c.kind == "bid.place/1")
        found = connection.execute(wanted.order_by(entry.c.seq)).all()
    return [act_of(Row(*row)) for row in found]
