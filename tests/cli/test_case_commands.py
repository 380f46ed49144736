"""case: what was imported or drafted is to be seen before it is a lot, and who asks is known."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import command, told
from tests.cli.sheets import GOOD, run, sheet


def test_what_was_imported_is_listed_and_shown(data: Path, tmp_path: Path) -> None:
    assert run(data, sheet(tmp_path / "lots.csv", GOOD)).exit_code == 0
    (row,) = told(command("case", "list", "--data", data, "--json"))
    assert (row["place"], row["title_zh"]) == ("drafted", "东塘")
    listed = command("case", "list", "--data", data, "--org", "village", lang="zh").stdout
    assert f"{row['case']}  拟订方案  东塘" in listed
    shown = command("case", "show", row["case"], "--data", data, lang="zh").stdout
    assert "交易项目: " in shown
    assert f"{row['case']}-1  东塘  600.00 元/亩·年" in shown
    assert "可以办理" in shown
    assert told(command("case", "show", row["case"], "--data", data, "--json"))["lots"] == [
        {"lot": f"{row['case']}-1", "place": "",
         "text": f"{row['case']}-1  东塘  600.00 CNY per mu per year"}
    ]  # fmt: skip


def test_a_published_case_tells_where_its_lots_stand(played: Path) -> None:
    shown = command("case", "show", "case-r076", "--data", played, lang="zh").stdout
    assert "case-r076-2" in shown
    assert "已鉴证" in shown
    places = told(command("case", "list", "--data", played, "--place", "published", "--json"))
    assert {row["place"] for row in places} == {"published"}


def test_what_is_not_there_is_said_and_is_no_empty_list(data: Path) -> None:
    for words in (
        ("case", "show", "moon"),
        ("case", "list", "--org", "moon"),
        ("desk", "list", "--actor", "moon"),
        ("user", "show", "moon"),
        ("notifications", "list", "moon"),
    ):
        done = command(*words, "--data", data)
        assert (done.exit_code, "moon" in done.stderr) == (1, True), words
    assert command("case", "list", "--data", data, "--place", "moon").exit_code == 2


def test_a_lot_that_ended_under_a_hold_is_told_as_ended(played: Path) -> None:
    listed = command("lot", "list", "--data", played, lang="zh").stdout
    assert "case-r095-1  成交无效  " in listed
    assert "中止" not in command("lot", "show", "case-r095-1", "--data", played, lang="zh").stdout


def test_a_refusal_names_the_state_that_stands_in_the_way(data: Path, tmp_path: Path) -> None:
    asked = tmp_path / "asset.json"
    asked.write_text(
        '{"asset": "pond-1", "org": "village", "category": "fish_pond", "name_zh": "鱼塘",'
        ' "place_zh": "村东", "quantity_thousandths": 1000, "quantity_unit": "mu"}'
    )
    words = ("act", "do", "asset.register/1", asked, "--data", data, "--actor", "officer",
             "--role", "community_officer")  # fmt: skip
    assert command(*words).exit_code == 0
    again = command(*words, lang="zh")
    assert (again.exit_code, "（现在：闲置）" in again.stderr) == (1, True)
    found = told(command(*words, "--json"))
    assert (found["place"], found["state"]) == ("idle", "Idle")
