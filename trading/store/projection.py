"""Projections: rows of a stream as it stands now, rebuilt from the record and compared.

Most have one row for each stream; those with an ``owner`` have as many as the state tells of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from msgspec.json import encode as to_json
from sqlalchemy import JSON, Connection, Table, Text, bindparam, cast, column, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from trading.engine.stream import Stream

POSTGRESQL = "postgresql"


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
        if projection.owner:
            _empty(connection, projection, projection.covered(changed))
        rows = projection.rows(changed)
        if rows:
            dialect = connection.dialect.name
            given: Any = {"rows": to_json(rows).decode()} if dialect == POSTGRESQL else rows
            connection.execute(_upsert(projection.table, dialect), given)


def _empty(connection: Connection, projection: Projection, streams: list[str]) -> None:
    owner = projection.table.c[projection.owner]
    for stream in streams:
        connection.execute(delete(projection.table).where(owner == stream))


@cache
def _upsert(table: Table, dialect: str) -> Any:
    """Return the statement that writes rows; building it anew costs more than running it.

    PostgreSQL takes all of them as one text: a parameter for each column of each row costs the
    interpreter, which the writer shares with every request, more than the database.
    """
    postgres = dialect == POSTGRESQL
    statement: Any = postgresql.insert(table) if postgres else sqlite.insert(table)
    if postgres:
        told = cast(bindparam("rows", type_=Text), JSON)
        columns = [column(one.name, one.type) for one in table.columns]
        rows = func.json_to_recordset(told).table_valued(*columns).render_derived(with_types=True)
        statement = statement.from_select([one.name for one in columns], select(*rows.c))
    keys = [one.name for one in table.primary_key]
    values = {
        one.name: statement.excluded[one.name] for one in table.columns if one.name not in keys
    }
    if not values:
        return statement  # nothing to put right: its owner's rows were taken out
    return statement.on_conflict_do_update(index_elements=keys, set_=values)
