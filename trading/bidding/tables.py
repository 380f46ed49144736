"""How many take part in a lot, for statistics that name nobody."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer, Table, Text

from trading.bidding.rules import Roll
from trading.engine.stream import Stream
from trading.store.projection import Projection
from trading.store.schema import metadata

roll = Table(
    "projection_roll",
    metadata,
    Column("lot", Text, primary_key=True),
    Column("registered", Integer, nullable=False),
    Column("qualified", Integer, nullable=False),
)


def _row(state: Stream) -> dict[str, Any]:
    found: Roll = state.facets["roll"]
    return {
        "lot": state.name.partition("/")[2],
        "registered": len(found.listed),
        "qualified": len(found.qualified),
    }


ROLL_PROJECTION = Projection(roll, "roll", _row)
