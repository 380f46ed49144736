"""The front page: what is for let and for sale, found by words and filters, next deadline first."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Select, case, or_, select

from trading.base.errors import InvalidInput
from trading.base.money import parse_yuan
from trading.listing.tables import lot as lots
from trading.web.access import EVERYBODY, opt
from trading.web.public import asking
from trading.web.shell import Asked, Page, Shell

TENURES = ("lease", "contracting_out", "land_operating_right", "transfer")
GROUPS: dict[str, tuple[str, ...]] = {
    "registration": ("listed",),
    "check": ("qualifying", "stalled", "thin", "negotiating"),
    "bidding": ("ready", "bidding"),
    "result": ("provisional", "confirmed", "publicity", "cleared", "defaulted"),
    "deal": ("awarded", "contracted", "certified"),
    "none": ("failed", "relisted", "withdrawn", "terminated", "voided"),
}
"""States that people ask for together, by the name that stands in the address."""


class Wanted(msgspec.Struct, frozen=True):
    """What is looked for; an empty word is no condition."""

    q: str = ""
    state: str = ""
    org: str = ""
    tenure: str = ""
    least: str = ""
    most: str = ""


FIELDS = Wanted.__struct_fields__


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the front page."""

    @get("/", sync_to_thread=True, opt=opt(EVERYBODY))
    def front(request: Asked) -> Page:
        shell.centre.refresh()
        given = {name: str(request.query_params.get(name, "")) for name in FIELDS}
        wanted = Wanted(**{**given, "q": given["q"].strip()[: asking.WORDS_MAX]})
        after = str(request.query_params.get("after", ""))
        errors: dict[str, Any] = {}
        try:
            query = asking.behind(_wanted(shell, wanted), lots.c.order_us, lots.c.lot, after)
            found = asking.rows(shell, query)
        except InvalidInput as error:
            errors[str(error.params["field"])] = shell.explain(request, error)["message"]
            found = []
        page, last = asking.paged(found, "order_us", "lot")
        return shell.page(
            request, "public/home.html", status=400 if errors else 200, wanted=wanted,
            lots=[asking.with_state(shell, row) for row in page], next=last, errors=errors,
            orgs=asking.orgs_named(shell), groups=GROUPS, tenures=TENURES, after=after,
            state_of=asking.lot_state,
        )  # fmt: skip

    return [front]


def _wanted(shell: Shell, wanted: Wanted) -> Select[Any]:
    query = select(lots)
    if wanted.q:
        fields = (lots.c.title_zh, lots.c.lot, lots.c.asset, lots.c.notice, lots.c.org)
        named = [org for org, name in asking.orgs_named(shell).items() if wanted.q in name]
        query = query.where(
            or_(*(one.contains(wanted.q, autoescape=True) for one in fields), lots.c.org.in_(named))
        )
    if wanted.state in GROUPS:
        query = query.where(lots.c.place.in_(GROUPS[wanted.state]))
    if wanted.org:
        query = query.where(lots.c.org.in_(asking.org_and_below(shell, wanted.org)))
    if wanted.tenure in TENURES:
        query = query.where(lots.c.tenure == wanted.tenure)
    price = case((lots.c.lead_fen > 0, lots.c.lead_fen), else_=lots.c.start_price_fen)
    if wanted.least:
        query = query.where(price >= parse_yuan(wanted.least, "least"))
    if wanted.most:
        query = query.where(price <= parse_yuan(wanted.most, "most"))
    return query
