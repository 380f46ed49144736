"""Lists of contracts, read from the projection a page at a time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, and_, or_, select

from trading.register.contracts import LADDER
from trading.register.tables import contract

COMPARABLES_MAX = 30
"""So many contracts say what is usual; more would not fit a declared command."""
OPEN = (*LADDER, "expired")


def contracts(connection: Connection, after: str, limit: int) -> list[dict[str, Any]]:
    """Return contracts that are not over, ordered by id, after ``after``."""
    return _page(connection, select(contract), after, limit)


def expiring(
    connection: Connection, until_day: str, after: str, limit: int
) -> list[dict[str, Any]]:
    """Return what ends by ``until_day``, or ended and was not given back."""
    ends = and_(contract.c.ends_day != "", contract.c.ends_day <= until_day)
    return _page(connection, select(contract).where(ends), after, limit)


def in_arrears(connection: Connection, day: str, after: str, limit: int) -> list[dict[str, Any]]:
    """Return what owes, on ``day``, an amount that was due before."""
    late = and_(contract.c.unpaid_day != "", contract.c.unpaid_day < day)
    return _page(connection, select(contract).where(late), after, limit)


def comparables(connection: Connection, like: dict[str, Any]) -> list[str]:
    """Return the ids of the newest contracts on assets of the class, unit and size of ``like``.

    ``like`` names ``category``, ``quantity_unit``, ``band`` and ``amount``; contracts without a
    price per unit and year are left out, for they compare with nothing.
    """
    same = [contract.c[name] == like[name] for name in ("category", "quantity_unit", "band",
                                                        "amount")]  # fmt: skip
    query = (
        select(contract.c.contract)
        .where(*same, contract.c.unit_year_fen > 0)
        .order_by(contract.c.starts_day.desc(), contract.c.contract)
        .limit(COMPARABLES_MAX)
    )
    return list(connection.execute(query).scalars())


def held_over(connection: Connection, day: str, after: str, limit: int) -> list[dict[str, Any]]:
    """Return what ended before ``day`` while nobody gave the asset back (domain brief 12, F4)."""
    over = or_(
        contract.c.place == "expired",
        and_(contract.c.ends_day != "", contract.c.ends_day < day),
    )
    return _page(connection, select(contract).where(over), after, limit)


def _page(
    connection: Connection, query: Select[Any], after: str, limit: int
) -> list[dict[str, Any]]:
    found = query.where(contract.c.place.in_(OPEN), contract.c.contract > after)
    rows = connection.execute(found.order_by(contract.c.contract).limit(limit))
    return [dict(row) for row in rows.mappings()]
