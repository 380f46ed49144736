"""Projections: rows of a stream as it stands now, rebuilt from the record and compared.

Most have one row for each stream; those with an ``owner`` have as many as the state tells of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, delete
from sqlalchemy import insert as insert_into
from sqlalchemy.dialects import postgresql, sqlite

from trading.engine.stream import Stream


@dataclass(frozen=True, slots=True)
class Projection:
    """A table of rows of the streams of ``kind``; ``row`` is a function of the state alone.

    Where ``row`` gives a list, ``owner`` is the column that names the stream: the rows that a
    stream had before are taken out.
    """

    table: Table
    kind: str
    row: Callable[[Stream], dict[str, Any] | list[dict[str, Any]]]
    owner: str = ""

    def rows(self, states: Mapping[str, Stream]) -> list[dict[str, Any]]:
        """Return the rows of the states that are of this kind, ordered by stream."""
        found: list[dict[str, Any]] = []
        for name in self.covered(states):
            told = self.row(states[name])
            found += told if isinstance(told, list) else [told]
        return found

    def covered(self, states: Mapping[str, Stream]) -> list[str]:
        """Return the names of the streams of this projection's kind, in order."""
        return [name for name in sorted(states) if self.covers(name)]

    def covers(self, stream: str) -> bool:
        """Tell whether ``stream`` is of this projection's kind."""
        return stream.startswith(f"{self.kind}/")


def write_projections(
    connection: Connection, projections: Sequence[Projection], changed: Mapping[str, Stream]
) -> None:
    """Write the rows of the streams that a batch changed."""
    for projection in projections:
        rows = projection.rows(changed)
        if projection.owner:
            _replace(connection, projection, projection.covered(changed), rows)
        elif rows:
            connection.execute(_upsert(projection.table, connection.dialect.name), rows)


def _replace(
    connection: Connection, projection: Projection, streams: list[str], rows: list[dict[str, Any]]
) -> None:
    owner = projection.table.c[projection.owner]
    for stream in streams:
        connection.execute(delete(projection.table).where(owner == stream))
    if rows:
        connection.execute(insert_into(projection.table), rows)


@cache
def _upsert(table: Table, dialect: str) -> Any:
    """Return the statement that writes one row; building it anew costs more than running it."""
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    values = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in keys
    }
    return statement.on_conflict_do_update(index_elements=keys, set_=values)
