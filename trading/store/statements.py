"""The few statements of the hot path, once per database.

Rows go in many per statement on SQLite and by ``unnest`` of column arrays on PostgreSQL: every
statement gives up the interpreter, and beside a busy Python thread that is what costs. Arrays
go over in binary (``%b``): as text the driver escapes every element, at six times the price.
All SQL is put together from names in this file; values are always bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import chain
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

_ENTRY_COLUMNS = {
    "idx": "bigint",
    "stream": "text",
    "seq": "int",
    "kind": "text",
    "at_us": "bigint",
    "audience": "text",
    "body": "bytea",
    "salt": "bytea",
    "hash": "bytea",
}
_STATE_COLUMNS = {
    "stream": "text",
    "seq": "int",
    "state": "bytea",
    "due_us": "bigint",
    "live": "int",
    "pending": "int",
    "mac": "bytea",
}
_OPENING_COLUMNS = {"digest": "text", "subject": "text", "sealed": "bytea"}
_IDEMPOTENCY_COLUMNS = {"token": "bytea", "mac": "bytea", "idx": "bigint"}

# LIMIT keeps the planner to one index probe per stream, whatever it believes of the table.
_STATES = (
    "SELECT * FROM (SELECT w.stream, s.seq, s.state, s.mac, (SELECT e.hash FROM record_entry AS e "
    "WHERE e.stream = w.stream ORDER BY e.seq DESC LIMIT 1) AS hash FROM w "
    "LEFT JOIN projection_stream_state AS s ON s.stream = w.stream) AS found "
    "WHERE seq IS NOT NULL OR hash IS NOT NULL"
)
ROWS_PER_STATEMENT = 256
Rows = Sequence[tuple[Any, ...]]


class Statements:
    """The writer's statements on SQLite."""

    lock_head = 'SELECT size, "range", at_us FROM projection_head WHERE id = 1'
    update_head = 'UPDATE projection_head SET size = ?, "range" = ?, at_us = ? WHERE id = 1'
    due = (
        "SELECT stream FROM projection_stream_state WHERE due_us <= ? "
        "ORDER BY due_us, stream LIMIT ?"
    )
    live = "SELECT stream, due_us FROM projection_stream_state WHERE live = 1 ORDER BY stream"
    mark_alive = (
        "INSERT INTO private_alive (worker, at_us) VALUES (?, ?) "
        "ON CONFLICT (worker) DO UPDATE SET at_us = excluded.at_us"
    )
    next_due = "SELECT min(due_us) FROM projection_stream_state"
    alive = "SELECT max(at_us) FROM private_alive"
    at_us = "SELECT at_us FROM record_entry WHERE idx = ?"
    entry_at = "SELECT body, hash FROM record_entry WHERE idx = ?"
    kind_at = "SELECT kind FROM record_entry WHERE idx = ?"
    definitions = (
        "SELECT body FROM record_entry WHERE stream = 'definitions' "
        "AND kind = 'definition.enter/1' ORDER BY seq"
    )
    definitions_after = definitions.replace("ORDER", "AND seq > ? ORDER")

    def states(self, connection: Connection, names: Sequence[str]) -> Rows:
        """Return (stream, seq, state, mac, hash) of the named streams that exist.

        ``hash`` is that of the newest entry: a stream that has entries and no state comes as well.
        """
        sql = f"WITH w (stream) AS (VALUES {','.join(['(?)'] * len(names))}) {_STATES}"
        return self.all(connection, sql, tuple(names))

    def known(self, connection: Connection, tokens: Sequence[bytes]) -> Rows:
        """Return (token, mac, idx) of the idempotency tokens that were used before."""
        marks = ",".join("?" * len(tokens))
        sql = f"SELECT token, mac, idx FROM private_idempotency WHERE token IN ({marks})"  # noqa: S608
        return self.all(connection, sql, tuple(tokens))

    def insert_entries(self, connection: Connection, rows: Rows) -> None:
        """Append entries."""
        self._insert(connection, "record_entry", _ENTRY_COLUMNS, rows)

    def upsert_states(self, connection: Connection, rows: Rows) -> None:
        """Write the states that the batch changed."""
        self._insert(
            connection,
            "projection_stream_state",
            _STATE_COLUMNS,
            rows,
            "ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, state = excluded.state, "
            "due_us = excluded.due_us, live = excluded.live, pending = excluded.pending, "
            "mac = excluded.mac",
        )

    def insert_idempotency(self, connection: Connection, rows: Rows) -> None:
        """Remember the idempotency tokens of the batch."""
        self._insert(connection, "private_idempotency", _IDEMPOTENCY_COLUMNS, rows)

    def insert_openings(self, connection: Connection, rows: Rows) -> None:
        """Keep the sealed openings of the personal fields that the batch's entries commit to."""
        self._insert(connection, "private_opening", _OPENING_COLUMNS, rows)

    def pipelined(self, connection: Connection) -> AbstractContextManager[None]:
        """Return within what statements that answer nothing are run, one after the other."""
        del connection
        return nullcontext()

    def one(self, connection: Connection, sql: str, *given: object) -> Any:
        """Return the first row or None."""
        return connection.exec_driver_sql(sql, given).fetchone()

    def number(self, connection: Connection, sql: str) -> int:
        """Return the single number of a query, 0 for NULL."""
        return int(self.one(connection, sql)[0] or 0)

    def all(self, connection: Connection, sql: str, given: tuple[object, ...] = ()) -> Rows:
        """Return all rows."""
        return connection.exec_driver_sql(sql, given).fetchall()

    def run(self, connection: Connection, sql: str, *given: object) -> None:
        """Run a statement without a result."""
        connection.exec_driver_sql(sql, given)

    def _insert(
        self, connection: Connection, table: str, columns: dict[str, str], rows: Rows, end: str = ""
    ) -> None:
        names, row = ",".join(columns), f"({','.join('?' * len(columns))})"
        begin, size = 0, ROWS_PER_STATEMENT
        while begin < len(rows):
            # Powers of two, so that few texts are ever prepared.
            while size > len(rows) - begin:
                size //= 2
            marks = ",".join([row] * size)
            sql = f"INSERT INTO {table} ({names}) VALUES {marks} {end}"  # noqa: S608
            given = tuple(chain.from_iterable(rows[begin : begin + size]))
            connection.exec_driver_sql(sql, given)
            begin += size


class PostgresStatements(Statements):
    """The writer's statements on PostgreSQL."""

    lock_head = Statements.lock_head + " FOR UPDATE"
    update_head = Statements.update_head.replace("?", "%s")
    due = Statements.due.replace("?", "%s")
    mark_alive = Statements.mark_alive.replace("?", "%s")
    kind_at = Statements.kind_at.replace("?", "%s")
    at_us = Statements.at_us.replace("?", "%s")
    entry_at = Statements.entry_at.replace("?", "%s")
    definitions_after = Statements.definitions_after.replace("?", "%s")

    @contextmanager
    def pipelined(self, connection: Connection) -> Iterator[None]:
        """Send statements that answer nothing without waiting for each: one is made meanwhile.

        Raises at the end, as the toolkit would have, what any of them was refused with.
        """
        raw: Any = connection.connection.driver_connection
        base: type[Exception] = connection.dialect.loaded_dbapi.Error
        try:
            with raw.pipeline():
                yield
        except base as error:
            raise DBAPIError.instance(None, None, error, base) from error

    def states(self, connection: Connection, names: Sequence[str]) -> Rows:
        """Return (stream, seq, state, mac, hash) of the named streams that exist."""
        sql = f"WITH w (stream) AS (SELECT unnest(%b::text[])) {_STATES}"
        return self.all(connection, sql, (list(names),))

    def known(self, connection: Connection, tokens: Sequence[bytes]) -> Rows:
        """Return (token, mac, idx) of the idempotency tokens that were used before."""
        # A plan made for ANY while the table was small reads all of it for ever; LIMIT keeps the
        # planner to one index probe per token.
        sql = (
            "SELECT i.token, i.mac, i.idx FROM unnest(%b::bytea[]) AS t (token) CROSS JOIN LATERAL "
            "(SELECT token, mac, idx FROM private_idempotency WHERE token = t.token LIMIT 1) AS i"
        )
        return self.all(connection, sql, (list(tokens),))

    def _insert(
        self, connection: Connection, table: str, columns: dict[str, str], rows: Rows, end: str = ""
    ) -> None:
        arrays = ",".join(f"%b::{kind}[]" for kind in columns.values())
        names = ",".join(columns)
        sql = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}) {end}"  # noqa: S608
        given = tuple([list(column) for column in zip(*rows, strict=True)])
        connection.exec_driver_sql(sql, given)


def statements_for(dialect: str) -> Statements:
    """Return the statements of ``dialect``, ``sqlite`` or ``postgresql``."""
    return PostgresStatements() if dialect == "postgresql" else Statements()
