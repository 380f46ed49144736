"""The application of a founded centre or of a demonstration, asked as programs ask it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import update

from tests.support.rooms import last_instant
from tests.web.api.house import House, house_of
from trading.centre import Centre
from trading.people.credential_tables import token
from trading.people.sessions import Room
from trading.store.home import Home
from trading.web.app import Application, create_app
from trading.web.door import form_token
from trading.web.limits import Rate
from trading.web.signin.keys import Keys

Client = TestClient[Litestar]
SITE = "http://centre.local"
FAST = Rate(1_000, 10_000)


class Caller:
    """A program that speaks for one person in one room: by the session of a page, or by a token."""

    def __init__(self, app: Application, person: str, room: Room = "staff") -> None:
        session = app.shell.sessions.begin(person, room, "two")
        self.app, self.person, self.room = app, person, room
        self.client = TestClient(app, base_url=SITE)
        self.headers = {
            "Cookie": f"session={session}", "X-CSRF-Token": form_token(session), "Origin": SITE,
        }  # fmt: skip

    def by_token(self, revoked_us: int = 0) -> Caller:
        """Speak by a bearer token from here on."""
        minted = Keys(self.app.shell).mint(self.person, self.room, 1)
        with self.app.shell.centre.engine.begin() as connection:
            changed = update(token).where(token.c.id == minted.id)
            connection.execute(changed.values(revoked_us=revoked_us))
        self.headers = {"Authorization": f"Bearer {minted.token}"}
        return self

    def act(self, kind: str, data: Any, key: str = "k", **more: Any) -> httpx.Response:
        """Ask for an act; ``headers`` are added, None takes one away."""
        changed = {"Idempotency-Key": key, **more.pop("headers", {})}
        return self.post(f"/api/v1/acts/{kind}", json={"data": data, **more}, headers=changed)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """Send what a program would send to ``path``."""
        said = {**self.headers, **more.pop("headers", {})}
        headers = {name: value for name, value in said.items() if value is not None}
        return self.client.post(path, headers=headers, **more)


Call = Callable[..., Caller]


def _app(centre: Centre, home: Home) -> Application:
    made = create_app(centre, home)
    made.shell.limits.rates = dict.fromkeys(made.shell.limits.rates, FAST)
    return made


@pytest.fixture
def app(home: Home, open_centre: Callable[..., Centre]) -> Iterator[Application]:
    """Give the application of a founded centre."""
    made = _app(open_centre(home), home)
    yield made
    made.live.close()


@pytest.fixture
def client(still: Application) -> Client:
    """Give a client that nobody has signed in, of an application that stays as it is."""
    return TestClient(still, base_url=SITE)


@pytest.fixture
def call(app: Application) -> Call:
    """Give a function that signs somebody in."""
    return lambda person, room="staff": Caller(app, person, room)


@pytest.fixture(scope="module")
def still(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Give the application of a founded centre, shared by tests after which nothing has changed."""
    path = tmp_path_factory.mktemp("still") / "centre"
    shutil.copytree(founded, path)
    home = Home.open(path)
    centre = Centre(home)
    made = _app(centre, home)
    yield made
    made.live.close()
    centre.close()


@pytest.fixture(scope="module")
def played(demo_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Give the application of a demonstration, which the tests of a module share."""
    path = tmp_path_factory.mktemp("played") / "demo"
    shutil.copytree(demo_once, path)
    home = Home.open(path)
    centre = Centre(home, last_instant(home))
    made = _app(centre, home)
    yield made
    made.live.close()
    centre.close()


@pytest.fixture(scope="session")
def house(demo_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give the demonstration to be read; nothing in it is changed."""
    with house_of(demo_once, tmp_path_factory.mktemp("house")) as found:
        yield found
