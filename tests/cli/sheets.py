"""Sheets that the tests of import bring, and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from click.testing import Result
from openpyxl import Workbook

from tests.cli.conftest import command
from trading.centre import Centre
from trading.engine.stream import Stream
from trading.imports.sheet import Row, Sheet
from trading.store.home import Home

HEADER = ("id,title_zh,locality_zh,asset_class,tenure,qty,qty_unit,method,start_price,start_unit,"
          "min_increment,deposit_cny,term_years,project,lot")  # fmt: skip
GOOD = "A1,东塘,示范社区,fish_pond,lease,12.5,mu,online_dynamic,600,CNY/mu/year,20,5000,3,,"
ASSETS = "资产编号,类别,名称,坐落,数量,单位,权属类型,评估价值,评估日期,占用情况,混合产权"
SHOP = "S1,shop,门面一号,示范社区一组,32.5,平方米,不动产权证,60000,2025/11/30,承租,否"
CONTRACTS = "合同编号,资产编号,交易方式,用途,价格,价格单位,起始日,到期日,期限（月）,履约保证金,已付期数,数量,合同扫描件"  # noqa: E501 - one header line
LEASE = "HT1,S1,出租,零售,20,CNY/m2/month,2024-01-01,,60,5000,12,32.5,"


def sheet(path: Path, *lines: str, header: str = HEADER) -> Path:
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def book(path: Path, *lines: str, merged: str = "") -> Path:
    found = Workbook()
    for line in lines:
        found.active.append(line.split(","))
    if merged:
        found.active.merge_cells(merged)
    found.save(path)
    return path


def run(data: Path, path: Path, *more: str, kind: str = "listings") -> Result:
    return command("import", kind, path, "--data", data, "--org", "village", "--actor",
                   "officer", "--json", *more, lang="zh")  # fmt: skip


def rows(path: Path) -> list[Row]:
    return list(Sheet(path).rows())


def state(data: Path, stream: str) -> Stream | None:
    centre = Centre(Home.open(data))
    try:
        return centre.state(stream)
    finally:
        centre.close()


def fields(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(row["id"], row["field"]) for row in found["refused"]}
