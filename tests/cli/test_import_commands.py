"""import: good rows go in, refused rows come back as the same sheet with field and reason."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.cli.conftest import command, told
from tests.cli.sheets import (
    GOOD,
    HEADER,
    book,
    fields,
    rows,
    run,
    sheet,
    state,
)
from trading.centre import Centre
from trading.demo import rows as real
from trading.imports.sheet import Sheet
from trading.listing import tables
from trading.store.home import Home


def test_good_rows_go_in_and_refused_rows_come_back(data: Path, tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "lots.csv",
        GOOD,
        GOOD.replace("A1", "A2").replace("600", "6e2"),
        GOOD.replace("A1", "A3").replace("online_dynamic", "sealed_one_shot"),
        GOOD.replace("A1", "A4").replace("12.5", ""),
        GOOD.replace("A1", "A5").replace(",3,", ",30,"),
        GOOD,
    )

    done = run(data, path)
    again = told(run(data, path))

    found = told(done)
    assert done.exit_code == 1
    assert (found["added"], found["present"], found["refused_count"]) == (1, 0, 5)
    assert fields(found) == {
        ("A2", "start_price"), ("A3", "method"), ("A4", "qty"), ("A5", "lots"), ("A1", "id"),
    }  # fmt: skip
    returned = rows(tmp_path / "lots.refused.csv")
    assert Sheet(tmp_path / "lots.refused.csv").header == HEADER.split(",")
    assert [row["id"] for row in returned] == ["A2", "A3", "A4", "A5", "A1"]
    assert (again["added"], again["present"]) == (0, 1)


def test_reasons_are_told_in_plain_chinese(data: Path, tmp_path: Path) -> None:
    path = sheet(tmp_path / "lots.csv", GOOD.replace("600", "6e2"), GOOD.replace(",3,", ",30,"))
    found = told(run(data, path))
    assert [(row["line"], row["reason"]) for row in found["refused"]] == [
        (2, "不是正确的金额（元，最多两位小数）"), (3, "期限超过法律或政策上限"),
    ]  # fmt: skip


def test_a_mended_sheet_that_came_back_goes_in(data: Path, tmp_path: Path) -> None:
    run(data, sheet(tmp_path / "more.csv", GOOD.replace("A1", "A3").replace("12.5", "a lot")))
    path = tmp_path / "more.refused.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("a lot", "7"), encoding="utf-8")
    assert told(run(data, path))["added"] == 1


def test_rows_of_one_notice_are_one_case(data: Path, tmp_path: Path) -> None:
    notice = GOOD.removesuffix(",,")
    path = sheet(
        tmp_path / "lots.csv",
        f"{notice},沿街门面招租,1", f"{notice.replace('A1', 'A2')},沿街门面招租,2",
        GOOD.replace("A1", "A3"),
    )  # fmt: skip

    assert told(run(data, path))["added"] == 3

    case = state(data, "case/case-a1")
    assert case is not None
    assert [plan.asset for plan in case.facets["case"].lots] == ["asset-a1", "asset-a2"]
    assert case.facets["case"].title_zh == "沿街门面招租"
    assert state(data, "case/case-a2") is None
    assert state(data, "case/case-a3") is not None


def test_a_notice_comes_back_whole(data: Path, tmp_path: Path) -> None:
    notice = GOOD.removesuffix(",,")
    lines = [f"{notice},招租,1", f"{notice.replace('A1', 'A2').replace('600', 'x')},招租,2"]
    done = told(run(data, sheet(tmp_path / "lots.csv", *lines)))
    assert (done["added"], fields(done)) == (0, {("A1", ""), ("A2", "start_price")})
    assert state(data, "asset/asset-a1") is None

    mended = told(run(data, sheet(tmp_path / "again.csv", *(s.replace("x", "700") for s in lines))))
    assert (mended["added"], mended["refused_count"]) == (2, 0)


def test_a_notice_whose_case_is_refused_comes_back_whole(data: Path, tmp_path: Path) -> None:
    notice = GOOD.removesuffix(",,")
    lines = [f"{notice},招租,1", f"{notice.replace('A1', 'A2').replace(',3', ',30')},招租,2"]
    done = told(run(data, sheet(tmp_path / "lots.csv", *lines)))
    assert (done["added"], fields(done)) == (0, {("A1", "lots"), ("A2", "lots")})


def test_twenty_one_rows_of_a_notice_are_two_cases(data: Path, tmp_path: Path) -> None:
    notice = GOOD.removesuffix(",,")
    lines = [f"{notice.replace('A1', f'A{n}')},摊位招租,{n}" for n in range(1, 22)]
    assert told(run(data, sheet(tmp_path / "lots.csv", *lines)))["added"] == 21
    assert state(data, "case/case-a21") is not None


@pytest.mark.parametrize(
    ("text", "hundredths", "every"),
    [("none", 0, 1), ("+5% every 5 years", 500, 5), ("+2.5%/y", 250, 1)],
)
def test_an_escalator_is_read(
    data: Path, tmp_path: Path, text: str, hundredths: int, every: int
) -> None:
    path = sheet(tmp_path / "lots.csv", f"{GOOD},{text}", header=f"{HEADER},escalator")
    run(data, path)
    case = state(data, "case/case-a1")
    assert case is not None
    found = case.facets["case"].lots[0].escalator
    assert (found.percent_hundredths, found.every_years) == (hundredths, every)


def test_an_escalator_that_is_none_is_refused(data: Path, tmp_path: Path) -> None:
    path = sheet(tmp_path / "lots.csv", f"{GOOD},as agreed", header=f"{HEADER},escalator")
    assert fields(told(run(data, path))) == {("A1", "escalator")}


@pytest.mark.parametrize("bad", ["", GOOD.replace("A1", "A2").replace(",3,", ",30,")])
def test_a_dry_run_tells_the_truth_and_writes_nothing(data: Path, tmp_path: Path, bad: str) -> None:
    before = (data / "trading.sqlite3").read_bytes()

    found = told(run(data, sheet(tmp_path / "lots.csv", GOOD, bad), "--dry-run"))

    assert (found["added"], found["refused_count"]) == (1, bool(bad))
    assert (data / "trading.sqlite3").read_bytes() == before
    assert not (tmp_path / "lots.refused.csv").exists()


def test_an_actor_without_grant_brings_nothing_in(data: Path, tmp_path: Path) -> None:
    path = sheet(tmp_path / "lots.csv", GOOD)
    for more in ((), ("--dry-run",)):
        found = told(run(data, path, "--actor", "nobody", *more))
        assert (found["added"], found["refused_count"]) == (0, 1)


def test_personal_numbers_do_not_go_in(data: Path, tmp_path: Path) -> None:
    path = sheet(tmp_path / "lots.csv", GOOD.replace("东塘", "东塘 13812345678"))
    for more in ((), ("--dry-run",)):
        (row,) = told(run(data, path, *more))["refused"]
        assert (row["field"], row["reason"]) == ("name_zh", "不能填写身份证号、手机号或银行卡号")


def test_an_xlsx_goes_in_and_comes_back(data: Path, tmp_path: Path) -> None:
    path = book(tmp_path / "lots.xlsx", HEADER, GOOD,
                GOOD.replace("A1", "A2").replace("lease", "barter"))  # fmt: skip

    found = told(run(data, path))

    assert found["added"] == 1
    assert [(row["id"], row["field"]) for row in found["refused"]] == [("A2", "tenure")]
    assert rows(tmp_path / "lots.refused.xlsx")[0]["id"] == "A2"


@pytest.mark.parametrize(
    "name",
    [
        "gbk.csv", "utf16.csv", "bytes.csv", "none.xlsx", "text.xlsx", "empty.csv", "twice.csv",
        "quote.csv", "merged.xlsx",
    ],
)  # fmt: skip
def test_what_is_no_sheet_is_refused_with_what_to_do(data: Path, tmp_path: Path, name: str) -> None:
    book(tmp_path / "merged.xlsx", HEADER, GOOD, merged="A2:B2")
    (tmp_path / "gbk.csv").write_bytes(f"{HEADER}\n{GOOD}\n".encode("gb18030"))
    (tmp_path / "utf16.csv").write_bytes(f"{HEADER}\n{GOOD}\n".encode("utf-16"))
    (tmp_path / "bytes.csv").write_bytes(f"{HEADER}\n".encode() + b"\xff\xff")
    (tmp_path / "none.xlsx").write_bytes(b"no sheet")
    (tmp_path / "text.xlsx").write_text(f"{HEADER}\n{GOOD}\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "twice.csv").write_bytes(b"id,id\n1,2\n")
    (tmp_path / "quote.csv").write_text(f'{HEADER}\n"A1"x,B\n', encoding="utf-8")
    reasons = {"gbk.csv": "sheet_gbk", "utf16.csv": "sheet_utf16", "bytes.csv": "sheet_encoding",
               "empty.csv": "sheet_empty", "twice.csv": "sheet_columns",
               "merged.xlsx": "sheet_merged"}  # fmt: skip
    found = told(run(data, tmp_path / name))
    assert found["rule"] == reasons.get(name, "sheet_format")
    assert found["field"] == ("A2:B2" if name == "merged.xlsx" else "file")
    assert any("一" <= letter <= "鿿" for letter in found["message"])


def test_a_formula_comes_back_as_text(data: Path, tmp_path: Path) -> None:
    path = sheet(tmp_path / "lots.csv", GOOD.replace("东塘", "=1+1").replace("lease", "barter"))

    run(data, path)

    assert "'=1+1" in (tmp_path / "lots.refused.csv").read_text(encoding="utf-8-sig")


def test_a_sheet_too_long_or_too_large_is_refused(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sheet(tmp_path / "lots.csv", GOOD, GOOD)
    monkeypatch.setattr("trading.imports.sheet.ROWS_MAX", 1)
    assert told(run(data, path))["rule"] == "sheet_large"
    monkeypatch.setattr("trading.imports.sheet.BYTES_MAX", 10)
    assert told(run(data, path))["rule"] == "sheet_large"
    monkeypatch.undo()
    monkeypatch.setattr("trading.imports.sheet.UNPACKED_MAX", 10)
    assert told(run(data, book(tmp_path / "lots.xlsx", HEADER, GOOD)))["rule"] == "sheet_large"


def test_people_read_what_became_of_their_rows(data: Path, tmp_path: Path) -> None:
    path = sheet(tmp_path / "lots.csv", GOOD, GOOD.replace("A1", "A2").replace("600", "x"))
    done = command("import", "listings", path, "--data", data, "--org", "village", "--actor",
                   "officer", lang="zh")  # fmt: skip
    assert "可导入 1 行，已存在 0 行，拒绝 1 行" in done.stdout
    assert "第3行 A2 start_price: 不是正确的金额" in done.stderr
    assert "lots.refused.csv" in done.stderr


def test_every_real_row_is_a_lot_or_not_yet_playable_or_refused(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "real.csv"
    path.write_bytes(Path(real.__file__).with_name("real_listings.csv").read_bytes())

    done = told(run(data, path))

    reasons = Counter(row["field"] for row in done["refused"])
    assert (done["added"], done["refused_count"]) == (23, 67)
    assert reasons == {"method": 60, "start_price": 2, "term_years": 5}
    centre = Centre(Home.open(data))
    with centre.reading.connect() as connection:
        assert len(connection.execute(tables.case.select()).all()) == 10
    lots = {
        lot.asset: lot for state in centre.states_of("case") for lot in state.facets["case"].lots
    }
    # R076 and R077 write 31 months as 2.583 years.
    assert {lots[f"asset-{name}"].term_months for name in ("r076", "r077")} == {31}


def test_refused_rows_of_a_sheet_that_ships_come_back_where_the_person_is(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped, here = tmp_path / "program", tmp_path / "here"
    shipped.mkdir()
    here.mkdir()
    monkeypatch.setattr("trading.imports.sheet.PROGRAM", shipped)
    monkeypatch.chdir(here)
    done = run(data, sheet(shipped / "lots.csv", GOOD.replace("600", "6e2")))
    assert told(done)["returned"] == str(here / "lots.refused.csv")
    assert [path.name for path in shipped.iterdir()] == ["lots.csv"]


def test_refused_rows_come_back_where_the_person_is_if_the_folder_may_not_be_written(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, may = tmp_path / "closed", os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != closed and may(path, mode))
    monkeypatch.chdir(tmp_path)
    closed.mkdir()
    done = run(data, sheet(closed / "lots.csv", GOOD.replace("600", "6e2")))
    assert told(done)["returned"] == str(tmp_path / "lots.refused.csv")
