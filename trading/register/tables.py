"""The asset ledger as it stands now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Table, Text

from trading.engine.stream import Stream
from trading.register.rules import Asset
from trading.store.projection import Projection
from trading.store.schema import metadata

asset = Table(
    "projection_asset",
    metadata,
    Column("asset", Text, primary_key=True),
    Column("org", Text, nullable=False, index=True),
    Column("place", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("quantity_thousandths", BigInteger, nullable=False),
    Column("quantity_unit", Text, nullable=False),
    Column("lot", Text, nullable=False),
)


def _row(state: Stream) -> dict[str, Any]:
    found: Asset = state.facets["asset"]
    return {
        "asset": state.name.partition("/")[2],
        "org": state.org,
        "place": state.place,
        "category": found.category,
        "name_zh": found.name_zh,
        "quantity_thousandths": found.quantity_thousandths,
        "quantity_unit": found.quantity_unit,
        "lot": found.lot,
    }


ASSET_PROJECTION = Projection(asset, "asset", _row)
