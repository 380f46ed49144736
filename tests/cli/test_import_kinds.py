"""import of assets, contracts and rosters: every column, and what a bad cell costs."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import command, told
from tests.cli.sheets import (
    ASSETS,
    CONTRACTS,
    LEASE,
    SHOP,
    fields,
    rows,
    run,
    sheet,
    state,
)


def test_ten_thousand_rows_with_37_bad_ones(data: Path, tmp_path: Path) -> None:
    lines = [SHOP.replace("S1", f"S{n}") for n in range(10_000)]
    for n in range(0, 37 * 270, 270):
        lines[n] = lines[n].replace("32.5", "a lot")
    path = sheet(tmp_path / "assets.csv", *lines, header=ASSETS)

    done = run(data, path, kind="assets")

    found = told(done)
    assert (found["added"], found["refused_count"]) == (9_963, 37)
    assert {row["field"] for row in found["refused"]} == {"quantity"}
    assert len(rows(tmp_path / "assets.refused.csv")) == 37
    assert "5120/10000" in done.stderr
    assert command("replay", "--data", data).exit_code == 0


def test_a_ledger_goes_in_by_its_chinese_columns(data: Path, tmp_path: Path) -> None:
    run(data, sheet(tmp_path / "assets.csv", SHOP, header=ASSETS), kind="assets")
    asset = state(data, "asset/s1")
    assert asset is not None
    found = asset.facets["asset"]
    assert (found.quantity_thousandths, found.quantity_unit) == (32_500, "m2")
    assert (found.ledger.title_kind, found.ledger.occupant) == ("ownership", "tenant")
    assert (found.ledger.appraisal_fen, found.ledger.appraisal_day) == (6_000_000, "2025-11-30")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("承租", "张三", "occupant"),
        ("2025/11/30", "2025/11/31", "appraisal_day"),
        ("2025/11/30", "", "description.ledger"),
        ("否", "也许", "mixed_title"),
        ("S1", "门面1", "asset"),
        ("32.5", "0", ""),
    ],
)
def test_a_bad_cell_of_a_ledger_is_named(
    data: Path, tmp_path: Path, old: str, new: str, field: str
) -> None:
    path = sheet(tmp_path / "assets.csv", SHOP.replace(old, new), header=ASSETS)
    found = told(run(data, path, kind="assets"))
    assert [row["field"] for row in found["refused"]] == [field]


@pytest.fixture
def let(data: Path, tmp_path: Path) -> Path:
    """Give a centre with one asset that a paper contract may be on, and the scan beside it."""
    run(data, sheet(tmp_path / "assets.csv", SHOP, header=ASSETS), kind="assets")
    (tmp_path / "ht1.pdf").write_bytes(b"%PDF-1.7 a lease")
    (tmp_path / "empty.pdf").write_bytes(b"")
    return data


def test_a_contract_comes_from_paper_with_its_scan(let: Path, tmp_path: Path) -> None:
    path = sheet(tmp_path / "old.csv", f"{LEASE}ht1.pdf", header=CONTRACTS)
    assert told(run(let, path, kind="contracts"))["added"] == 1
    found = state(let, "contract/paper-ht1")
    assert found is not None
    terms = found.facets["contract"]
    assert (terms.source, terms.agreement.ends_day) == ("paper", "2028-12-31")
    (run_,) = terms.agreement.schedule
    assert (run_.every_months, run_.count, run_.amount_fen) == (1, 60, 65_000)
    assert found.facets["performance"].paper_through == 12
    assert told(run(let, path, kind="contracts"))["present"] == 1


def test_a_contract_may_name_its_days_and_its_digest_alone(let: Path, tmp_path: Path) -> None:
    line = f"{LEASE}{'0' * 64}".replace(",,60,", ",2026-12-31,,")
    found = told(run(let, sheet(tmp_path / "old.csv", line, header=CONTRACTS), kind="contracts"))
    assert found["added"] == 1
    contract = state(let, "contract/paper-ht1")
    assert contract is not None
    assert contract.facets["contract"].agreement.schedule[0].count == 36


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("ht1.pdf", "", "paper"),
        ("ht1.pdf", "../ht1.pdf", "paper"),
        ("ht1.pdf", "none.pdf", "paper"),
        ("ht1.pdf", "old.csv", "paper"),
        ("ht1.pdf", "empty.pdf", "paper"),
        ("2024-01-01", "", "starts_day"),
        (",,60,", ",,,", "ends_day"),
        ("出租", "转让", "tenure"),
        ("CNY/m2/month", "CNY/cubit/month", "price_unit"),
        (",20,", ",-20,", "price"),
        (",20,", ",,", "price"),
        ("CNY/m2/month", "", "price_unit"),
        (",12,", ",a dozen,", "paid_instalments"),
        (",12,", ",61,", "paid_instalments"),
        ("S1", "S2", "asset"),
    ],
)
def test_a_bad_cell_of_a_contract_is_named(
    let: Path, tmp_path: Path, old: str, new: str, field: str
) -> None:
    line = f"{LEASE}ht1.pdf".replace(old, new, 1)
    found = told(run(let, sheet(tmp_path / "old.csv", line, header=CONTRACTS), kind="contracts"))
    assert [row["field"] for row in found["refused"]] == [field]


def _roster(data: Path, path: Path, *more: str) -> Result:
    return run(data, path, "--actor", "office-1", *more, kind="roster")


def test_a_roster_is_frozen_whole_and_again_only_when_it_differs(
    data: Path, tmp_path: Path
) -> None:
    lines = [f"rep-{n},group-{n % 2},{n}" for n in (4, 3, 2, 1)]
    path = sheet(tmp_path / "roster.csv", *lines, header="代表编号,小组,序号")
    assert told(_roster(data, path, "--dry-run"))["added"] == 4
    assert told(_roster(data, path))["added"] == 4
    found = state(data, "roster/village")
    assert found is not None
    assert [row.member for row in found.facets["roster"].rows] == [
        "rep-2", "rep-4", "rep-1", "rep-3",
    ]  # fmt: skip
    assert told(_roster(data, path))["present"] == 4
    less = sheet(tmp_path / "less.csv", *lines[1:], header="member,group,number")
    assert told(_roster(data, less))["added"] == 3


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("rep-1,g,2", {("rep-1", "member"), ("rep-2", ""), ("rep-3", "")}),
        ("rep 4,g,4", {("rep 4", "member")}),
        ("rep-4,g,0", {("rep-4", "number")}),
        ("rep-4,g,3", {("rep-4", "number")}),
    ],
)
def test_a_roster_with_a_bad_row_comes_back_whole(
    data: Path, tmp_path: Path, line: str, found: set[tuple[str, str]]
) -> None:
    lines = [f"rep-{n},g,{n}" for n in (1, 2, 3)]
    path = sheet(tmp_path / "roster.csv", *lines, line, header="member,group,number")
    done = told(_roster(data, path))
    assert (done["added"], done["refused_count"]) == (0, 4)
    assert found <= fields(done)
    assert state(data, "roster/village") is None
