"""Nobody who types a command meets a traceback, and the exit code says whose fault it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pysqlite3
import pytest
from click.testing import Result

from tests.cli.conftest import PEOPLE, command, told
from trading.base import assets

READS = (("lot", "list"), ("org", "list"), ("log", "verify"), ("replay",))


def _ended(done: Result, code: int) -> str:
    """Return what a command said that ended with ``code`` and without a traceback."""
    assert isinstance(done.exception, SystemExit | None), done.exception
    assert "Traceback" not in done.output
    assert done.exit_code == code, done.output
    return done.output


def _sql(data: Path, statement: str) -> None:
    connection = pysqlite3.connect(data / "trading.sqlite3")
    connection.execute(statement)
    connection.commit()
    connection.close()


def _org_add(data: Path) -> tuple[object, ...]:
    return ("org", "add", "--data", data, "--actor", "office-1", "s2", "district", "street", "二街")


@pytest.mark.parametrize("words", READS)
def test_a_garbage_database_is_said_to_be_damaged(data: Path, words: tuple[str, ...]) -> None:
    (data / "trading.sqlite3").write_bytes(b"no database at all" * 500)

    assert "damaged" in _ended(command(*words, "--data", data), 2)
    assert "数据库已损坏" in _ended(command(*words, "--data", data, lang="zh"), 2)


def test_a_missing_database_is_never_begun_anew(data: Path, tmp_path: Path) -> None:
    (data / "trading.sqlite3").unlink()

    for words in (_org_add(data), ("init", "--data", data), *((*w, "--data", data) for w in READS)):
        assert "missing" in _ended(command(*words), 2)
    assert not (data / "trading.sqlite3").exists()
    assert "missing" in _ended(command("doctor", "--data", data), 2)


def test_an_empty_database_beside_a_log_is_refused(data: Path) -> None:
    (data / "trading.sqlite3").write_bytes(b"")

    for words in (_org_add(data), ("init", "--data", data), ("lot", "list", "--data", data)):
        assert "put it back" in _ended(command(*words), 2)
    assert (data / "trading.sqlite3").stat().st_size == 0


def test_init_does_not_go_on_behind_its_own_log(data: Path) -> None:
    for path in (data / "log/checkpoint", data / "keys/signed.note"):
        path.chmod(0o600)
    before = data.with_name("before")
    assert command("backup", before, "--data", data).exit_code == 0
    assert command(*_org_add(data)).exit_code == 0
    _sql(data, "UPDATE private_lease SET until_us = 0")
    assert command("init", "--data", data).exit_code == 0
    shutil.copy(before / "trading.sqlite3", data)

    assert "older than the log" in _ended(command("init", "--data", data), 1)


def test_a_dropped_table_is_a_finding_of_everybody(data: Path) -> None:
    _sql(data, "DROP TABLE projection_lot")

    for words in (_org_add(data), ("lot", "list", "--data", data), ("replay", "--data", data),
                  ("log", "verify", "--data", data), ("doctor", "--data", data)):  # fmt: skip
        assert "projection_lot" in _ended(command(*words), 1)


def test_a_newer_schema_is_refused_by_readers_too(data: Path) -> None:
    _sql(data, "UPDATE private_schema_version SET version_num = '9999'")

    for words in READS:
        assert "newer" in _ended(command(*words, "--data", data), 2)


def test_nothing_advises_a_command_that_does_not_exist(data: Path) -> None:
    _sql(data, "UPDATE private_schema_version SET version_num = '9999'")

    assert "trading upgrade" not in command("doctor", "--data", data).output


def test_a_read_only_copy_can_be_read_and_not_written(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda _path, mode: not mode & os.W_OK)
    before = {path.name for path in data.iterdir()}

    for words in READS:
        _ended(command(*words, "--data", data), 0)
    assert "read-only" in _ended(command(*_org_add(data)), 2)
    assert {path.name for path in data.iterdir()} == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\xff\x00" * 50),
        lambda path: path.write_bytes(b"x" * 5_000_000),
        lambda path: path.write_text("another/log\n3\nAAAA\n\n"),
        lambda path: (path.unlink(), path.mkdir()),
    ],
    ids=["empty", "binary", "huge", "foreign", "folder"],
)
def test_a_bad_checkpoint_is_a_finding(data: Path, spoil: Callable[[Path], object]) -> None:
    (data / "log/checkpoint").chmod(0o600)
    spoil(data / "log/checkpoint")

    for words in (("doctor",), ("log", "verify")):
        _ended(command(*words, "--data", data), 1)
    assert command(*_org_add(data)).exit_code == 1


def test_a_text_that_is_not_utf8_is_refused(data: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_bytes("[[org]]\nname_zh = '区'".encode("gb18030"))

    add = ("user", "add", "--data", data, "--actor", "office-1", "--name")
    assert "name" in _ended(command(*add, "\udcff\udcfe"), 2)
    assert "UTF-8" in _ended(command("init", "--data", tmp_path / "d", "--people", wrong), 2)
    assert "UTF-8" in _ended(command("definitions", "diff", wrong), 2)
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("name", ["", "  ", "a\x1b[2Jb", "a\nb", "名" * 121])
def test_a_name_is_one_line_of_letters(data: Path, name: str) -> None:
    add = ("user", "add", "--data", data, "--actor", "office-1", "--name", name)

    assert "1 to 120 characters" in _ended(command(*add), 2)


@pytest.mark.parametrize(
    "words",
    [
        ("replay", "--until", "garbage"),
        ("replay", "--until", "99999999"),
        ("lot", "list", "--place", "nosuch"),
        ("log", "verify", "--vkey", __file__),
        ("lot", "list", "--limit", "0"),
        ("lot", "list", "--nosuch"),
    ],
)
def test_wrong_usage_is_told_apart_from_findings(data: Path, words: tuple[str, ...]) -> None:
    assert "Error" in _ended(command(*words, "--data", data), 2)
    as_json = command(*words, "--data", data, "--json")
    assert told(as_json)["code"] == "usage"


@pytest.mark.parametrize(
    "words", [("replay", "--lot", "nosuch"), ("grant", "list", "nosuch"),
              ("grant", "list", "--org", "nosuch"), ("lot", "show", "nosuch")],
)  # fmt: skip
def test_what_is_not_there_is_not_found(data: Path, words: tuple[str, ...]) -> None:
    assert "nosuch" in _ended(command(*words, "--data", data), 1)


def test_a_changed_lock_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trading.engine.lock.parse", lambda _text: {})

    _ended(command("definitions", "check"), 1)


def test_no_difference_is_said(tmp_path: Path) -> None:
    same = tmp_path / "pack.toml"
    same.write_text(assets.read_text("policies/packs/cn-collective@1.toml"), encoding="utf-8")

    assert "no difference" in command("definitions", "diff", same).stdout


def test_a_full_disk_is_called_by_its_name(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, os.strerror(28), "some/file")

    monkeypatch.setattr(os, "fsync", _full)

    assert "the disk is full" in _ended(command("backup", tmp_path / "b", "--data", data), 2)
    add = ("user", "add", "--data", data, "--actor", "office-1", "--name", "王小明")
    assert "the disk is full" in _ended(command(*add), 2)
    assert "磁盘已满" in _ended(command(*add, lang="zh"), 2)


def test_a_mistake_of_the_program_is_no_finding(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trading.centre.Centre.states_of", lambda *_: 1 // 0)

    done = command("grant", "list", "--data", data, "--org", "district")

    assert done.exit_code == 2
    assert "a mistake of this program" in done.stderr
    assert "ZeroDivisionError" in done.stderr


def _row(row: str) -> str:
    return PEOPLE + f"\n{row}\n"


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ("", "two people of the office"),
        (
            PEOPLE.replace('"office-2"\nrole = "office"', '"office-2"\nrole = "centre_clerk"'),
            "two people of the office",
        ),
        (PEOPLE.replace('"office-2"', '"office-1"'), "[[grant]] 2 (office-1): this grant stands"),
        (PEOPLE.replace('role = "community_officer"', 'role = "king"'), "[[grant]] 3 (officer)"),
        (PEOPLE.replace('role = "community_officer"', 'role = "clock"'), "no such role"),
        (_row('[[grant]]\nperson = "x"\nrole = "office"\norg = "far"'), "[[grant]] 4 (x)"),
        (PEOPLE.replace('org = "street"', 'org = "a b"', 1), "[[org]] 2 (a b)"),
        (PEOPLE.replace('parent = "street"', 'parent = "nowhere"'), "parent does not stand"),
        (PEOPLE.replace('parent = "street"', 'parent = "district"'), "not of the next level"),
        (PEOPLE.replace('parent = "street"', 'parent = ""'), "only the first"),
        (PEOPLE.replace('level = "district"', 'level = "street"', 1), "only the first"),
        (PEOPLE.replace('org = "village"', 'org = "street"', 1), "stands twice"),
        (PEOPLE.replace("示范社区", "电话13800138000"), "[[org]] 3"),
    ],
)
def test_a_people_file_is_checked_before_the_first_entry(
    tmp_path: Path, people: str, said: str
) -> None:
    file, data = tmp_path / "people.toml", tmp_path / "data"
    file.write_text(people, encoding="utf-8")

    assert said in _ended(command("init", "--data", data, "--people", file), 2)
    assert not data.exists()
    file.write_text(PEOPLE, encoding="utf-8")
    assert command("init", "--data", data, "--people", file).exit_code == 0


def test_a_founding_that_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, data = tmp_path / "people.toml", tmp_path / "data"
    file.write_text(PEOPLE, encoding="utf-8")
    with monkeypatch.context() as cut:
        cut.setattr("trading.founding._once", lambda *_: 1 // 0)
        assert command("init", "--data", data, "--people", file).exit_code == 2

    assert command("init", "--data", data, "--people", file).exit_code == 0
    assert command("replay", "--data", data).exit_code == 0
    assert told(command("grant", "list", "--data", data, "officer", "--json"))
