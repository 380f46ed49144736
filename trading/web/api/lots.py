"""Lots for programs: found by filters, and one with where it stands, what comes next and why."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import Select, select

from trading.bidding.rules import Sale
from trading.listing.rules import Schedule, Terms, case_of_lot
from trading.listing.tables import lot as lots
from trading.people.organisations import covers
from trading.web.api.answering import (
    LIMIT,
    OPEN,
    Key,
    Limit,
    Now,
    Page,
    Reading,
    Said,
    listed,
    tagged,
)
from trading.web.public import asking
from trading.web.shell import Asked
from trading.web.visibility import result
from trading.words.language import speaking
from trading.words.telling import tell

_SAYS = {
    "after": "The key behind which the page begins: `next` of the page before.",
    "limit": "How many at most.",
    "q": "A part of the title.",
    "place": "Where the lots stand, such as `bidding`.",
    "org": "An organisation: its own lots and those of what lies below it.",
    "tenure": "Such as `lease`.",
    "asset": "The asset that is let or sold.",
}


class LotRow(msgspec.Struct, frozen=True):
    """A lot of a list; money is in fen of the price unit, ``lead_number`` is who leads."""

    lot: str
    org: str
    place: str
    hold: str
    title_zh: str
    asset: str
    tenure: str
    tier: str
    price_unit: str
    start_price_fen: int
    lead_number: int
    lead_fen: int
    bids: int
    listing_round: int
    version: int
    notice: str
    registration_until_us: int
    opens_us: int
    ends_us: int
    due_us: int
    result_us: int
    award_notice: str
    awarded: bool


class Coming(msgspec.Struct, frozen=True):
    """What the clock does next, when, and why then."""

    trigger: str
    at_us: int
    why: list[Said]


class Doing(msgspec.Struct, frozen=True):
    """What people may do from here: one of the roles, and how many people it takes."""

    trigger: str
    roles: list[str]
    persons: int


class Result(msgspec.Struct, frozen=True):
    """Who won at what price; the name is masked and empty before the award."""

    bidder: int
    price_fen: int
    winner_masked: str
    published_us: int
    award_notice: str
    certificate: str


class LotNow(msgspec.Struct, frozen=True):
    """A lot: now, next, the conditions that bidders may rely on, and its result.

    ``total_fen`` is what the price comes to over the whole term; ``objections`` how many came.
    """

    lot: str
    case: str
    org: str
    now: Now
    next: Coming | None
    doings: list[Doing]
    terms: Terms
    schedule: Schedule
    sale: Sale | None
    total_fen: int
    result: Result | None
    objections: int


class ResultRow(msgspec.Struct, frozen=True):
    """A published result."""

    lot: str
    org: str
    title_zh: str
    place: str
    price_unit: str
    start_price_fen: int
    lead_number: int
    lead_fen: int
    result_us: int
    award_notice: str


def routes(reading: Reading) -> list[HTTPRouteHandler]:
    """Return the routes of lots and of results."""

    @reading.route("/api/v1/lots", OPEN, "Lots by filters, in the order of their ids.",
                   Page[LotRow], says=_SAYS)  # fmt: skip
    def list_lots(  # noqa: PLR0913, PLR0917 - one for each filter of the address
        request: Asked, q: Key = "", place: Key = "", org: Key = "", tenure: Key = "",
        asset: Key = "", after: Key = "", limit: Limit = LIMIT,
    ) -> Response[bytes]:  # fmt: skip
        reading.sight(request)
        query = of_org(reading, select(lots), lots.c.org, org)
        for column, value in (
            (lots.c.place, place),
            (lots.c.tenure, tenure),
            (lots.c.asset, asset),
        ):
            query = query.where(column == value) if value else query
        if q:
            query = query.where(lots.c.title_zh.contains(q, autoescape=True))
        return reading.page(query, lots.c.lot, LotRow, after, limit)

    @reading.route("/api/v1/lots/{lot:str}", OPEN, "One lot: now, next, conditions, result.",
                   LotNow, tagged=True, says={"lot": "The id of a lot."})  # fmt: skip
    def read_lot(request: Asked, lot: FromPath[str]) -> Response[bytes]:
        return tagged(request, _told(reading, request, lot))

    @reading.route("/api/v1/results", OPEN, "Published results, the newest first.",
                   Page[ResultRow])  # fmt: skip
    def list_results(request: Asked, after: Key = "", limit: Limit = LIMIT) -> Response[bytes]:
        reading.sight(request)
        query = select(lots).where(lots.c.result_us > 0)
        query = asking.behind(query, lots.c.result_us, lots.c.lot, after, down=True)
        rows = reading.rows(query.limit(limit + 1), ResultRow)
        return listed(rows, limit, lambda row: f"{row.result_us}~{row.lot}")

    return [list_lots, read_lot, list_results]


def of_org(reading: Reading, query: Select[Any], column: Any, org: str) -> Select[Any]:
    """Return ``query`` for ``org`` and what lies below it; all of it where none is named."""
    if not org:
        return query
    orgs = reading.shell.orgs()
    return query.where(column.in_([name for name in orgs.nodes if covers(orgs, org, name)]))


def next_of(told: dict[str, dict[str, Any]]) -> Coming | None:
    """Return what comes next out of what is ``told`` in both languages."""
    found = told["zh"].get("next")
    if not found:
        return None
    why = zip(told["zh"].get("why", ()), told["en"].get("why", ()), strict=True)
    return Coming(found["trigger"], found["at_us"], [Said(*one) for one in why])


def doings_of(told: dict[str, dict[str, Any]]) -> list[Doing]:
    """Return what people may do out of what is ``told``."""
    acts = told["zh"].get("acts", ())
    return [Doing(act["trigger"], list(act["roles"]), act["persons"]) for act in acts]


def told_of(reading: Reading, state: Any) -> dict[str, dict[str, Any]]:
    """Return what is told of ``state``, by language."""
    found = {}
    for language in ("zh", "en"):
        with speaking(language):
            found[language] = tell(reading.centre, state)
    return found


def _told(reading: Reading, request: Asked, lot: str) -> LotNow:
    state = reading.seen(request, f"lot/{lot}")
    facets, told = state.facets, told_of(reading, state)
    award, disputes = result(state), facets.get("disputes")
    return LotNow(
        lot, facets["terms"].case or case_of_lot(lot), state.org, reading.now(state),
        next_of(told), doings_of(told), facets["terms"], facets["schedule"], facets.get("sale"),
        told["zh"].get("total", {}).get("amount_fen", 0),
        None if award is None else Result(
            award.bidder, award.price_fen, award.winner_masked, award.published_us, award.notice,
            award.certificate,
        ),
        disputes.count if disputes else 0,
    )  # fmt: skip
