"""Lists of the staff: cases, lots, assets, contracts, what ends, what is owed; as sheets too.

Every filter stands in the address; a list shows what a grant reaches and nothing else.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from sqlalchemy import Select, Table, and_, or_, select

from trading.base.deadline import local_date
from trading.base.money import FEN_PER_YUAN, QUANTITIES
from trading.engine.stream import CLEAR
from trading.listing.tables import case as cases
from trading.listing.tables import lot as lots
from trading.register.contracts import ContractTerms, Performance, arrears_on
from trading.register.queries import OPEN
from trading.register.rent import add_months
from trading.register.tables import asset as assets
from trading.register.tables import contract as contracts
from trading.web.access import STAFF, opt
from trading.web.i18n import gettext as _
from trading.web.i18n import told_apart
from trading.web.shell import Asked, Page, Shell, chosen_language, viewer_of
from trading.web.staff.forms import words
from trading.words.language import pick, speaking
from trading.words.telling import place_label

PAGE = 50
SHEET_ROWS_MAX = 5000
MONTHS_MAX = 36
NAME_MAX = 64
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TABLES: dict[str, tuple[Table, str]] = {
    "case": (cases, "title_zh"), "lot": (lots, "title_zh"), "asset": (assets, "name_zh"),
    "contract": (contracts, "number"),
}  # fmt: skip
VIEWS = ("assets", "contracts", "expiring", "arrears", "held_over")
Row = dict[str, Any]


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the lists and their sheets."""
    lists = Lists(shell)

    @get("/staff/cases", sync_to_thread=True, opt=opt(STAFF))
    def trade(
        request: Asked, of: FromQuery[str] = "case", place: FromQuery[str] = "",
        org: FromQuery[str] = "", q: FromQuery[str] = "", held: FromQuery[str] = "",
        after: FromQuery[str] = "",
    ) -> Page:  # fmt: skip
        of = "lot" if of == "lot" or held else "case"
        return lists.trade(request, of, place, org, q, after, held=bool(held))

    @get("/staff/register", sync_to_thread=True, opt=opt(STAFF))
    def register(
        request: Asked, view: FromQuery[str] = "assets", org: FromQuery[str] = "",
        months: FromQuery[int] = 6, after: FromQuery[str] = "",
    ) -> Page:  # fmt: skip
        return lists.register(request, view if view in VIEWS else "assets", org, months, after)

    @get("/staff/register.xlsx", sync_to_thread=True, opt=opt(STAFF))
    def sheet(
        request: Asked, view: FromQuery[str] = "assets", org: FromQuery[str] = "",
        months: FromQuery[int] = 6,
    ) -> Response[bytes]:  # fmt: skip
        return lists.sheet(request, view if view in VIEWS else "assets", org, months)

    return [trade, register, sheet]


class Lists:
    """The lists of one shell."""

    def __init__(self, shell: Shell) -> None:
        """List what the centre of ``shell`` holds."""
        self._shell = shell

    def trade(  # one for each filter of the address
        self, request: Asked, of: str, place: str, org: str, q: str, after: str, *, held: bool
    ) -> Page:
        """Return cases or lots, by state, organisation and name; ``held`` ones alone."""
        table, named = _TABLES[of]
        query = self._reached(request, select(table), table, org)
        if place:
            query = query.where(table.c.place == place[:NAME_MAX])
        if held:
            query = query.where(lots.c.hold != CLEAR, lots.c.place.not_in(self._ended()))
        if q:
            query = query.where(table.c[named].contains(q[:NAME_MAX], autoescape=True))
        rows, more = self._page(query, table.c[of], after, PAGE)
        with speaking(chosen_language(request)):
            places = self._places(of)
            return self._shell.page(
                request, "staff/cases.html", title=_("项目与标的"), of=of, rows=rows, more=more,
                places=places, labels=dict(places), orgs=self._orgs(request), place=place,
                org=org, q=q, held=held, names=self._names(), ended=self._ended(),
            )  # fmt: skip

    def register(self, request: Asked, view: str, org: str, months: int, after: str) -> Page:
        """Return assets or contracts, and what is owed by community and street."""
        rows, more = self._rows(request, view, org, months, after, PAGE)
        owed = self._owed(request, org) if view == "arrears" else []
        with speaking(chosen_language(request)):
            of = "asset" if view == "assets" else "contract"
            return self._shell.page(
                request, "staff/register.html", title=_("资产与合同"), view=view, rows=rows,
                more=more, orgs=self._orgs(request), org=org, months=months, names=self._names(),
                labels=dict(self._places(of)), owed=owed, views=_views(), of=of,
                category=words.category,
            )  # fmt: skip

    def sheet(self, request: Asked, view: str, org: str, months: int) -> Response[bytes]:
        """Return the same list as a sheet; no cell is a formula."""
        rows, _more = self._rows(request, view, org, months, "", SHEET_ROWS_MAX)
        names = self._names()
        with speaking(chosen_language(request)):
            of = "asset" if view == "assets" else "contract"
            labels = dict(self._places(of))
            columns = _columns(of, names, labels)
            heads = [name for name, _read in columns]
            lines = [[read(row) for _name, read in columns] for row in rows]
            title = dict(_views())[view]
        return Response(
            as_xlsx(title, heads, lines), media_type=XLSX,
            headers={"Content-Disposition": f'attachment; filename="{view}.xlsx"'},
        )  # fmt: skip

    def _rows(
        self, request: Asked, view: str, org: str, months: int, after: str, limit: int
    ) -> tuple[list[Row], str]:
        today = local_date(self._shell.centre.clock.now_us())
        table, of = (assets, "asset") if view == "assets" else (contracts, "contract")
        query = self._reached(request, select(table), table, org)
        if view != "assets":
            query = query.where(contracts.c.place.in_(OPEN)).where(*_of_view(view, today, months))
        rows, more = self._page(query, table.c[of], after, limit)
        if of == "contract":
            rows = [{**row, **self._money(row, today)} for row in rows]
        return rows, more

    def _money(self, row: Row, today: date) -> Row:
        state = self._shell.centre.state(f"contract/{row['contract']}")
        assert state is not None
        terms: ContractTerms = state.facets["contract"]
        done: Performance | None = state.facets.get("performance")
        owed = arrears_on(terms, done, today)
        return {"owed_fen": owed.fen, "owed_days": owed.days, "use_zh": terms.agreement.use_zh}

    def _owed(self, request: Asked, org: str) -> list[Row]:
        """Return what is owed in all, by community and by street, the most first."""
        rows, _more = self._rows(request, "arrears", org, 0, "", SHEET_ROWS_MAX)
        orgs, found = self._shell.orgs(), dict[tuple[str, str], list[int]]()
        for row in rows:
            node = orgs.nodes.get(row["org"])
            for key in ((node.parent if node else "", ""), (node.parent if node else "",
                                                            row["org"])):  # fmt: skip
                kept = found.setdefault(key, [0, 0])
                kept[0], kept[1] = kept[0] + row["owed_fen"], kept[1] + 1
        return [
            {"street": street, "org": owner, "fen": fen, "count": count}
            for (street, owner), (fen, count) in sorted(found.items())
        ]

    def _reached(self, request: Asked, query: Select[Any], table: Table, org: str) -> Select[Any]:
        viewer, orgs = viewer_of(request), self._shell.orgs()
        names = [name for name in orgs.nodes if viewer.reaches(name, orgs)]
        if org:
            names = [org] if org in names else []
        return query.where(table.c.org.in_(names))

    def _page(self, query: Select[Any], key: Any, after: str, limit: int) -> tuple[list[Row], str]:
        self._shell.centre.refresh()
        query = query.where(key > after[:NAME_MAX]).order_by(key).limit(limit + 1)
        with self._shell.reading() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return rows[:limit], rows[limit - 1][key.name] if len(rows) > limit else ""

    def _ended(self) -> set[str]:
        """Return the places in which a lot is over: a hold that is left on it holds nothing."""
        workflows = self._shell.centre.kernel.catalogue.workflows_of("lot")
        return {place for workflow in workflows for place in workflow.final}

    def _places(self, kind: str) -> list[tuple[str, str]]:
        centre = self._shell.centre
        known = {place: None for workflow in centre.kernel.catalogue.workflows_of(kind)
                 for place in workflow.states}  # fmt: skip
        return [(place, place_label(centre, kind, place)) for place in known]

    def _orgs(self, request: Asked) -> list[tuple[str, str]]:
        viewer, orgs = viewer_of(request), self._shell.orgs()
        reached = {name: node.name_zh for name, node in sorted(orgs.nodes.items())
                   if viewer.reaches(name, orgs)}  # fmt: skip
        return [("", _("不限")), *told_apart(reached).items()]

    def _names(self) -> dict[str, str]:
        return {name: node.name_zh for name, node in self._shell.orgs().nodes.items()}


def _of_view(view: str, today: date, months: int) -> list[Any]:
    ends, unpaid = contracts.c.ends_day, contracts.c.unpaid_day
    if view == "expiring":
        until = str(add_months(today, max(0, min(months, MONTHS_MAX))))
        return [and_(ends != "", ends <= until)]
    if view == "arrears":
        return [and_(unpaid != "", unpaid < str(today))]
    if view == "held_over":
        return [or_(contracts.c.place == "expired", and_(ends != "", ends < str(today)))]
    return []


def _views() -> list[tuple[str, str]]:
    told = (_("资产"), _("合同"), _("临期合同"), _("欠款"), _("到期未交还"))
    return list(zip(VIEWS, told, strict=True))


def _columns(
    of: str, names: dict[str, str], labels: dict[str, str]
) -> list[tuple[str, Callable[[Row], Any]]]:
    common: list[tuple[str, Callable[[Row], Any]]] = [
        (_("编号"), lambda row: row[of]),
        (_("所属组织"), lambda row: names.get(row["org"], row["org"])),
        (_("现在"), lambda row: labels.get(row["place"], row["place"])),
    ]
    if of == "asset":
        return [
            *common, (_("名称"), lambda row: row["name_zh"]),
            (_("类别"), lambda row: words.category(row["category"])),
            (_("数量"), lambda row: row["quantity_thousandths"] / 1000),
            (_("单位"), lambda row: _unit(row["quantity_unit"])),
        ]  # fmt: skip
    return [
        *common, (_("合同文号"), lambda row: row["number"]), (_("资产"), lambda row: row["asset"]),
        (_("用途"), lambda row: row["use_zh"]), (_("起始日"), lambda row: row["starts_day"]),
        (_("到期日"), lambda row: row["ends_day"]),
        (_("欠款（元）"), lambda row: row["owed_fen"] / FEN_PER_YUAN),
        (_("逾期天数"), lambda row: row["owed_days"]),
    ]  # fmt: skip


def _unit(code: str) -> str:
    return pick(*QUANTITIES[code]) if code in QUANTITIES else code


def as_xlsx(title: str, heads: list[str], lines: list[list[Any]]) -> bytes:
    """Return a sheet of ``lines`` in which every text is text, never a formula."""
    book, out = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for line in (heads, *lines):
        cells = []
        for value in line:
            cell = WriteOnlyCell(sheet, value=value)
            if isinstance(value, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    book.save(out)
    return out.getvalue()
