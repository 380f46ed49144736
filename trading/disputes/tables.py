"""Objections as they stand now, for the desks that answer them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from trading.disputes.rules import Objection
from trading.engine.stream import Stream
from trading.store.projection import Projection
from trading.store.schema import metadata

objection = Table(
    "projection_objection",
    metadata,
    Column("objection", Text, primary_key=True),
    Column("org", Text, nullable=False, index=True),
    Column("place", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("late", Integer, nullable=False),
    Index("projection_objection_place", "place", "due_us"),
)


def _row(state: Stream) -> dict[str, Any]:
    found: Objection = state.facets["objection"]
    return {
        "objection": state.name.partition("/")[2],
        "org": state.org,
        "place": state.place,
        "kind": found.kind,
        "due_us": found.due_us,
        "late": int(found.late),
    }


OBJECTION_PROJECTION = Projection(objection, "objection", _row)
