"""A fresh migrated store on each database, copied from one that was migrated once."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.support.postgres import PostgresServer
from trading.store.engine import reading_engine, sqlite_url, writing_engine
from trading.store.home import Home
from trading.store.migrations import migrate
from trading.store.signer import create_keys

ORIGIN = "audit.example/log"
TEMPLATE = "trading_template"
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file; every test copies it."""
    path = tmp_path_factory.mktemp("template") / "store.sqlite3"
    engine = writing_engine(sqlite_url(path))
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """Migrate one PostgreSQL database; every test copies it."""
    with postgres_server.connect() as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}".encode())
    engine = writing_engine(postgres_server.url(TEMPLATE))
    migrate(engine)
    engine.dispose()
    return TEMPLATE


@pytest.fixture
def sqlite_store(sqlite_template: Path, tmp_path: Path) -> str:
    """Give the URL of a fresh store on SQLite."""
    path = tmp_path / "store.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return sqlite_url(path)


@pytest.fixture
def postgres_store(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """Give the URL of a fresh store on PostgreSQL."""
    name = f"store{next(_numbers)}"
    with postgres_server.connect() as connection:
        strategy = "STRATEGY file_copy" if connection.info.server_version >= 150000 else ""
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE {postgres_template} {strategy}".encode()
        )
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Give the URL of a fresh migrated store, once on each database."""
    wanted = "sqlite_store" if request.param == "sqlite" else "postgres_store"
    url: str = request.getfixturevalue(wanted)
    return url


@pytest.fixture(params=DATABASES)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a database without any table, once on each database."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "empty.sqlite3")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def open_engine() -> Iterator[Callable[..., Engine]]:
    """Give a function that opens engines and closes them after the test."""
    opened: list[Engine] = []

    def _open(url: str, *, reading: bool = False) -> Engine:
        opened.append(reading_engine(url) if reading else writing_engine(url))
        return opened[-1]

    yield _open
    for engine in opened:
        engine.dispose()


@pytest.fixture
def engine(database: str, open_engine: Callable[..., Engine]) -> Engine:
    """Give the writing engine of a fresh migrated store."""
    return open_engine(database)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Give a fresh data directory; its database is not migrated."""
    return Home.create(tmp_path / "centre", ORIGIN)


@pytest.fixture(params=DATABASES)
def centre(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """Give a data directory with keys and a migrated store, once on each database."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_store")
    home = Home.create(tmp_path / "centre", ORIGIN, url)
    if not url:
        shutil.copyfile(request.getfixturevalue("sqlite_template"), home.database_path)
    create_keys(home)
    return home
