"""Assets and contracts in force for programs."""

from __future__ import annotations

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import select

from trading.register.contracts import ContractTerms, Performance
from trading.register.rules import Asset
from trading.register.tables import asset as assets
from trading.register.tables import contract as contracts
from trading.web.api.answering import (
    LIMIT,
    OPEN,
    Key,
    Limit,
    Now,
    Page,
    Reading,
    tagged,
)
from trading.web.api.lots import of_org
from trading.web.shell import Asked

_PAGED = {
    "after": "The key behind which the page begins: `next` of the page before.",
    "limit": "How many at most.",
    "org": "An organisation: its own and those of what lies below it.",
}


class AssetRow(msgspec.Struct, frozen=True):
    """An asset of a list; ``lot`` is the one that it is in now."""

    asset: str
    org: str
    place: str
    category: str
    name_zh: str
    quantity_thousandths: int
    quantity_unit: str
    lot: str
    contracts: int
    tradable: bool
    inventory_day: str


class AssetNow(msgspec.Struct, frozen=True):
    """An asset: where it stands, and what the ledger says."""

    asset: str
    org: str
    now: Now
    ledger: Asset


class ContractRow(msgspec.Struct, frozen=True):
    """A contract of a list; ``unpaid_day`` is since when something is owed, empty for nothing."""

    contract: str
    org: str
    place: str
    asset: str
    lot: str
    source: str
    number: str
    category: str
    starts_day: str
    ends_day: str
    unit_year_fen: int
    unpaid_day: str


class ContractNow(msgspec.Struct, frozen=True):
    """A contract: where it stands, what was agreed, and what was done."""

    contract: str
    org: str
    now: Now
    terms: ContractTerms
    performance: Performance | None


def routes(reading: Reading) -> list[HTTPRouteHandler]:
    """Return the routes of assets and of contracts."""

    @reading.route("/api/v1/assets", OPEN, "Assets by filters, in the order of their ids.",
                   Page[AssetRow], says={**_PAGED, "place": "Where the assets stand.",
                                         "category": "The class of the assets."})  # fmt: skip
    def list_assets(
        request: Asked, place: Key = "", org: Key = "", category: Key = "", after: Key = "",
        limit: Limit = LIMIT,
    ) -> Response[bytes]:  # fmt: skip
        reading.sight(request)
        query = of_org(reading, select(assets), assets.c.org, org)
        query = query.where(assets.c.place == place) if place else query
        query = query.where(assets.c.category == category) if category else query
        return reading.page(query, assets.c.asset, AssetRow, after, limit)

    @reading.route("/api/v1/assets/{asset:str}", OPEN, "One asset.", AssetNow, tagged=True,
                   says={"asset": "The id of an asset."})  # fmt: skip
    def read_asset(request: Asked, asset: FromPath[str]) -> Response[bytes]:
        state = reading.seen(request, f"asset/{asset}")
        found = AssetNow(asset, state.org, reading.now(state), state.facets["asset"])
        return tagged(request, found)

    @reading.route("/api/v1/contracts", OPEN, "Contracts by filters, in the order of their ids.",
                   Page[ContractRow], says={**_PAGED, "place": "Where the contracts stand.",
                                            "asset": "The asset that they are about."})  # fmt: skip
    def list_contracts(
        request: Asked, place: Key = "", org: Key = "", asset: Key = "", after: Key = "",
        limit: Limit = LIMIT,
    ) -> Response[bytes]:  # fmt: skip
        reading.sight(request)
        query = of_org(reading, select(contracts), contracts.c.org, org)
        query = query.where(contracts.c.place == place) if place else query
        query = query.where(contracts.c.asset == asset) if asset else query
        return reading.page(query, contracts.c.contract, ContractRow, after, limit)

    @reading.route("/api/v1/contracts/{contract:str}", OPEN, "One contract.", ContractNow,
                   tagged=True, says={"contract": "The id of a contract."})  # fmt: skip
    def read_contract(request: Asked, contract: FromPath[str]) -> Response[bytes]:
        state = reading.seen(request, f"contract/{contract}")
        found = ContractNow(
            contract, state.org, reading.now(state), state.facets["contract"],
            state.facets.get("performance"),
        )  # fmt: skip
        return tagged(request, found)

    return [list_assets, read_asset, list_contracts, read_contract]
