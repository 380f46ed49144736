"""A market with one lot in bidding, on either database, and watchers that read streams."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.market import SIMULATED_US, Lot, RunningClock, found_market, lots_of
from tests.support.postgres import PostgresServer
from trading.centre import Centre
from trading.store.home import Home
from trading.store.signer import create_keys

LOT = lots_of(1, 4)[0]
ORIGIN = "live.example/log"


def make_market(path: Path, url: str = "") -> tuple[Home, int]:
    """Bring one lot with four bidders to bidding; return the home and the time."""
    home = Home.create(path, ORIGIN, url)
    create_keys(home)
    clock = RunningClock(SIMULATED_US)
    market = found_market(home, clock)
    market.open_lots([LOT])
    market.centre.close()
    return home, clock.now_us()


@pytest.fixture(scope="session")
def made_market(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, int]:
    """Give a market on SQLite that every test copies."""
    return make_market(tmp_path_factory.mktemp("market") / "centre")


@pytest.fixture
def market_home(made_market: tuple[Home, int], tmp_path: Path) -> tuple[Home, RunningClock]:
    """Give a fresh market on SQLite and its clock, which runs."""
    home, now_us = made_market
    shutil.copytree(home.path, tmp_path / "market")
    return Home.open(tmp_path / "market"), _running(now_us)


@pytest.fixture
def market(market_home: tuple[Home, RunningClock]) -> Iterator[Centre]:
    """Give the centre of a market whose clock and writer run."""
    centre = Centre(*market_home)
    centre.writer.start()
    yield centre
    centre.close()


@pytest.fixture
def postgres_market(
    durable_server: PostgresServer, tmp_path: Path
) -> Iterator[tuple[Home, RunningClock]]:
    """Give a fresh market on PostgreSQL and its clock, which runs."""
    name = durable_server.create_database()
    home, now_us = make_market(tmp_path / "market", durable_server.url(name, "postgresql"))
    yield home, _running(now_us)
    durable_server.drop_database(name)


@pytest.fixture
def lot() -> Lot:
    """Give the lot of the market."""
    return LOT


def _running(now_us: int) -> RunningClock:
    clock = RunningClock(now_us)
    clock.run()
    return clock
