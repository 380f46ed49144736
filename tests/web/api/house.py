"""The demonstration, asked in this process as programs and pages ask it, by all of its cast."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.rooms import last_instant
from tests.web.answer import Answer
from tests.web.pages import LEVELS
from trading.base.entropy import SystemEntropy
from trading.centre import Centre
from trading.demo import stage
from trading.demo.cast import Player
from trading.demo.live import players
from trading.people.sessions import Sessions
from trading.store.home import Home
from trading.web.app import create_app
from trading.web.door import form_token
from trading.web.limits import Rate

LIVE = f"case-{stage.LIVE[0]}-1"
"""The lot whose bidding goes on."""
AWARDED = "case-r109-1"
PUBLIC = Player("", "staff", (), "", "public")
MANY = Rate(1_000_000, 1_000_000)


class House:
    """One application, and the session of everybody who asks it."""

    def __init__(self, home: Home) -> None:
        """Serve ``home`` as it stands."""
        self.centre = Centre(home, last_instant(home))
        self.home = home
        self.cast = players(self.centre, stage.LIVE[0])
        self.app = create_app(self.centre, home, demo=self.cast)
        self.app.shell.limits.rates = dict.fromkeys(self.app.shell.limits.rates, MANY)
        self._sessions = Sessions(self.centre.engine, self.centre.clock, SystemEntropy())
        self._tokens: dict[str, str] = {}
        self._runner = asyncio.Runner()

    def close(self) -> None:
        """End what was opened."""
        self.app.live.close()
        self._runner.close()
        self.centre.close()

    def player(self, role: str) -> Player:
        """Return the first of the cast who holds ``role``."""
        return next((one for one in self.cast if role in one.roles), PUBLIC)

    def token(self, player: Player, *, fresh: bool = False) -> str:
        """Return the session of ``player``, a new one where it is to be spent."""
        if fresh:
            return self._sessions.begin(player.person, player.room, LEVELS[player.room])
        if player.person not in self._tokens:
            self._tokens[player.person] = self.token(player, fresh=True)
        return self._tokens[player.person]

    def session(self, player: Player, *, halfway: bool = False) -> str:
        """Return a session of ``player`` that is kept, with one factor only where ``halfway``."""
        if not halfway:
            return self.token(player)
        key = f"{player.person} halfway"
        if key not in self._tokens:
            self._tokens[key] = self._sessions.begin(player.person, player.room, "one")
        return self._tokens[key]

    def get(self, path: str, player: Player = PUBLIC, **headers: str) -> Answer:
        """Return what ``player`` is answered at ``path``."""
        return self.ask("GET", path, player, headers)

    def ask(
        self, method: str, path: str, player: Player, headers: dict[str, str],
        body: bytes = b"", *, fresh: bool = False,
    ) -> Answer:  # fmt: skip
        """Ask as a server would hand it over; the names of headers are written with ``_``."""
        given = {key.replace("_", "-").lower(): value for key, value in headers.items()}
        if player.person:
            given.setdefault("cookie", f"session={self.token(player, fresh=fresh)}")
        path, _question, query = path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": path, "raw_path": path.encode(),
            "query_string": query.encode(), "root_path": "",
            "headers": [(b"host", b"localhost"), *((k.encode(), v.encode())
                                                   for k, v in given.items())],
            "client": ("127.0.0.1", 50000), "server": ("localhost", 80), "state": {},
            "extensions": {},
        }  # fmt: skip
        sent: list[dict[str, Any]] = []
        given_body, whole = [body], asyncio.Event()

        async def receive() -> dict[str, Any]:
            if not given_body:
                await whole.wait()
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": given_body.pop(), "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            await asyncio.sleep(0)
            sent.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                whole.set()

        self._runner.run(self.app(scope, receive, send))
        answered = {k.decode().lower(): v.decode() for k, v in sent[0]["headers"]}
        return Answer(sent[0]["status"], answered, b"".join(m.get("body", b"") for m in sent[1:]))

    def post(self, path: str, player: Player, **fields: str) -> Answer:
        """Return what ``player`` is answered to a form of theirs; the session is spent on it."""
        token = self.token(player, fresh=True) if player.person else ""
        headers = {
            "Origin": "http://localhost", "Content-Type": "application/x-www-form-urlencoded",
            **({"Cookie": f"session={token}"} if token else {}),
        }  # fmt: skip
        told = {"csrf": form_token(token), **fields} if token else fields
        return self.ask("POST", path, player, headers, urlencode(told).encode())


@contextmanager
def house_of(demo: Path, folder: Path) -> Iterator[House]:
    """Give a house of a copy of ``demo``."""
    house = House(Home.open(shutil.copytree(demo, folder / "demo")))
    try:
        yield house
    finally:
        house.close()
