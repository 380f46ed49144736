"""Founded centres, copied from one that was founded once, and a server that fears power cuts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.postgres import PostgresServer, server
from trading.base.clock import Clock, SimulatedClock, SystemClock
from trading.base.units import MINUTE_US
from trading.centre import Centre
from trading.founding import FirstGrant, FirstOrg, found
from trading.store.home import Home
from trading.store.migrations import migrate_url
from trading.store.signer import create_keys

ORIGIN = "audit.example/log"
ORGS = (FirstOrg("district", "", "district", "本区"),)
GRANTS = tuple(FirstGrant(f"office-{n}", "office", "district") for n in (1, 2))


def make_centre(
    path: Path, db_url: str = "", clock: Clock | None = None, *,
    orgs: tuple[FirstOrg, ...] = ORGS, grants: tuple[FirstGrant, ...] = GRANTS,
) -> Home:  # fmt: skip
    """Found a centre in ``path``, as `trading init` does."""
    home = Home.create(path, ORIGIN, db_url)
    create_keys(home)
    migrate_url(home.database_url)
    centre = Centre(home, clock)
    found(centre, orgs, grants)
    centre.close()
    return home


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Found one centre on SQLite; every test copies it."""
    return make_centre(tmp_path_factory.mktemp("founded") / "centre").path


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Home:
    """Give a fresh founded centre on SQLite."""
    shutil.copytree(founded, tmp_path / "centre")
    return Home.open(tmp_path / "centre")


@pytest.fixture
def open_centre() -> Iterator[Callable[..., Centre]]:
    """Give a function that opens centres and closes them after the test."""
    opened: list[Centre] = []

    def _open(*given: object) -> Centre:
        opened.append(Centre(*given))  # type: ignore[arg-type]
        return opened[-1]

    yield _open
    for centre in opened:
        centre.close()


@pytest.fixture(scope="session")
def durable_server() -> Iterator[PostgresServer]:
    """Give a PostgreSQL server with fsync: a centre refuses any other."""
    with server(fsync=True) as running:
        yield running


@pytest.fixture
def left_home(durable_server: PostgresServer, tmp_path: Path) -> Iterator[Home]:
    """Give a centre on PostgreSQL that nobody has served since it was founded a minute ago."""
    name = durable_server.create_database()
    clock = SimulatedClock(SystemClock().now_us() - MINUTE_US)
    yield make_centre(tmp_path / "centre", durable_server.url(name), clock)
    durable_server.drop_database(name)


@pytest.fixture
def postgres_home(durable_server: PostgresServer, tmp_path: Path) -> Iterator[Home]:
    """Give a fresh founded centre on PostgreSQL."""
    name = durable_server.create_database()
    yield make_centre(tmp_path / "centre", durable_server.url(name))
    durable_server.drop_database(name)
