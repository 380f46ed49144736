"""Cases and lots as they stand now, for lists that page and never fold a history."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from trading.engine.stream import Stream
from trading.listing.cases import Case
from trading.listing.rules import Schedule, Terms
from trading.store.projection import Projection
from trading.store.schema import metadata

case = Table(
    "projection_case",
    metadata,
    Column("case", Text, primary_key=True),
    Column("org", Text, nullable=False, index=True),
    Column("place", Text, nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("notice", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("tier", Text, nullable=False),
    Column("value_fen", BigInteger, nullable=False),
    Column("applied_day", Text, nullable=False),
    Column("flags", Integer, nullable=False),
    Column("published_us", BigInteger, nullable=False),
    Index("projection_case_published", "published_us", "case"),
)

lot = Table(
    "projection_lot",
    metadata,
    Column("lot", Text, primary_key=True),
    Column("org", Text, nullable=False, index=True),
    Column("place", Text, nullable=False),
    Column("hold", Text, nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("price_unit", Text, nullable=False),
    Column("start_price_fen", BigInteger, nullable=False),
    Column("tier", Text, nullable=False),
    Column("listing_round", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("registration_until_us", BigInteger, nullable=False),
    Column("opens_us", BigInteger, nullable=False),
    Column("ends_us", BigInteger, nullable=False),
    Column("lead_number", Integer, nullable=False),
    Column("lead_fen", BigInteger, nullable=False),
    Column("bids", Integer, nullable=False),
    Column("awarded", Integer, nullable=False),
    Column("waived", Integer, nullable=False),
    Column("asset", Text, nullable=False),
    Column("tenure", Text, nullable=False),
    Column("notice", Text, nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("order_us", BigInteger, nullable=False),
    Column("result_us", BigInteger, nullable=False),
    Column("award_notice", Text, nullable=False),
    Index("projection_lot_place", "place", "lot"),
    Index("projection_lot_order", "order_us", "lot"),
    Index("projection_lot_registration", "registration_until_us"),
    Index("projection_lot_opens", "opens_us"),
    Index("projection_lot_result", "result_us", "lot"),
)

NO_DEADLINE_US = 1 << 60
"""Where what waits for nothing begins in the order of deadlines, the newest of it first."""
AWARDED_PLACES = frozenset({"awarded", "contracted", "certified"})


def _case_row(state: Stream) -> dict[str, Any]:
    found: Case = state.facets["case"]
    return {
        "case": state.name.partition("/")[2],
        "org": state.org,
        "place": state.place,
        "title_zh": found.title_zh,
        "notice": found.notice.number if found.notice else "",
        "version": found.notice.version if found.notice else 0,
        "tier": found.tier,
        "value_fen": found.value_fen,
        "applied_day": found.applied_day,
        "flags": len(found.flags),
        "published_us": found.notice.published_us if found.notice else 0,
    }


def _lot_row(state: Stream) -> dict[str, Any]:
    terms: Terms = state.facets["terms"]
    schedule: Schedule = state.facets["schedule"]
    sale, waived = state.facets.get("sale"), state.facets.get("waived")
    award = state.facets.get("award")
    return {
        "lot": state.name.partition("/")[2],
        "org": state.org,
        "place": state.place,
        "hold": state.hold,
        "title_zh": terms.plan.title_zh,
        "price_unit": terms.plan.price_unit,
        "start_price_fen": terms.plan.start_price_fen,
        "tier": terms.tier,
        "listing_round": terms.listing_round,
        "version": terms.version,
        "registration_until_us": schedule.registration_until_us,
        "opens_us": schedule.opens_us,
        "ends_us": (sale.ends_us if sale else 0) or schedule.closes_us,
        "lead_number": sale.lead_number if sale else 0,
        "lead_fen": sale.lead_fen if sale else 0,
        "bids": sale.bids if sale else 0,
        "awarded": int(state.place in AWARDED_PLACES),
        "waived": len(waived.steps) if waived else 0,
        "asset": terms.plan.asset,
        "tenure": terms.plan.tenure,
        "notice": terms.notice,
        "due_us": state.due_us,
        "order_us": state.due_us or NO_DEADLINE_US - schedule.opens_us,
        "result_us": award.published_us if award else 0,
        "award_notice": award.notice if award else "",
    }


CASE_PROJECTION = Projection(case, "case", _case_row)
LOT_PROJECTION = Projection(lot, "lot", _lot_row)
