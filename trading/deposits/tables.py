"""Deposits as they stand now, for the desk that sends them back."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from trading.engine.stream import Stream
from trading.store.projection import Projection
from trading.store.schema import metadata

deposit = Table(
    "projection_deposit",
    metadata,
    Column("deposit", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("place", Text, nullable=False),
    Index("projection_deposit_place", "place", "deposit"),
)


def _row(state: Stream) -> dict[str, str]:
    return {"deposit": state.name.partition("/")[2], "org": state.org, "place": state.place}


DEPOSIT_PROJECTION = Projection(deposit, "deposit", _row)
