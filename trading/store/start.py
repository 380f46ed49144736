"""What must hold before a service may decide or sign: database, files and signer agree.

Any failure means read-only: it is how a restored backup and an edited row show themselves. The
cost grows with the tail that was not published yet, not with history; `trading log verify`
checks the whole. Source: audit log brief, section 7.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

import msgspec
from sqlalchemy import Connection, Engine, text

from trading.base.errors import IntegrityFault, ReadOnly
from trading.record.checkpoint import Checkpoint
from trading.record.entry import leaf_of
from trading.record.merkle import CompactRange, leaf_hash
from trading.record.tiles import WIDTH, TileReader
from trading.store import files
from trading.store.home import Home
from trading.store.log import blob
from trading.store.signer import PAGE_ENTRIES, check_signed, complete, log_reader

_HEAD = text('SELECT size, "range", at_us FROM projection_head WHERE id = 1')
_AT = text("SELECT at_us, body FROM record_entry WHERE idx = :idx")
LOOKS = 3
LOOK_AGAIN_SECONDS = 0.3

_LAST = text("SELECT coalesce(max(idx) + 1, 0) FROM record_entry")
_ROWS = text(
    "SELECT body, salt, hash FROM record_entry WHERE idx >= :first AND idx < :end ORDER BY idx"
)


class _Timed(msgspec.Struct):
    at_us: int


_timed = msgspec.json.Decoder(_Timed)


def check_start(engine: Engine, home: Home) -> None:
    """Raise unless the service may write and sign.

    ``ReadOnly`` for a restored copy that was not verified; ``IntegrityFault`` when the database
    is older than the last signed checkpoint, when the tiles do not lead to the signed root, or
    when the newest rows are not those that were published.
    """
    reason = home.read_only_reason()
    if reason:
        raise ReadOnly(reason, reason=reason)
    check_store(engine, home)


def check_store(engine: Engine, home: Home) -> None:
    """Raise ``IntegrityFault`` unless database, files and the signer's memory agree."""
    with files.storing("the log"), complete(), _snapshot(engine) as connection:
        # The note first: what is committed and published meanwhile only adds to it.
        last = check_signed(home)
        size, packed, at_us = connection.execute(_HEAD).one()
        if connection.execute(_LAST).scalar_one() != size:
            raise IntegrityFault("the head does not end where the entries end", size=size)
        tree = CompactRange()
        if last is not None:
            tree = _check_signed_tree(connection, home, last, size)
        for first in range(tree.size, size, PAGE_ENTRIES):
            leaves = _leaves(connection, first, min(first + PAGE_ENTRIES, size))
            tree = tree.extended([leaf_hash(leaf) for leaf in leaves])
        if tree.to_bytes() != bytes(packed):
            raise IntegrityFault("the head is not the tree of its entries", size=size)
        _check_time(connection, size, at_us)


def _check_time(connection: Connection, size: int, at_us: int) -> None:
    """Compare the time that decisions go on from with what the last entry says; it is sound."""
    row = connection.execute(_AT, {"idx": size - 1}).one_or_none()
    said = {at_us} if row is None else {row.at_us, _timed.decode(blob(row.body)).at_us}
    if said != {at_us}:
        raise IntegrityFault("the time of the head is not that of the last entry", size=size)


@contextlib.contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose questions are all answered as of the first of them."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection


def _check_signed_tree(
    connection: Connection, home: Home, last: Checkpoint, size: int
) -> CompactRange:
    """Return the signed tree, read from the tiles and compared with its newest rows."""
    if size < last.size:
        raise IntegrityFault(
            "the database is older than the log: it was restored or cut",
            size=size, signed=last.size,
        )  # fmt: skip
    reader = TileReader(log_reader(home.log_dir), last.size)
    tree = reader.compact_range()
    if tree.root() != last.root:
        raise IntegrityFault("the tiles do not lead to the signed root", size=last.size)
    # The last tile and, so that there always is something, the one before it.
    first = max(0, (last.size // WIDTH - 1) * WIDTH)
    leaves = _leaves(connection, first, last.size)
    if leaves != list(reader.entries(first)):
        raise IntegrityFault("the newest rows are not those that were published", first=first)
    if [leaf_hash(leaf) for leaf in leaves] != [
        reader.hash(0, index) for index in range(first, last.size)
    ]:
        raise IntegrityFault("the newest tile is not that of its entries", first=first)
    return tree


def _leaves(connection: Connection, first: int, end: int) -> list[bytes]:
    """Return the leaves of the rows, each proved to have the hash beside it."""
    rows = connection.execute(_ROWS, {"first": first, "end": end}).all()
    leaves = [leaf_of(blob(row.body), blob(row.salt)) for row in rows]
    if len(rows) != end - first:
        raise IntegrityFault("entries are missing", first=first, end=end)
    if any(leaf_hash(leaf) != blob(row.hash) for leaf, row in zip(leaves, rows, strict=True)):
        raise IntegrityFault("an entry does not have its hash", first=first)
    return leaves


def check_agreement(
    engine: Engine, home: Home, check: Callable[[Engine, Home], None] = check_start
) -> None:
    """Raise what ``check`` raises when it finds the same fault again and again.

    Other workers may commit and publish between two of its questions; what they leave in
    agreement a moment later was no fault.
    """
    for _ in range(LOOKS - 1):
        try:
            check(engine, home)
        except IntegrityFault:
            time.sleep(LOOK_AGAIN_SECONDS)
        else:
            return
    check(engine, home)
