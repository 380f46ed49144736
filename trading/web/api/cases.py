"""Cases and notices for programs."""

from __future__ import annotations

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import select

from trading.base.errors import NotFound
from trading.listing.cases import Case, Notice
from trading.listing.rules import LotPlan
from trading.listing.tables import case as cases
from trading.web.api.answering import (
    LIMIT,
    OPEN,
    Key,
    Limit,
    Now,
    Page,
    Reading,
    listed,
    tagged,
)
from trading.web.api.lots import Coming, Doing, doings_of, next_of, of_org, told_of
from trading.web.public import asking
from trading.web.shell import Asked

_SAYS = {
    "after": "The key behind which the page begins: `next` of the page before.",
    "limit": "How many at most.",
    "place": "Where the cases stand, such as `reviewing`.",
    "org": "An organisation: its own cases and those of what lies below it.",
}
_CASE = {"case": "The id of a case."}


class CaseRow(msgspec.Struct, frozen=True):
    """A case of a list; ``flags`` counts what stood out in its plan."""

    case: str
    org: str
    place: str
    title_zh: str
    notice: str
    version: int
    tier: str
    value_fen: int
    applied_day: str
    flags: int
    published_us: int


class CaseNow(msgspec.Struct, frozen=True):
    """A case: now, next, the plan with every decision on it, and its lots."""

    case: str
    org: str
    now: Now
    next: Coming | None
    doings: list[Doing]
    plan: Case
    lots: list[str]


class NoticeNow(msgspec.Struct, frozen=True):
    """A notice as it was published and amended: its terms, and its lots as planned."""

    case: str
    org: str
    title_zh: str
    notice: Notice
    plans: tuple[LotPlan, ...]
    lots: list[str]


def routes(reading: Reading) -> list[HTTPRouteHandler]:
    """Return the routes of cases and of notices."""

    @reading.route("/api/v1/cases", OPEN, "Cases by filters, in the order of their ids.",
                   Page[CaseRow], says=_SAYS)  # fmt: skip
    def list_cases(
        request: Asked, place: Key = "", org: Key = "", after: Key = "", limit: Limit = LIMIT
    ) -> Response[bytes]:
        reading.sight(request)
        query = of_org(reading, select(cases), cases.c.org, org)
        query = query.where(cases.c.place == place) if place else query
        return reading.page(query, cases.c.case, CaseRow, after, limit)

    @reading.route("/api/v1/cases/{case:str}", OPEN, "One case: now, next, its plan.", CaseNow,
                   tagged=True, says=_CASE)  # fmt: skip
    def read_case(request: Asked, case: FromPath[str]) -> Response[bytes]:
        state = reading.seen(request, f"case/{case}")
        plan, told = state.facets["case"], told_of(reading, state)
        found = CaseNow(
            case, state.org, reading.now(state), next_of(told), doings_of(told), plan,
            _lots(plan, case),
        )  # fmt: skip
        return tagged(request, found)

    @reading.route("/api/v1/notices", OPEN, "Published notices, the newest first.", Page[CaseRow])
    def list_notices(request: Asked, after: Key = "", limit: Limit = LIMIT) -> Response[bytes]:
        reading.sight(request)
        query = select(cases).where(cases.c.published_us > 0)
        query = asking.behind(query, cases.c.published_us, cases.c.case, after, down=True)
        rows = reading.rows(query.limit(limit + 1), CaseRow)
        return listed(rows, limit, lambda row: f"{row.published_us}~{row.case}")

    @reading.route("/api/v1/notices/{case:str}", OPEN, "One notice.", NoticeNow, tagged=True,
                   says=_CASE)  # fmt: skip
    def read_notice(request: Asked, case: FromPath[str]) -> Response[bytes]:
        state = reading.seen(request, f"case/{case}")
        plan: Case = state.facets["case"]
        if plan.notice is None:
            raise NotFound("no such page")
        found = NoticeNow(
            case, state.org, plan.title_zh, plan.notice, plan.lots, _lots(plan, case)
        )  # fmt: skip
        return tagged(request, found)

    return [list_cases, read_case, list_notices, read_notice]


def _lots(plan: Case, case: str) -> list[str]:
    """Return the lots of the present round, by id."""
    return [plan.lot(case, one.number).partition("/")[2] for one in plan.lots]
