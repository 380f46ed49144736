"""Two databases with markets that wait for bids: built once, copied for every measurement."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from tests.support.market import SIMULATED_US, Lot, RunningClock, found_market, lots_of
from tests.support.postgres import PostgresServer, server
from trading.centre import Centre
from trading.record.entry import leaf_of
from trading.record.merkle import CompactRange, leaf_hash
from trading.store.batch import Receipt
from trading.store.home import Home
from trading.store.signer import create_keys

ORIGIN = "bench.example/log"
SQLITE, POSTGRES = "sqlite", "postgresql"


class Stores:
    """Makes centres from templates, on either database."""

    def __init__(self, root: Path, postgres: PostgresServer) -> None:
        self.root = root
        self.postgres = postgres
        self._names = itertools.count(1)
        self._templates: dict[tuple[str, str], tuple[Home, int]] = {}
        self._lots: dict[str, list[Lot]] = {}

    def prepare(self, shape: str, lots: int, bidders: int) -> None:
        """Build the template ``shape``: so many lots in bidding with so many bidders each."""
        self._lots[shape] = lots_of(lots, bidders)
        for database in (SQLITE, POSTGRES):
            url = "" if database == SQLITE else self._url(self.postgres.create_database())
            home = Home.create(self.root / f"{shape}-{database}", ORIGIN, url)
            clock = RunningClock(SIMULATED_US)
            market = found_market(home, clock)
            market.open_lots(self._lots[shape])
            market.centre.close()
            self._templates[shape, database] = (home, clock.now_us())

    @contextlib.contextmanager
    def centre(self, shape: str, database: str) -> Iterator[tuple[Centre, list[Lot]]]:
        """Give a centre on a fresh copy, its clock running, and its lots in bidding."""
        template, now_us = self._templates[shape, database]
        name = f"copy{next(self._names)}"
        path = self.root / name
        if database == SQLITE:
            home = Home.create(path, ORIGIN)
            shutil.copyfile(template.database_path, home.database_path)
        else:
            source = template.database_url.partition("?")[0].rpartition("/")[2]
            with self.postgres.connect() as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE {source}".encode())
                # What the copy left to be written is not the writer's doing.
                connection.execute(b"CHECKPOINT")
            home = Home.create(path, ORIGIN, self._url(name))
        create_keys(home)
        # States are sealed with it.
        shutil.copyfile(template.keys_dir / "mac.key", home.keys_dir / "mac.key")
        clock = RunningClock(now_us)
        clock.run()
        centre = Centre(home, clock)
        try:
            yield centre, self._lots[shape]
        finally:
            centre.close()
            shutil.rmtree(path)
            if database == POSTGRES:
                self.postgres.drop_database(name)

    def _url(self, name: str) -> str:
        return self.postgres.url(name, "postgresql")


@contextlib.contextmanager
def stores() -> Iterator[Stores]:
    """Give stores in a directory of their own and on a server of their own, fsync on."""
    root = Path(tempfile.mkdtemp(prefix="trading-bench-"))
    try:
        with server(fsync=True) as postgres:
            yield Stores(root, postgres)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def check(centre: Centre, before: int, receipts: list[Receipt]) -> None:
    """Assert acknowledged = stored = size of the tree, every one in its place, root recomputed."""
    with centre.reading.connect() as connection:
        size, packed = connection.execute(text('SELECT size, "range" FROM projection_head')).one()
        rows = connection.execute(
            text("SELECT idx, body, salt, hash FROM record_entry ORDER BY idx")
        ).all()
    assert len(rows) == size == before + len(receipts)
    assert [row.idx for row in rows] == list(range(size))
    hashes = [leaf_hash(leaf_of(bytes(row.body), bytes(row.salt))) for row in rows]
    assert hashes == [bytes(row.hash) for row in rows]
    tree = CompactRange.from_bytes(bytes(packed))
    assert (tree.size, tree.root()) == (size, CompactRange().extended(hashes).root())
    assert {receipt.outcome for receipt in receipts} <= {"done"}
    assert all(hashes[receipt.index].hex() == receipt.hash for receipt in receipts)
    assert len({receipt.index for receipt in receipts}) == len(receipts)
