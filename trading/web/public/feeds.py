"""Atom feeds of what is new: lots and notices, of all or of one community or street."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from sqlalchemy import ColumnElement, Select, select

from trading.listing.tables import case as cases
from trading.listing.tables import lot as lots
from trading.store.schema import entry
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
        found = [*asking.rows(shell, _first(shell, org)), *asking.rows(shell, _again(shell, org))]
        newest = sorted(found, key=lambda row: (-row["at_us"], row["name"]))[:ENTRIES_MAX]
        return _feed(shell, request, "lots", newest)

    @get("/feeds/notices.atom", sync_to_thread=True, opt=opt(EVERYBODY))
    def of_notices(request: Asked, org: FromQuery[str] = "") -> Response[str]:
        at_us = cases.c.published_us
        query = select(cases.c.case.label("name"), cases.c.title_zh, at_us.label("at_us")).where(
            at_us > 0, *_within(shell, cases.c.org, org)
        )
        found = asking.rows(shell, query.order_by(at_us.desc()).limit(ENTRIES_MAX))
        return _feed(shell, request, "notices", found)

    return [of_lots, of_notices]


def _within(shell: Shell, column: ColumnElement[str], org: str) -> list[ColumnElement[bool]]:
    return [column.in_(asking.org_and_below(shell, org))] if org else []


def _first(shell: Shell, org: str) -> Select[Any]:
    """Return the newest lots of the first round: they were listed with the notice of their case."""
    at_us = cases.c.published_us
    return (
        select(lots.c.lot.label("name"), lots.c.title_zh, at_us.label("at_us"))
        .join_from(cases, lots, lots.c.notice == cases.c.notice)
        .where(at_us > 0, lots.c.listing_round == 1, *_within(shell, lots.c.org, org))
        .order_by(at_us.desc())
        .limit(ENTRIES_MAX)
    )


def _again(shell: Shell, org: str) -> Select[Any]:
    """Return the newest lots that were listed again: each under a notice of its own, since then.

    The first entry of a lot is its listing.
    """
    newest = (
        select(lots.c.lot, lots.c.title_zh)
        .where(lots.c.listing_round > 1, *_within(shell, lots.c.org, org))
        .order_by(lots.c.registration_until_us.desc())
        .limit(ENTRIES_MAX)
        .subquery()
    )
    return select(
        newest.c.lot.label("name"), newest.c.title_zh, entry.c.at_us.label("at_us")
    ).join_from(newest, entry, (entry.c.stream == "lot/" + newest.c.lot) & (entry.c.seq == 1))


def _feed(shell: Shell, request: Asked, what: str, found: list[dict[str, Any]]) -> Response[str]:
    site = escape(origin(request))
    newest = found[0]["at_us"] if found else shell.centre.clock.now_us()
    entries = "".join(
        f"<entry><id>{site}/{what}/{escape(row['name'])}</id><title>{escape(row['title_zh'])}"
        f'</title><updated>{iso(row["at_us"])}</updated><link href="{site}/{what}/'
        f'{escape(row["name"])}"/></entry>'
        for row in found
    )
    text = (
        f'{HEAD}<feed xmlns="http://www.w3.org/2005/Atom"><id>{site}/feeds/{what}</id>'
        f"<title>社区公共资源交易中心</title><author><name>社区公共资源交易中心</name></author>"
        f"<updated>{iso(newest)}</updated>{entries}</feed>\n"
    )
    return Response(text, media_type=ATOM)
