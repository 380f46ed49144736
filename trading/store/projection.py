"""Projections: one row per stream as it stands now, rebuilt from the record and compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from trading.engine.stream import Stream


@dataclass(frozen=True, slots=True)
class Projection:
    """A table of one row per stream of ``kind``; ``row`` is a function of the state alone."""

    table: Table
    kind: str
    row: Callable[[Stream], dict[str, Any]]

    def rows(self, states: Mapping[str, Stream]) -> list[dict[str, Any]]:
        """Return the rows of the states that are of this kind, ordered by stream."""
        return [self.row(states[name]) for name in sorted(states) if self.covers(name)]

    def covers(self, stream: str) -> bool:
        """Tell whether ``stream`` is of this projection's kind."""
        return stream.startswith(f"{self.kind}/")


def write_projections(
    connection: Connection, projections: Sequence[Projection], changed: Mapping[str, Stream]
) -> None:
    """Write the rows of the streams that a batch changed."""
    for projection in projections:
        rows = projection.rows(changed)
        if rows:
            connection.execute(_upsert(projection.table, connection.dialect.name), rows)


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
