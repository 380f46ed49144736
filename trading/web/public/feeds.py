"""Atom feeds of what is new: lots and notices, of all or of one community or street."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from sqlalchemy import select

from trading.listing.tables import case as cases
from trading.listing.tables import lot as lots
from trading.web.access import EVERYBODY, opt
from trading.web.i18n import iso
from trading.web.public import asking
from trading.web.public.telling import HEAD, origin
from trading.web.shell import Asked, Shell

ENTRIES_MAX = 50
ATOM = "application/atom+xml; charset=utf-8"


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the feeds."""

    @get("/feeds/lots.atom", sync_to_thread=True, opt=opt(EVERYBODY))
    def of_lots(request: Asked, org: FromQuery[str] = "") -> Response[str]:
        query = select(
            lots.c.lot.label("name"), lots.c.title_zh, cases.c.published_us
        ).join_from(cases, lots, lots.c.notice == cases.c.notice)  # fmt: skip
        return _feed(shell, request, "lots", query, org)

    @get("/feeds/notices.atom", sync_to_thread=True, opt=opt(EVERYBODY))
    def of_notices(request: Asked, org: FromQuery[str] = "") -> Response[str]:
        query = select(cases.c.case.label("name"), cases.c.title_zh, cases.c.published_us)
        return _feed(shell, request, "notices", query, org)

    return [of_lots, of_notices]


def _feed(shell: Shell, request: Asked, what: str, query: Any, org: str) -> Response[str]:
    query = query.where(cases.c.published_us > 0)
    if org:
        query = query.where(cases.c.org.in_(asking.org_and_below(shell, org)))
    found = asking.rows(shell, query.order_by(cases.c.published_us.desc()).limit(ENTRIES_MAX))
    site = escape(origin(request))
    newest = found[0]["published_us"] if found else shell.centre.clock.now_us()
    entries = "".join(
        f"<entry><id>{site}/{what}/{escape(row['name'])}</id><title>{escape(row['title_zh'])}"
        f'</title><updated>{iso(row["published_us"])}</updated><link href="{site}/{what}/'
        f'{escape(row["name"])}"/></entry>'
        for row in found
    )
    text = (
        f'{HEAD}<feed xmlns="http://www.w3.org/2005/Atom"><id>{site}/feeds/{what}</id>'
        f"<title>社区公共资源交易中心</title><author><name>社区公共资源交易中心</name></author>"
        f"<updated>{iso(newest)}</updated>{entries}</feed>\n"
    )
    return Response(text, media_type=ATOM)
