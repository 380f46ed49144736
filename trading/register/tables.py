"""The asset ledger and the contracts in force as they stand now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from trading.base.money import PriceUnit
from trading.engine.stream import Stream
from trading.register.contracts import ContractTerms, Performance, unpaid_day
from trading.register.rules import Asset, tradable
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
    Column("contracts", Integer, nullable=False),
    Column("tradable", Integer, nullable=False),
    Column("inventory_day", Text, nullable=False),
)

contract = Table(
    "projection_contract",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("org", Text, nullable=False, index=True),
    Column("place", Text, nullable=False),
    Column("asset", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("quantity_unit", Text, nullable=False),
    Column("band", Integer, nullable=False),
    Column("amount", Text, nullable=False),
    Column("unit_year_fen", BigInteger, nullable=False),
    Column("starts_day", Text, nullable=False),
    Column("ends_day", Text, nullable=False),
    Column("unpaid_day", Text, nullable=False),
    Column("strangers", Integer, nullable=False),
    Index("projection_contract_end", "ends_day", "contract"),
    Index("projection_contract_like", "category", "quantity_unit", "band"),
)


def _asset_row(state: Stream) -> dict[str, Any]:
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
        "contracts": len(found.contracts),
        "tradable": int(tradable(found)),
        "inventory_day": found.ledger.inventory_day,
    }


def _contract_row(state: Stream) -> dict[str, Any]:
    found: ContractTerms = state.facets["contract"]
    done: Performance | None = state.facets.get("performance")
    agreed = found.agreement
    return {
        "contract": state.name.partition("/")[2],
        "org": state.org,
        "place": state.place,
        "asset": found.asset,
        "lot": found.lot,
        "source": found.source,
        "number": agreed.number,
        "category": found.category,
        "quantity_unit": found.quantity_unit,
        "band": found.band,
        "amount": PriceUnit.parse(agreed.price_unit).amount,
        "unit_year_fen": found.unit_year_fen,
        "starts_day": agreed.starts_day,
        "ends_day": agreed.ends_day,
        "unpaid_day": unpaid_day(found, done),
        "strangers": done.strangers if done else 0,
    }


ASSET_PROJECTION = Projection(asset, "asset", _asset_row)
CONTRACT_PROJECTION = Projection(contract, "contract", _contract_row)
