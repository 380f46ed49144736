"""Reads of the record, for feeds, pages, verification and replay; nothing here writes.

An entry is found by its index, the position in the log, which never changes. Long reads go page
by page and hold no transaction between two pages, so that a slow reader never keeps the database
from cleaning up behind itself; what was committed never changes, so that pages fit together.
Every function takes the reading engine and raises ``StorageDown`` when the storage does not answer.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Engine, Select, bindparam, select, text, update
from sqlalchemy.exc import DBAPIError

from trading.base.errors import SetupError
from trading.engine.stream import Stream
from trading.record.entry import Row
from trading.record.merkle import CompactRange
from trading.store.faults import storage_fault
from trading.store.projection import Projection
from trading.store.schema import entry, stream_state
from trading.store.schema import head as head_table
from trading.store.state import StateCodec, StoredState

PAGE = 2048
NAMES_MAX = 500
NEWEST = 32
INDEX_MAX = 1 << 62
"""No database counts much further."""

_ENTRIES = entry.select().order_by(entry.c.idx)
_STREAM = entry.select().order_by(entry.c.seq)
_HEAD = select(head_table.c.size, head_table.c.range, head_table.c.at_us)
_STATES = select(stream_state).order_by(stream_state.c.stream)
_PENDING = select(stream_state.c.stream).where(text("pending > 0")).order_by(stream_state.c.stream)
"""The condition is that of the index, letter for letter, or SQLite would not use it."""


class Head(msgspec.Struct, frozen=True):
    """Where the log ends: its tree and the decisive time of the last batch."""

    tree: CompactRange
    at_us: int

    @property
    def size(self) -> int:
        """Return the number of entries."""
        return self.tree.size


def head(engine: Engine) -> Head:
    """Return the head; raise ``SetupError`` when the store was never migrated."""
    with reading(engine) as connection:
        row = connection.execute(_HEAD).one_or_none()
    if row is None:
        raise SetupError("the store has no head: run init")
    return Head(CompactRange.from_bytes(row.range), row.at_us)


def entries(engine: Engine, start: int, limit: int) -> list[Row]:
    """Return at most ``limit`` entries from index ``start``; a feed goes on behind the last."""
    if abs(start) > INDEX_MAX:
        return []
    wanted = _ENTRIES.where(entry.c.idx >= start, entry.c.idx < start + limit)
    return _rows(engine, wanted)


def stream_entries(engine: Engine, stream: str, after_seq: int, limit: int) -> list[Row]:
    """Return at most ``limit`` entries of ``stream`` behind its entry ``after_seq``."""
    wanted = _STREAM.where(entry.c.stream == stream, entry.c.seq > after_seq).limit(limit)
    return _rows(engine, wanted)


def stream_behind(engine: Engine, stream: str, index: int, limit: int) -> list[Row]:
    """Return at most ``limit`` entries of ``stream`` that stand in the log behind ``index``.

    The newest are looked at first, page by page, so that the cost is that of what is new.
    """
    newest = entry.select().where(entry.c.stream == stream).order_by(entry.c.seq.desc())
    found: list[Row] = []
    page = NEWEST
    while len(found) < limit:
        wanted = newest.where(entry.c.seq < found[-1].seq) if found else newest
        rows = _rows(engine, wanted.limit(page))
        found += [row for row in rows if row.idx > index]
        if len(rows) < page or rows[-1].idx <= index:
            break
        page *= 2
    return found[::-1][:limit]


def entries_of(engine: Engine, streams: Collection[str]) -> list[Row]:
    """Return every entry of ``streams``, in the order of the log."""
    names = sorted(streams)
    found: list[Row] = []
    for first in range(0, len(names), NAMES_MAX):
        found += _rows(engine, entry.select().where(entry.c.stream.in_(names[first:][:NAMES_MAX])))
    return sorted(found, key=lambda row: row.idx)


def iterate(
    engine: Engine, start: int = 0, end: int | None = None, page: int = PAGE
) -> Iterator[Row]:
    """Yield the entries from ``start`` up to but without ``end``, or to the head as it is now.

    One page at a time is in memory. An index that is missing is passed over: it is the verifier
    that misses it.
    """
    end = head(engine).size if end is None else end
    for first in range(start, end, page):
        yield from entries(engine, first, min(page, end - first))


def state(engine: Engine, codec: StateCodec, stream: str) -> Stream | None:
    """Return the state of ``stream`` as committed, None where it does not exist."""
    wanted = _STATES.where(stream_state.c.stream == stream)
    with reading(engine) as connection:
        row = connection.execute(wanted).one_or_none()
    return None if row is None else _opened(codec, row)


def states(engine: Engine, codec: StateCodec, streams: Collection[str]) -> dict[str, Stream]:
    """Return the committed states of those of ``streams`` that exist, by name."""
    names = sorted(streams)
    found: dict[str, Stream] = {}
    for first in range(0, len(names), NAMES_MAX):
        wanted = _STATES.where(stream_state.c.stream.in_(names[first:][:NAMES_MAX]))
        with reading(engine) as connection:
            found |= {row.stream: _opened(codec, row) for row in connection.execute(wanted)}
    return found


def stored_states(engine: Engine, page: int = PAGE) -> Iterator[StoredState]:
    """Yield the row of every stream as stored, ordered by name."""
    for row in _state_rows(engine, _STATES, page):
        yield row.stream, row.seq, blob(row.state), row.due_us, row.live, row.pending


def pending_streams(engine: Engine) -> list[str]:
    """Return the streams on which an act waits for another person, ordered by name."""
    with reading(engine) as connection:
        return list(connection.execute(_PENDING).scalars())


def unsealed_states(engine: Engine, codec: StateCodec, page: int = PAGE) -> Iterator[str]:
    """Yield the names of the streams whose stored state does not carry the seal of ``codec``."""
    for row in _state_rows(engine, _STATES, page):
        if codec.seal(blob(row.state)) != blob(row.mac):
            yield row.stream


def seal_states(engine: Engine, codec: StateCodec, page: int = PAGE) -> None:
    """Seal every stored state anew; the caller has compared all of them with the record."""
    wanted = update(stream_state).where(stream_state.c.stream == bindparam("name"))
    seals = [
        {"name": row.stream, "mac": codec.seal(blob(row.state))}
        for row in _state_rows(engine, _STATES, page)
    ]
    with engine.begin() as connection:
        for first in range(0, len(seals), page):
            connection.execute(wanted, seals[first : first + page])


def states_of(engine: Engine, codec: StateCodec, kind: str, page: int = PAGE) -> Iterator[Stream]:
    """Yield the state of every stream of ``kind``, ordered by name."""
    named = _STATES.where(stream_state.c.stream.startswith(f"{kind}/", autoescape=True))
    for row in _state_rows(engine, named, page):
        yield _opened(codec, row)


def projection_rows(engine: Engine, projection: Projection) -> list[dict[str, Any]]:
    """Return the stored rows of ``projection``, to be compared with those of the replay."""
    with reading(engine) as connection:
        found = connection.execute(projection.table.select())
        return [dict(row) for row in found.mappings()]


def _opened(codec: StateCodec, row: Any) -> Stream:
    return codec.opened(row.stream, row.seq, blob(row.state), blob(row.mac))


def _state_rows(engine: Engine, named: Select[Any], page: int) -> Iterator[Any]:
    after = ""
    while True:
        with reading(engine) as connection:
            rows = connection.execute(named.where(stream_state.c.stream > after).limit(page)).all()
        yield from rows
        if len(rows) < page:
            return
        after = rows[-1].stream


def _rows(engine: Engine, wanted: Select[Any]) -> list[Row]:
    """Return rows straight from the cursor of the driver: half the time of a long read."""
    with reading(engine) as connection:
        cursor: Any = connection.execute(wanted).cursor
        rows = [Row(*row) for row in cursor.fetchall()]
    return [row if type(row.body) is type(row.salt) is bytes else _mended(row) for row in rows]


def _mended(row: Row) -> Row:
    return replace(row, body=blob(row.body), salt=blob(row.salt), hash=blob(row.hash))


def blob(value: bytes | str) -> bytes:
    """Return the bytes of a stored column, also where somebody has written text into it."""
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)


class Moment(Engine):
    """One moment of the store, read through one transaction: nothing in it grows.

    It keeps the database from cleaning up behind itself for as long as it lasts, so it is for
    comparisons that are wrong about a store that moves, and for nothing else.
    """

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``, whose transaction sees one moment."""
        super().__init__(connection.engine.pool, connection.dialect, connection.engine.url)
        self._connection = connection

    @contextlib.contextmanager
    def connect(self) -> Iterator[Connection]:  # type: ignore[override] # shared, so never closed
        """Give the one connection."""
        yield self._connection


@contextlib.contextmanager
def moment(engine: Engine) -> Iterator[Moment]:
    """Give one moment of the store to read from."""
    with reading(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield Moment(connection)


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection for one page; an error of the driver leaves without its text."""
    try:
        with engine.connect() as connection:
            yield connection
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        raise storage_fault(error) from error
