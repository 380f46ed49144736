"""Entries for tests of the store: rows with the right hashes, and a reader that trusts nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from trading.record.checkpoint import Checkpoint
from trading.record.entry import leaf_of
from trading.record.merkle import CompactRange, leaf_hash, root_of
from trading.record.tiles import TileReader
from trading.store.home import Home
from trading.store.schema import entry
from trading.store.signer import log_reader, read_vkey

BLIND_EVERY = 5


def append(engine: Engine, count: int) -> int:
    """Append ``count`` entries in one transaction, some of them blind; return the new size."""
    with engine.begin() as connection:
        packed = connection.execute(text('SELECT "range" FROM projection_head')).scalar_one()
        tree = CompactRange.from_bytes(bytes(packed))
        rows = [_row(idx) for idx in range(tree.size, tree.size + count)]
        connection.execute(entry.insert(), rows)
        tree = tree.extended([row["hash"] for row in rows])
        connection.execute(
            text('UPDATE projection_head SET size = :size, "range" = :packed, at_us = :size - 1'),
            {"size": tree.size, "packed": tree.to_bytes()},
        )
    return tree.size


def read_log(log_dir: Path, home: Home) -> tuple[Checkpoint, list[bytes]]:
    """Return the shown checkpoint and all its entries, checked from the files alone."""
    shown = Checkpoint.open((log_dir / "checkpoint").read_bytes(), [read_vkey(home)])
    reader = TileReader(log_reader(log_dir), shown.size)
    entries = list(reader.entries())
    hashes = [leaf_hash(found) for found in entries]
    assert len(entries) == shown.size
    assert root_of(hashes) == shown.root == reader.compact_range().root()
    assert [reader.hash(0, index) for index in range(shown.size)] == hashes
    return shown, entries


def leaves(engine: Engine) -> list[bytes]:
    """Return the leaves of all rows in the database."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT body, salt FROM record_entry ORDER BY idx")).all()
    return [leaf_of(bytes(row.body), bytes(row.salt)) for row in rows]


def _row(idx: int) -> dict[str, Any]:
    body, salt = b'{"at_us":%d}' % idx, (b"" if idx % BLIND_EVERY else b"%032d" % idx)
    return {
        "idx": idx, "stream": f"lot/{idx}", "seq": 1, "kind": "test/1", "at_us": idx,
        "audience": "public", "body": body, "salt": salt,
        "hash": leaf_hash(leaf_of(body, salt)),
    }  # fmt: skip
