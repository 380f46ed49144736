"""The doctor finds what is wrong, says what to do in both languages, and leaves with the code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from tests.web.certificate import make_certificate
from tests.web.conftest import ORIGIN, make_centre
from trading.base.clock import SystemClock
from trading.base.units import DAY_US
from trading.cli import main
from trading.cli.doctor import DISK_FAIL_BYTES, DISK_WARN_BYTES, check_disk, check_wheel
from trading.store.engine import writing_engine
from trading.store.home import Home
from trading.store.publish import Publisher
from trading.store.signer import create_keys

CHECKS = [
    "pysqlite3", "sqlite", "clock", "home", "disk", "keys", "database", "durability", "schema",
    "triggers", "log", "time", "documents", "openings", "head",
    "fonts", "papers",
]  # fmt: skip


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder for programs of our own, the only ones that the doctor will find."""
    return tmp_path_factory.mktemp("bin")


@pytest.fixture(autouse=True)
def _own_programs(programs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a time service answer that all is well, unless a test says otherwise."""
    monkeypatch.setenv("PATH", str(programs))
    _program(programs, "timedatectl", "echo yes")
    _program(programs, "fc-list", "echo Noto Serif CJK SC")
    yield
    for found in programs.iterdir():
        found.unlink()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Found and publish a centre."""
    home = make_centre(tmp_path / "centre")
    engine = writing_engine(home.database_url)
    publisher = Publisher(engine, engine, home, SystemClock())
    while publisher.publish_once():
        pass
    engine.dispose()
    return home


def _program(folder: Path, name: str, does: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{does}\n")
    (folder / name).chmod(0o755)


def _change(home: Home, statement: str, **given: object) -> None:
    engine = writing_engine(home.database_url)
    with engine.begin() as connection:
        connection.execute(text(statement), given)
    engine.dispose()


def _doctor(home: Home | Path, *arguments: object) -> tuple[int, dict[str, Any]]:
    path = home.path if isinstance(home, Home) else home
    given = ["doctor", "--data", str(path), "--json", *map(str, arguments)]
    done = CliRunner().invoke(main, given)
    found = {one["check"]: one for one in json.loads(done.stdout)["checks"]}
    return done.exit_code, found


def _say(home: Home, language: str) -> Result:
    return CliRunner().invoke(main, ["--lang", language, "doctor", "--data", str(home.path)])


def test_a_sound_centre_has_no_finding(home: Home) -> None:
    code, found = _doctor(home)
    assert list(found) == CHECKS
    assert {one["status"] for one in found.values()} <= {"ok", "warn"}
    assert (code, found["clock"]["status"], found["log"]["status"]) == (0, "ok", "ok")


def test_it_speaks_both_languages(home: Home) -> None:
    chinese, english = _say(home, "zh"), _say(home, "en")
    assert "[正常] log: 数据库、日志、签名一致" in chinese.output
    assert "[ok] log: database, files and signer agree" in english.output
    assert len(chinese.output.splitlines()) == len(english.output.splitlines())


def test_every_finding_says_what_to_do_in_both_languages(home: Home) -> None:
    _change(home, "DROP TRIGGER record_entry_update")
    (home.keys_dir / "log.key").unlink()
    code, found = _doctor(home)
    assert code == 1
    bad = [one for one in found.values() if one["status"] != "ok"]
    assert {"keys", "triggers"} <= {one["check"] for one in bad}
    assert all(one[key] for one in bad for key in ("zh", "en", "do_zh", "do_en"))


@pytest.mark.parametrize(
    ("name", "does", "status"),
    [
        ("chronyc", "echo 'C0000201,192.0.2.1,3,1,0,0,0,0,0,0,0,0,0,Normal'", "ok"),
        ("chronyc", "echo '00000000,,0,0,0,0,0,0,0,0,0,0,0,Not synchronised'", "warn"),
        ("timedatectl", "echo no", "warn"),
        ("timedatectl", "exit 1", "warn"),
    ],
)
def test_a_clock_that_nobody_keeps_is_told(
    home: Home, programs: Path, name: str, does: str, status: str
) -> None:
    _program(programs, name, does)
    code, found = _doctor(home)
    assert (code, found["clock"]["status"]) == (0, status)


@pytest.mark.parametrize(
    ("free", "status"),
    [
        (DISK_FAIL_BYTES - 1, "fail"),
        (DISK_FAIL_BYTES, "warn"),
        (DISK_WARN_BYTES - 1, "warn"),
        (DISK_WARN_BYTES, "ok"),
    ],
)
def test_the_disk_has_two_marks(tmp_path: Path, free: int, status: str) -> None:
    found = check_disk(tmp_path, free)
    assert found.status == status
    assert bool(found.do_en) == bool(found.do_zh) == (status != "ok")


def test_a_missing_sqlite_is_told_with_what_to_do() -> None:
    assert check_wheel(there=True).status == "ok"
    found = check_wheel(there=False)
    assert found.status == "fail"
    assert "pysqlite3" in found.do_zh
    assert "pysqlite3" in found.do_en


def test_without_sqlite_nothing_else_is_tried(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trading.cli.doctor.find_spec", lambda _name: None)
    done = _say(home, "zh")
    assert done.exit_code == 2
    assert "pip install" in done.output


def test_a_directory_that_is_none_ends_with_2(tmp_path: Path) -> None:
    code, found = _doctor(tmp_path)
    assert (code, found["home"]["status"]) == (2, "fail")
    assert "disk" not in found


def test_loose_rights_of_a_key_end_with_2(home: Home) -> None:
    home.key_path.chmod(0o644)
    code, found = _doctor(home)
    assert code == 2
    assert "chmod 0600" in found["home"]["en"]


def test_a_database_without_tables_is_told(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "centre", ORIGIN)
    create_keys(home)
    code, found = _doctor(home)
    assert (code, found["schema"]["status"]) == (1, "fail")
    assert "log" not in found


@pytest.mark.parametrize("check", ["triggers", "log"])
def test_an_altered_record_is_told(home: Home, check: str) -> None:
    _change(home, "DROP TRIGGER record_entry_update")
    if check == "log":
        _change(home, "UPDATE record_entry SET body = CAST(body || ' ' AS BLOB) WHERE idx = 3")
    code, found = _doctor(home)
    assert (code, found[check]["status"]) == (1, "fail")


def test_an_entry_ahead_of_the_clock_is_told(home: Home) -> None:
    ahead_us = SystemClock().now_us() + DAY_US
    _change(home, "UPDATE projection_head SET at_us = :at_us", at_us=ahead_us)
    code, found = _doctor(home)
    assert (code, found["head"]["status"]) == (1, "fail")


def test_entries_that_wait_for_long_are_told(home: Home) -> None:
    (home.log_dir / "checkpoint").unlink()
    _change(home, "UPDATE projection_head SET at_us = at_us - :d", d=DAY_US)
    code, found = _doctor(home)
    assert found["head"]["status"] == "warn"
    assert "not published" in found["head"]["en"]
    # That the head was changed for this test is told, too.
    assert (code, found["log"]["status"]) == (1, "fail")


@pytest.mark.parametrize(("days", "status"), [(365, "ok"), (29, "warn"), (-1, "fail")])
def test_a_certificate_that_ends_is_told(
    home: Home, tmp_path: Path, days: int, status: str
) -> None:
    certificate, key = make_certificate(tmp_path, days)
    code, found = _doctor(home, "--tls-cert", certificate, "--tls-key", key)
    assert found["tls"]["status"] == status
    assert code == (1 if status == "fail" else 0)


def test_tls_files_that_cannot_serve_are_told(home: Home, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    assert _doctor(home, "--tls-cert", certificate)[1]["tls"]["status"] == "fail"
    swapped = _doctor(home, "--tls-cert", key, "--tls-key", certificate)
    assert swapped[1]["tls"]["status"] == "fail"
    key.chmod(0o640)
    loose = _doctor(home, "--tls-cert", certificate, "--tls-key", key)
    assert "chmod 0600" in loose[1]["tls"]["do_en"]


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    url = f"postgresql://keeper:secret@/none?host={tmp_path}"
    home = Home.create(tmp_path / "centre", ORIGIN, url)
    create_keys(home)
    code, found = _doctor(home)
    assert (code, found["database"]["status"]) == (1, "fail")
    assert "secret" not in json.dumps(found)
    assert "schema" not in found
