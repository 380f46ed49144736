"""demo, lot, log, replay: reading and checking a played record."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pysqlite3
import pytest

from tests.cli.conftest import command, told
from trading.demo.rows import rows


@pytest.fixture
def copy(played: Path, tmp_path: Path) -> Path:
    """Return a copy of the demonstration to tamper with."""
    return Path(shutil.copytree(played, tmp_path / "copy"))


def test_the_demonstration_reaches_the_real_results(played: Path) -> None:
    listed = told(command("lot", "list", "--data", played, "--json"))

    reached = {row["lot"]: (row["place"], row["lead_fen"], row["bids"]) for row in listed}
    assert len(reached) > 25
    assert reached["case-r033-1"] == ("certified", 20_400, 42)
    assert reached["case-r109-1"] == ("certified", 10_200_000, 23)
    assert rows()["R033"]["result_price"] == "204"
    assert rows()["R109"]["result_price"] == "102000"


def test_the_demonstration_tells_itself(tmp_path: Path) -> None:
    done = command("demo", "--data", tmp_path / "data", lang="zh")

    assert done.exit_code == 0
    assert "核验通过" in done.stdout
    assert "重放一致" in done.stdout
    assert command("demo", "--data", tmp_path / "data").exit_code == 2
    assert command("demo", "--data", tmp_path / "data", "--fresh", "--json").exit_code == 0


def test_the_demonstration_never_deletes_what_is_not_its_own(data: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine")

    assert command("demo", "--data", data, "--fresh").exit_code == 2
    assert command("demo", "--data", tmp_path / "other", "--fresh").exit_code == 2
    assert (tmp_path / "other" / "letter.txt").exists()


def test_a_demonstration_takes_no_real_commands(played: Path) -> None:
    done = command("org", "add", "--data", played, "--actor", "office-chen", "s2", "demo-district",
                   "street", "二街")  # fmt: skip

    assert done.exit_code == 2
    assert "simulated clock" in done.stderr


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_lots_are_told_in_both_languages(played: Path, lang: str) -> None:
    listed = command("lot", "list", "--data", played, lang=lang).stdout
    shown = command("lot", "show", "--data", played, "case-r033-1", lang=lang).stdout

    label = {"zh": "已鉴证", "en": "Certified"}[lang]
    assert label in listed
    assert label in shown
    assert "204.00" in shown
    assert "JZ-case-r033-1" in shown


def test_lots_page_and_filter(played: Path) -> None:
    first = told(command("lot", "list", "--data", played, "--limit", 1, "--json"))
    second = told(
        command("lot", "list", "--data", played, "--after", first[0]["lot"], "--limit", 1, "--json")
    )
    live = told(command("lot", "list", "--data", played, "--place", "bidding", "--json"))

    assert [row["lot"] for row in first + second] == ["case-r006-1", "case-r033-1"]
    assert [row["lot"] for row in live] == ["case-r137-1"]


def test_a_timeline_tells_refusals_and_proposals(played: Path) -> None:
    text = command("lot", "timeline", "--data", played, "case-r033-1").stdout

    assert "[guard_failed: not_leading_v1]" in text
    assert "[proposed]" in text
    assert "[wrong_state]" in text
    assert "bidding -> provisional" in text
    json = command("lot", "timeline", "--data", played, "case-r033-1", "--limit", 1, "--json")
    assert told(json)["kind"] == "case.publish/1"


def test_an_unknown_lot_is_a_finding(played: Path) -> None:
    assert command("lot", "show", "--data", played, "case-x-1").exit_code == 1
    assert command("lot", "timeline", "--data", played, "case-x-1").exit_code == 1


def test_replay_reports_one_lot_and_stops_where_it_is_told(played: Path) -> None:
    for more in (["--lot", "case-r033-1"], ["--until", "100"], ["--until", "2026-03-10T12:00"],
                 ["--until", "2026-03-10T12:00:00+00:00"]):  # fmt: skip
        assert command("replay", "--data", played, *more, "--json").exit_code == 0
    assert command("replay", "--data", played, "--until", "yesterday").exit_code == 2


def test_verify_needs_one_source_and_a_key(played: Path, tmp_path: Path) -> None:
    vkey = played / "keys" / "log.vkey"

    assert command("log", "verify").exit_code == 2
    assert command("log", "verify", "--tiles", played / "log").exit_code == 2
    assert command("log", "verify", "--tiles", tmp_path / "none", "--vkey", vkey).exit_code == 2
    good = command("log", "verify", "--tiles", played / "log", "--vkey", vkey, "--json")
    assert told(good)["closed"] > 0 or told(good)["ok"]


def test_revealed_bodies_open_the_closed_leaves(copy: Path) -> None:
    files = (
        "log",
        "verify",
        "--tiles",
        copy / "log",
        "--vkey",
        copy / "keys" / "log.vkey",
        "--json",
    )
    opened = told(command(*files))

    shutil.rmtree(copy / "log" / "bodies")
    closed = told(command(*files))

    assert opened["ok"]
    assert closed["ok"]
    assert opened["closed"] < closed["closed"]


def test_a_revealed_body_that_was_changed_is_found(copy: Path) -> None:
    path = copy / "log" / "bodies" / "case-r033-1.jsonl"
    path.write_bytes(path.read_bytes().replace(b'\\"who\\":\\"', b'\\"who\\":\\"0', 1))

    done = command("log", "verify", "--tiles", copy / "log", "--vkey", copy / "keys" / "log.vkey")

    assert done.exit_code == 1


def _tampered(data: Path, sql: str) -> None:
    """Do what somebody with the database in hands could do: drop the triggers and write."""
    connection = pysqlite3.connect(data / "trading.sqlite3")
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(sql)
    connection.commit()
    connection.close()


def test_an_edited_entry_is_found_by_verify_and_by_replay(copy: Path) -> None:
    lower = "CAST(replace(CAST(body AS TEXT), '20400', '10400') AS BLOB)"
    _tampered(copy, f"UPDATE record_entry SET body = {lower} WHERE kind = 'bid.place/1'")

    assert command("log", "verify", "--data", copy).exit_code == 1
    replayed = command("replay", "--data", copy)
    assert replayed.exit_code == 1
    assert "FAIL" in replayed.stdout


def test_an_edited_state_is_found_by_replay_alone(copy: Path) -> None:
    _tampered(copy, "UPDATE projection_lot SET lead_fen = 1 WHERE lot = 'case-r033-1'")

    assert command("log", "verify", "--data", copy).exit_code == 0
    done = command("replay", "--data", copy, lang="zh")
    assert done.exit_code == 1
    assert "projection" in done.stdout


def test_an_edited_row_stops_every_writer(data: Path) -> None:
    _tampered(data, "UPDATE record_entry SET salt = x'00' WHERE idx = 30")

    done = command("org", "add", "--data", data, "--actor", "office-1", "s2", "district", "street",
                   "二街")  # fmt: skip

    assert done.exit_code != 0


def test_the_papers_of_the_cases_are_kept_by_digest(played: Path) -> None:
    connection = pysqlite3.connect(played / "trading.sqlite3")
    kept = {row[0] for row in connection.execute("SELECT sha256 FROM record_document")}
    bodies = [
        msgspec.json.decode(row[0]) for row in connection.execute("SELECT body FROM record_entry")
    ]
    connection.close()

    done = [body for body in bodies if body["out"]["outcome"] != "refused"]
    named = {paper["sha256"] for body in done for paper in body.get("in", {}).get("docs", ())}
    assert len(named) > 100
    assert kept == named


def test_a_second_machine_tells_a_lot_from_the_files_alone(played: Path, tmp_path: Path) -> None:
    shutil.copytree(played / "log", tmp_path / "log")
    vkey = shutil.copy(played / "keys/log.vkey", tmp_path)
    given = ("--tiles", tmp_path / "log", "--vkey", vkey)

    shown = command("log", "history", "case-r033-1", *given, lang="zh")
    found = told(command("log", "history", "case-r033-1", *given, "--json"))["history"]

    assert shown.exit_code == 0
    for said in (
        "核验通过",
        "workflow lot_ascending@1 sha256:",
        "✗ raises_enough_v1",
        "street-luo",
    ):
        assert said in shown.stdout, said
    acts = found["acts"]
    awarded = next(a for a in acts if a["kind"] == "lot.award/1" and a["outcome"] == "done")
    assert (awarded["actor"], awarded["rules"]["observed_o9_v1"]) == ("office-peng", True)
    assert {"registration.submit/1", "deposit.receive/1"} <= {a["kind"] for a in acts}


def test_a_history_is_told_only_of_files_that_verify(played: Path, tmp_path: Path) -> None:
    shutil.copytree(played / "log", tmp_path / "log")
    given = ("--tiles", tmp_path / "log", "--vkey", played / "keys/log.vkey")

    assert command("log", "history", "no-such-lot", *given).exit_code == 1
    for path in (p for p in (tmp_path / "log/tile/entries").rglob("*") if p.is_file()):
        path.chmod(0o644)
        path.write_bytes(path.read_bytes().replace(b"case-r033", b"case-r034", 1))
    refused = command("log", "history", "case-r033-1", *given)
    assert refused.exit_code == 1
    assert "FAIL" in refused.stdout
    assert not told(command("log", "history", "case-r033-1", *given, "--json"))["ok"]
