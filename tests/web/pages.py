"""Every page of every room, with an address at which it has something to show.

The rooms are walked from their front pages by the links on them, as each person of the cast. What
no link leads to stands in ``EXAMPLES``; a page route that neither knows is a finding.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec

from tests.support.rooms import Rooms
from trading.base.entropy import SystemEntropy
from trading.demo.cast import Player
from trading.people.sessions import Level, Sessions
from trading.record.entry import read
from trading.store import log
from trading.web.access import Access, declared
from trading.web.app import create_app
from trading.web.shell import Shell
from trading.web.signin.keys import Keys

EXAMPLES: dict[str, str] = {
    "/audit/lots/{lot}/compare": "/audit/lots/case-r033-1/compare?a=3&b=9",
    "/bidder/lots/{lot}/confirm": "/bidder/lots/case-r115-1/confirm?price=900",
    "/bidder/lots/{lot}/object": "/bidder/lots/case-r115-1/object",
    "/bidder/lots/{lot}/register": "/bidder/lots/case-r044-1/register",
    "/bidder/lots/{lot}/viewing": "/bidder/lots/case-r044-1/viewing",
    "/bidder/papers/{of}/{name}": "/bidder/papers/lot/case-r109-1",
    "/papers/{of}/{name}": "/papers/lot/case-r109-1",
    "/staff/papers/{of}/{name}": "/staff/papers/lot/case-r109-1",
    "/staff/scans/new/{of}/{name}/{kind}": "/staff/scans/new/lot/case-r109-1/contract",
}
"""Addresses by route, of pages that no link leads to; parameters are written without their type."""
BY_ACTOR = {
    "/bidder/receipts/{index}": "bidder-188",
    "/staff/receipt/{index}": "office-chen",
    "/watch/done/{index}": "rep-r115-05",
}
"""Routes of one entry, with somebody who made one: the address is that of their first."""
NO_PAGES = frozenset({
    "/audit/lots/{lot}/frame",
    "/audit/dossiers/{case}", "/audit/evidence/{lot}", "/staff/dossiers/{case}",
    "/staff/scans/{paper}/pages/{leaf}", "/staff/import/returned/{sha256}",
    "/watch/look/{case}/{step}/{code}/papers/{n}/{leaf}", "/watch/spoken/{step}",
    "/sitemaps/{page}",
})  # fmt: skip
"""Routes that answer a part of a page or a file; the walk does not wait for them."""
PROGRAMS = ("/api/", "/log/", "/live/", "/static/", "/schema", "/metrics", "/healthz", "/readyz")
SAMPLES_MAX = 2
VISITS_MAX = 400
PUBLIC = Player("", "staff", (), "居民", "Public")
LEVELS: dict[str, Level] = {
    "staff": "two", "bidder": "two", "auditor": "two", "representative": "passkey",
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One page: its route, an address of it, and who looks."""

    route: str
    path: str
    player: Player
    token: str

    @property
    def name(self) -> str:
        """Return the name of its picture, without language and width."""
        room = self.player.room if self.player.person else "public"
        slug = re.sub(r"[^a-z0-9]+", "-", self.route.lower()).strip("-") or "home"
        return f"{room}/{slug}"


class Links(HTMLParser):
    """Collects where a page leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the address of a link."""
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


class Site:
    """The pages of served rooms, found by walking.

    ``faults`` are answers that no page may give, ``dead`` links lead to no route, and ``others``
    are routes that answer a file or move on.
    """

    def __init__(self, served: Rooms) -> None:
        """Walk ``served`` as the public and as everybody of its cast."""
        self._served = served
        self._routes = dict(_routes(served))
        self._patterns = [(route, _pattern(route)) for route in sorted(self._routes, key=_width)]
        self._examples = {**EXAMPLES, **dict(_by_actor(served)), **_invited(served)}
        self.pages: dict[str, Page] = {}
        self.faults: list[str] = []
        self.others: set[str] = set()
        self.dead: set[str] = set()
        sessions = Sessions(served.centre.engine, served.clock, SystemEntropy())
        for player in (PUBLIC, *served.cast):
            token = ""
            if player.person:
                token = sessions.begin(player.person, player.room, LEVELS[player.room])
            self._walk(player, token)

    @property
    def unknown(self) -> list[str]:
        """Return the page routes that nobody came to and no example names."""
        return sorted(self._routes.keys() - self.pages.keys() - self.others - NO_PAGES)

    def _walk(self, player: Player, token: str) -> None:
        allowed = {route for route, access in self._routes.items() if _may(access, player)}
        waiting = deque(route for route in sorted(allowed) if "{" not in route)
        examples = self._examples
        waiting.extend(examples[route] for route in sorted(allowed & examples.keys()))
        known, taken = set(waiting), Counter[str]()
        cookies = {"session": token} if token else {}
        with httpx.Client(base_url=self._served.url, cookies=cookies, timeout=120) as client:
            while waiting and sum(taken.values()) < VISITS_MAX:
                path = waiting.popleft()
                route = self._route_of(path)
                if not route and not path.startswith(PROGRAMS):
                    self.dead.add(path)
                if route not in allowed - NO_PAGES or taken[route] >= SAMPLES_MAX:
                    continue
                taken[route] += 1
                for link in self._visit(client, route, path, player, token):
                    if link not in known:
                        known.add(link)
                        waiting.append(link)

    def _visit(
        self, client: httpx.Client, route: str, path: str, player: Player, token: str
    ) -> list[str]:
        answer = client.get(path, headers={"Accept": "text/html"})
        if answer.is_redirect:
            self.others.add(route)
            return [_local(path, answer.headers["Location"])]
        if answer.status_code != httpx.codes.OK:
            if "{" not in route:
                self.faults.append(f"{answer.status_code} {path} as {player.person or 'public'}")
            return []
        if not answer.headers["Content-Type"].startswith("text/html"):
            self.others.add(route)
            return []
        self.pages.setdefault(route, Page(route, path, player, token))
        return [link for raw in Links(answer.text).found if (link := _local(path, raw))]

    def _route_of(self, path: str) -> str:
        found = urlsplit(path).path
        return next((route for route, pattern in self._patterns if pattern.fullmatch(found)), "")


def _routes(served: Rooms) -> Iterator[tuple[str, Access]]:
    app = create_app(served.centre, served.home, demo=served.cast)
    for method, path, access in declared(app):
        if method == "GET" and not path.startswith(PROGRAMS):
            yield re.sub(r"\{(\w+):\w+\}", r"{\1}", path), access


def _by_actor(served: Rooms) -> Iterator[tuple[str, str]]:
    """Yield the address of each route in ``BY_ACTOR``."""
    first: dict[str, int] = {}
    for row in log.iterate(served.centre.reading):
        given = bytes(read(row.body).given)
        first.setdefault(msgspec.json.decode(given)["actor"] if given else "", row.idx)
    for route, actor in BY_ACTOR.items():
        yield route, route.replace("{index}", str(first[actor]))


def _invited(served: Rooms) -> dict[str, str]:
    """Return the addresses of two links that were sent and not opened yet."""
    keys = Keys(Shell(served.centre, served.home))
    code, _digits = keys.invitations.make("rep-r115-05", "representative")
    setup, _none = keys.invitations.make("office-chen", "staff")
    return {
        "/signin/i/{token}": f"/signin/i/{code}",
        "/signin/setup/{token}": f"/signin/setup/{setup}",
    }


def _pattern(route: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\})", route)
    return re.compile("".join("[^/]+" if part[:1] == "{" else re.escape(part) for part in parts))


def _width(route: str) -> int:
    return route.count("{")


def _may(access: Access, player: Player) -> bool:
    if access.everybody:
        return True
    if not player.person or player.room not in access.rooms:
        return False
    return not access.roles or bool({*access.roles} & {*player.roles})


def _local(here: str, raw: str) -> str:
    """Return where a link leads on this site, without its fragment; empty for other places."""
    parts = urlsplit(urljoin(f"http://here{here}", raw))
    if parts.netloc != "here" or parts.scheme != "http":
        return ""
    return parts.path + (f"?{parts.query}" if parts.query and "lang=" not in parts.query else "")
