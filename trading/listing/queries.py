"""What a plan is compared with: found at the edge, named by the command, read by the decision."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, or_, select

from trading.base.money import PriceUnit
from trading.listing import tables
from trading.listing.cases import Case
from trading.listing.commands import COMPARABLES_MAX, SIBLINGS_MAX
from trading.register import tables as register
from trading.register.rent import add_months, area_band
from trading.register.rules import Asset


class Market(NamedTuple):
    """Ids for ``ApplyCase``: contracts of like assets, and other cases of the same owner."""

    comparables: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()


def market(
    connection: Connection,
    case_id: str,
    org: str,
    case: Case,
    assets: list[Asset],
    day: date,
    months: int,
) -> Market:
    """Return what the case is to be compared with, the newest first.

    Like assets share class, unit of area and band of size, like prices what they are paid in;
    other cases count that applied at most ``months`` before ``day``.
    """
    return Market(
        _comparables(connection, case, assets), _siblings(connection, case_id, org, day, months)
    )


def _comparables(connection: Connection, case: Case, assets: list[Asset]) -> tuple[str, ...]:
    found = register.contract.c
    like = [
        (found.category == asset.category)
        & (found.quantity_unit == asset.quantity_unit)
        & (found.band == area_band(asset.quantity_thousandths))
        & (found.amount == PriceUnit.parse(plan.price_unit).amount)
        for plan, asset in zip(case.lots, assets, strict=True)
    ]
    query = (
        select(found.contract)
        .where(or_(*like))
        .order_by(found.starts_day.desc(), found.contract)
        .limit(COMPARABLES_MAX)
    )
    return tuple(connection.execute(query).scalars())


def _siblings(
    connection: Connection, case_id: str, org: str, day: date, months: int
) -> tuple[str, ...]:
    found = tables.case.c
    query = (
        select(found.case)
        .where(found.org == org, found.case != case_id)
        .where(found.applied_day >= str(add_months(day, -months)))
        .order_by(found.applied_day.desc(), found.case)
        .limit(SIBLINGS_MAX)
    )
    return tuple(connection.execute(query).scalars())
