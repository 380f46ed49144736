"""definitions and import: data that people bring."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import Workbook

from tests.cli.conftest import command, told
from trading.base import assets
from trading.imports.sheet import read

HEADER = ("id,title_zh,locality_zh,asset_class,tenure,qty,qty_unit,method,start_price,start_unit,"
          "min_increment,deposit_cny,term_years")  # fmt: skip
GOOD = "A1,东塘,示范社区,fish_pond,lease,12.5,mu,online_dynamic,600,CNY/mu/year,20,5000,3"


def _sheet(path: Path, *lines: str) -> Path:
    path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
    return path


def _import(data: Path, path: Path, *more: str) -> Result:
    return command("import", "listings", path, "--data", data, "--org", "village", "--actor",
                   "officer", "--json", *more)  # fmt: skip


def test_the_shipped_definitions_hold() -> None:
    assert told(command("definitions", "check", "--json"))["ok"]
    assert "hold" in command("definitions", "check").stdout


@pytest.mark.parametrize("name", ["lot_ascending", "cn-collective@1", "cn-2025", "cn-votes"])
def test_every_kind_of_definition_is_shown(name: str) -> None:
    assert command("definitions", "show", name).exit_code == 0
    assert len(told(command("definitions", "show", name, "--json"))["digest"]) == 64


def test_a_diagram_has_ascii_ids_and_chinese_labels() -> None:
    text = command("definitions", "diagram", "lot_ascending", lang="zh").stdout

    assert 'state "正在竞价" as bidding' in text
    assert command("definitions", "diagram", "cn-collective").exit_code == 1 + 1


def test_an_unknown_definition_is_refused() -> None:
    assert command("definitions", "show", "nothing").exit_code == 2


@pytest.fixture
def longer(tmp_path: Path) -> Path:
    """Return a next version of the collective pack with a longer publicity."""
    text = assets.read_text("policies/packs/cn-collective@1.toml")
    head, _mark, tail = text.partition("[values.result_publicity_days]")
    text = head.replace('id = "cn-collective@1"', 'id = "cn-collective@2"')
    text += "[values.result_publicity_days]" + tail.replace("value = 3", "value = 5", 1)
    path = tmp_path / "pack.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_differences_are_told_in_plain_words(longer: Path) -> None:
    assert command("definitions", "diff", longer, lang="zh").stdout == "结果公示期：3 天 -> 5 天\n"


def test_two_people_install_a_pack(data: Path, longer: Path) -> None:
    install = ("definitions", "install", longer, "--data", data)

    first = command(*install, "--actor", "office-1")
    again = command(*install, "--actor", "office-1")
    second = told(command(*install, "--actor", "office-2", "--json"))
    third = command(*install, "--actor", "office-2")

    assert "Proposed" in first.stdout
    assert again.exit_code == 1
    assert second["outcome"] == "done"
    assert second["trial"]["commands"] > 20
    assert third.exit_code == 1
    assert command("replay", "--data", data).exit_code == 0


def test_a_pack_with_a_float_is_refused(data: Path, longer: Path) -> None:
    longer.write_text(longer.read_text().replace("value = 5", "value = 5.5", 1))

    done = command("definitions", "install", longer, "--data", data, "--actor", "office-1")

    assert done.exit_code == 2


def test_a_workflow_with_an_avoidable_step_is_refused_with_its_path(tmp_path: Path) -> None:
    text = assets.read_text("workflows/lot_ascending@1.toml")
    path = tmp_path / "lot.toml"
    path.write_text(text.replace('requires = ["O9"]', "requires = []"), encoding="utf-8")

    done = command("definitions", "diff", path)

    assert done.exit_code == 2
    assert "avoids O9" in done.stderr


def test_good_rows_go_in_and_refused_rows_come_back(data: Path, tmp_path: Path) -> None:
    sheet = _sheet(
        tmp_path / "lots.csv",
        GOOD,
        GOOD.replace("A1", "A2").replace("600", "6e2"),
        GOOD.replace("A1", "A3").replace("online_dynamic", "sealed_one_shot"),
        GOOD.replace("A1", "A4").replace("12.5", ""),
        GOOD.replace("A1", "A5").replace(",3", ",30"),
    )

    done = _import(data, sheet)
    again = told(_import(data, sheet))

    found = told(done)
    assert done.exit_code == 1
    assert found["added"] == 1
    assert {(row["id"], row["field"]) for row in found["refused"]} == {
        ("A2", "start_price"), ("A3", "method"), ("A4", "qty"), ("A5", ""),
    }  # fmt: skip
    header, rows = read(tmp_path / "lots.refused.csv")
    assert header == HEADER.split(",")
    assert [row["id"] for row in rows] == ["A2", "A3", "A4", "A5"]
    assert (again["added"], again["present"]) == (0, 1)


def test_a_dry_run_writes_nothing(data: Path, tmp_path: Path) -> None:
    before = (data / "trading.sqlite3").read_bytes()

    found = told(_import(data, _sheet(tmp_path / "lots.csv", GOOD), "--dry-run"))

    assert found["added"] == 1
    assert (data / "trading.sqlite3").read_bytes() == before


def test_an_xlsx_goes_in_and_comes_back(data: Path, tmp_path: Path) -> None:
    book = Workbook()
    for line in (HEADER, GOOD, GOOD.replace("A1", "A2").replace("lease", "barter")):
        book.active.append(line.split(","))
    book.save(tmp_path / "lots.xlsx")

    found = told(_import(data, tmp_path / "lots.xlsx"))

    assert found["added"] == 1
    assert found["refused"] == [
        {"id": "A2", "field": "tenure", "reason": "tenure barter is not known"}
    ]
    assert read(tmp_path / "lots.refused.xlsx")[1][0]["id"] == "A2"


def test_merged_cells_and_wrong_encodings_are_refused(data: Path, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEADER.split(","))
    book.active.merge_cells("A2:B2")
    book.save(tmp_path / "merged.xlsx")
    (tmp_path / "gbk.csv").write_bytes(f"{HEADER}\n{GOOD}\n".encode("gb18030"))
    (tmp_path / "none.xlsx").write_bytes(b"no sheet")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "twice.csv").write_bytes(b"id,id\n1,2\n")

    assert told(_import(data, tmp_path / "merged.xlsx"))["field"] == "A2:B2"
    for name in ("gbk.csv", "none.xlsx", "empty.csv", "twice.csv"):
        assert _import(data, tmp_path / name).exit_code == 1


def test_a_formula_comes_back_as_text(data: Path, tmp_path: Path) -> None:
    sheet = _sheet(tmp_path / "lots.csv", GOOD.replace("东塘", "=1+1").replace("lease", "barter"))

    _import(data, sheet)

    assert "'=1+1" in (tmp_path / "lots.refused.csv").read_text(encoding="utf-8-sig")
