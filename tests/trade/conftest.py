"""Fixtures of the trade: a lot in any place of its life, and a database that a centre accepts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import PostgresServer, server
from tests.support.scenario import DATABASES, PREFIX, Records, scenario
from tests.support.trade import At, Places, opened_at, places

__all__ = ["places"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let every scenario be lived on both databases."""
    if metafunc.function.__name__.startswith(PREFIX):
        metafunc.parametrize("database", DATABASES, indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """Give the database that a scenario is lived on, empty for any other test."""
    return str(getattr(request, "param", ""))


@pytest.fixture(scope="session")
def records() -> Records:
    """Give what the scenarios of this run have left."""
    return Records()


@pytest.fixture
def at(
    request: pytest.FixtureRequest, database: str, records: Records, tmp_path: Path
) -> Iterator[At]:
    """Give a function that opens a centre whose lot is in the named place."""
    if not database:
        kept: Places = request.getfixturevalue("places")
        with opened_at(kept, tmp_path) as found:
            yield found
        return
    story = request.node.originalname
    if database == "sqlite":
        with scenario(records, story, tmp_path, itertools.repeat("")) as found:
            yield found
        return
    running: PostgresServer = request.getfixturevalue("durable_server")
    names: list[str] = []

    def urls() -> Iterator[str]:
        while True:
            names.append(running.create_database())
            yield running.url(names[-1])

    with scenario(records, story, tmp_path, urls()) as found:
        yield found
    for name in names:
        running.drop_database(name)


@pytest.fixture(scope="session")
def durable_server() -> Iterator[PostgresServer]:
    """Give a PostgreSQL server with fsync: a centre refuses any other."""
    with server(fsync=True) as running:
        yield running


@pytest.fixture
def durable_url(durable_server: PostgresServer) -> Iterator[str]:
    """Give the address of an empty database on the durable server."""
    name = durable_server.create_database()
    yield durable_server.url(name)
    durable_server.drop_database(name)
