"""Statistics out of projections: always so many queries, whatever happened before."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import ColumnElement, case, func, select

from trading.base.errors import NotFound
from trading.base.units import SECOND_US
from trading.bidding.tables import roll
from trading.listing.tables import lot as lots
from trading.web.access import EVERYBODY, opt
from trading.web.i18n import BEIJING, span
from trading.web.i18n import gettext as _
from trading.web.public import asking, stairs
from trading.web.shell import Asked, Page, Shell, chosen_language
from trading.words.language import speaking
from trading.words.telling import place_label

YEAR = re.compile(r"20\d{2}", re.ASCII)
PREMIUMS = (0, 10, 50, 100)
"""Bounds, in per cent over the start price, between which awarded lots are counted."""
GROUPS_MAX = 200
CSV = "text/csv; charset=utf-8"
Counted = list[tuple[str, int]]
NAMES = "zh-CN"
"""The language of labels that are names of organisations."""


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the statistics and their file."""

    @get("/statistics", sync_to_thread=True, opt=opt(EVERYBODY))
    def page(request: Asked) -> Page:
        with speaking(chosen_language(request)):
            told = _all(shell, _asked(shell, request))
            spans = _spans(shell, _asked(shell, request))
        return shell.page(
            request, "public/statistics.html", orgs=asking.orgs_named(shell), spans=spans,
            year=request.query_params.get("year", ""), org=request.query_params.get("org", ""),
            plots=[(name, stairs.bars(counted), lang) for name, counted, lang in told],
        )  # fmt: skip

    @get("/statistics.csv", sync_to_thread=True, opt=opt(EVERYBODY))
    def file(request: Asked) -> Response[str]:
        with speaking(chosen_language(request)):
            told = _all(shell, _asked(shell, request))
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerows(
            (name, _cell(label), count) for name, rows, _lang in told for label, count in rows
        )
        headers = {"Content-Disposition": 'attachment; filename="statistics.csv"'}
        return Response("\ufeff" + text.getvalue(), media_type=CSV, headers=headers)

    return [page, file]


def _cell(label: str) -> str:
    """Return ``label`` so that no spreadsheet takes it for a formula."""
    return f"'{label}" if label[:1] in {"=", "+", "-", "@", "\t"} else label


def _asked(shell: Shell, request: Asked) -> list[ColumnElement[bool]]:
    year, org = (str(request.query_params.get(name, "")) for name in ("year", "org"))
    return wanted_of(shell, year, org)


def wanted_of(shell: Shell, year: str, org: str) -> list[ColumnElement[bool]]:
    """Return which lots are counted; raise ``NotFound`` for what is no year."""
    found: list[ColumnElement[bool]] = []
    if year:
        if not YEAR.fullmatch(year):
            raise NotFound("no such page")
        begin, end = (
            int(datetime(int(year) + n, 1, 1, tzinfo=BEIJING).timestamp()) * SECOND_US
            for n in (0, 1)
        )
        found += [lots.c.opens_us >= begin, lots.c.opens_us < end]
    if org:
        found.append(lots.c.org.in_(asking.org_and_below(shell, org)))
    return found


def _all(shell: Shell, wanted: list[ColumnElement[bool]]) -> list[tuple[str, Counted, str]]:
    shell.centre.refresh()
    orgs = asking.orgs_named(shell)
    states = by_state(shell, wanted)
    names = [_("没有高出"), "≤ 10 %", "≤ 50 %", "≤ 100 %", "> 100 %"]
    return [
        (_("标的，按状态"), [(place_label(shell.centre, "lot", p), n) for p, n in states], ""),
        (_("成交价比起始价高多少"), list(zip(names, premiums(shell, wanted), strict=True)), ""),
        (_("已成交标的的竞买人数"), by_bidders(shell, wanted), ""),
        (_("标的，按第几次挂牌"), by_round(shell, wanted), ""),
        (_("免去的见证步骤，按社区"), [(orgs.get(name, name), n)
                         for name, n in waivers(shell, wanted)], NAMES),
    ]  # fmt: skip


def by_state(shell: Shell, wanted: list[ColumnElement[bool]]) -> Counted:
    """Count lots by where they stand."""
    return _grouped(shell, lots.c.place, wanted)


def by_round(shell: Shell, wanted: list[ColumnElement[bool]]) -> Counted:
    """Count lots by their listing round."""
    return _grouped(shell, lots.c.listing_round, wanted)


def waivers(shell: Shell, wanted: list[ColumnElement[bool]]) -> Counted:
    """Count the steps that were waived, by organisation."""
    waived = select(lots.c.org.label("name"), func.sum(lots.c.waived).label("n")).where(*wanted)
    query = waived.where(lots.c.waived > 0).group_by(lots.c.org).limit(GROUPS_MAX)
    return [(row["name"], int(row["n"])) for row in asking.rows(shell, query)]


def _grouped(shell: Shell, by: ColumnElement[Any], wanted: list[ColumnElement[bool]]) -> Counted:
    query = select(by.label("name"), func.count().label("n")).select_from(lots).where(*wanted)
    rows = asking.rows(shell, query.group_by(by).order_by(by).limit(GROUPS_MAX))
    return [(str(row["name"]), row["n"]) for row in rows]


def premiums(shell: Shell, wanted: list[ColumnElement[bool]]) -> list[int]:
    """Count awarded lots by their premium: none, within each bound, and over the last."""
    over = (lots.c.lead_fen - lots.c.start_price_fen) * 100
    start = lots.c.start_price_fen
    bounds = [(over <= bound * start, place) for place, bound in enumerate(PREMIUMS)]
    band = case(*bounds, else_=len(PREMIUMS))
    rows = dict(_grouped(shell, band, [*wanted, lots.c.awarded == 1]))
    return [rows.get(str(place), 0) for place in range(len(PREMIUMS) + 1)]


def by_bidders(shell: Shell, wanted: list[ColumnElement[bool]]) -> Counted:
    """Count awarded lots by how many might bid: before the award not even a number is told."""
    query = (
        select(roll.c.qualified.label("name"), func.count().label("n"))
        .join_from(lots, roll, roll.c.lot == lots.c.lot)
        .where(*wanted, lots.c.awarded == 1)
        .group_by(roll.c.qualified)
        .order_by(roll.c.qualified)
        .limit(GROUPS_MAX)
    )
    return [(str(row["name"]), row["n"]) for row in asking.rows(shell, query)]


def spans(shell: Shell, wanted: list[ColumnElement[bool]]) -> list[int | None]:
    """Return how long lots whose result is posted took on average, in microseconds.

    From the end of registration to the opening, to the end of bidding, to the posted result.
    """
    parts = (
        lots.c.opens_us - lots.c.registration_until_us,
        lots.c.ends_us - lots.c.opens_us,
        lots.c.result_us - lots.c.ends_us,
    )
    query = select(*(func.avg(one).label(f"s{n}") for n, one in enumerate(parts)))
    (row,) = asking.rows(shell, query.where(*wanted, lots.c.result_us > 0))
    return [None if us is None else int(us) for us in row.values()]


def _spans(shell: Shell, wanted: list[ColumnElement[bool]]) -> list[tuple[str, str]]:
    names = (_("报名截止到竞价开始"), _("竞价开始到结束"), _("竞价结束到结果公布"))
    found = zip(names, spans(shell, wanted), strict=True)
    return [(name, span(us) if us is not None else "–") for name, us in found]
