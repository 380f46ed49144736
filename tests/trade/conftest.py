"""Fixtures of the trade: a lot in any place of its life, and a database that a centre accepts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.postgres import PostgresServer, server
from tests.support.trade import at, places

__all__ = ["at", "places"]


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
