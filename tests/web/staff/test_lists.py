"""Lists show what a grant reaches; the sheets of them hold no formula."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from tests.web.staff.conftest import House, text_of
from trading.web.staff.listing import VIEWS, as_xlsx


def test_a_list_ends_where_a_grant_ends(reading_house: House) -> None:
    everything = reading_house.desk("office-chen").get("/staff/cases?of=lot")
    own = reading_house.desk("officer-yi-r044").get("/staff/cases?of=lot")
    assert "case-r044-1" in own.text
    assert "case-r006-1" in everything.text
    assert "case-r006-1" not in own.text
    other = reading_house.desk("officer-yi-r044").get("/staff/cases?of=lot&org=community-r006")
    assert "没有符合条件的" in text_of(other)


def test_what_is_held_is_listed_by_itself_and_what_is_over_is_not_held(house: House) -> None:
    given = {"lot": "case-r044-1", "cause": "system_fault", "reason_zh": "核查中"}
    house.desk("operator-tan").act("lot.suspend", given, ("evidence",))
    page = house.desk("office-chen").get("/staff/cases?held=1")
    assert "case-r044-1" in page.text
    assert "case-r095-1" not in page.text  # voided while it was held
    voided = text_of(house.desk("office-chen").get("/staff/cases?of=lot&place=voided"))
    assert "case-r095-1" in voided
    assert "✕ 已中止" not in voided


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_a_page_and_a_sheet(reading_house: House, view: str) -> None:
    desk = reading_house.desk("office-chen")
    assert desk.get(f"/staff/register?view={view}&months=36").status_code == 200
    book = load_workbook(io.BytesIO(desk.get(f"/staff/register.xlsx?view={view}").content))
    assert book.active is not None
    assert book.active.max_column > 5
    assert not {"shop", "mu", "unit", "assets"} & {
        book.active.title,
        *(cell.value for row in book.active.iter_rows() for cell in row),
    }


def test_no_cell_of_a_sheet_is_a_formula() -> None:
    bad = ["=1+1", "+A1", "-2", "@SUM(A1)", '=HYPERLINK("http://x.example","y")']
    book = load_workbook(io.BytesIO(as_xlsx("x", ["a"], [[text] for text in bad])))
    assert book.active is not None
    cells = [row[0] for row in book.active.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == bad
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize("query", ["after=%00", "months=99", "place=x", "q=%25_", "after=zzz"])
def test_odd_filters_are_no_error(reading_house: House, query: str) -> None:
    desk = reading_house.desk("office-chen")
    assert desk.get(f"/staff/cases?{query}").status_code in {200, 400}
    assert desk.get(f"/staff/register?view=expiring&{query}").status_code in {200, 400}
