"""What somebody with the disk in hands changes is found by verify, by replay or by doctor."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pysqlite3
import pytest
from click.testing import Result

from tests.cli.conftest import command, told
from trading.base.clock import SystemClock
from trading.base.units import DAY_US

OFFICE = ("--actor", "office-1")


@pytest.fixture
def copy(played: Path, tmp_path: Path) -> Path:
    """Return a copy of the demonstration to tamper with."""
    return Path(shutil.copytree(played, tmp_path / "copy"))


@pytest.fixture
def user(data: Path) -> Path:
    """Return a founded centre with a person registered in it."""
    assert command("user", "add", "--data", data, *OFFICE, "--name", "张三").exit_code == 0
    return data


def tamper(data: Path, *statements: str) -> None:
    """Drop the triggers, write, and put the triggers back."""
    connection = pysqlite3.connect(data / "trading.sqlite3")
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for name, _sql in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for _name, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.close()


def verified(data: Path) -> Result:
    """Verify ``data``."""
    return command("log", "verify", "--data", data)


def doctor(data: Path, check: str) -> dict[str, str]:
    """Return what doctor found in one check."""
    found = told(command("doctor", "--data", data, "--json"))["checks"]
    return next(one for one in found if one["check"] == check)


def add(data: Path, name: str = "s2") -> Result:
    """Register a street."""
    return command("org", "add", "--data", data, *OFFICE, name, "district", "street", "二街")


def bodies(data: Path, column: str = "body") -> Iterator[str]:
    """Yield a column of the record as text."""
    connection = pysqlite3.connect(data / "trading.sqlite3")
    for (value,) in connection.execute(f"SELECT {column} FROM record_entry ORDER BY idx"):
        yield value.decode() if isinstance(value, bytes) else str(value)
    connection.close()


def test_an_altered_document_is_found(copy: Path) -> None:
    assert verified(copy).exit_code == 0
    tamper(copy, "UPDATE record_document SET content = x'00' WHERE rowid = 1")

    done = verified(copy)
    assert done.exit_code == 1
    assert "was changed" in done.stdout
    assert doctor(copy, "documents")["status"] == "fail"


def test_a_document_that_was_filed_is_missed(copy: Path) -> None:
    assert doctor(copy, "documents")["status"] == "ok"
    tamper(copy, "DELETE FROM record_document WHERE rowid = 1")

    done = verified(copy)
    assert done.exit_code == 1
    assert "was filed and is missing" in done.stdout


def test_the_due_instant_of_a_stream_is_compared(copy: Path) -> None:
    tamper(copy, "UPDATE projection_stream_state SET due_us = 7 WHERE stream = 'lot/case-r033-1'")

    done = command("replay", "--data", copy)
    assert done.exit_code == 1
    assert "lot/case-r033-1 is stored otherwise" in done.stdout


def test_a_seal_of_somebody_else_is_found(copy: Path) -> None:
    tamper(copy, "UPDATE projection_stream_state SET mac = x'00' WHERE stream = 'lot/case-r033-1'")

    done = command("replay", "--data", copy)
    assert done.exit_code == 1
    assert "lot/case-r033-1 was stored by somebody else" in done.stdout


def test_a_column_of_an_entry_is_compared(copy: Path) -> None:
    tamper(copy, "UPDATE record_entry SET at_us = at_us + 1 WHERE idx = 20")

    assert command("replay", "--data", copy).exit_code == 1
    assert verified(copy).exit_code == 1


def test_an_edited_grant_gives_no_power(user: Path) -> None:
    tamper(
        user,
        "UPDATE projection_stream_state SET state = "
        "CAST(replace(CAST(state AS TEXT), 'community_officer', 'office') AS BLOB) "
        "WHERE stream = 'person/officer'",
    )

    done = command("org", "add", "--data", user, "--actor", "officer", "s2", "district", "street",
                   "二街")  # fmt: skip
    assert done.exit_code == 1
    assert "person/officer was changed" in done.stderr
    assert command("replay", "--data", user).exit_code == 1


def test_a_restored_copy_is_decided_again_before_it_writes(user: Path, tmp_path: Path) -> None:
    assert command("backup", tmp_path / "saved", "--data", user).exit_code == 0
    assert command("restore", tmp_path / "saved", "--data", tmp_path / "bad").exit_code == 0
    tamper(tmp_path / "bad", "UPDATE projection_stream_state SET seq = 99 WHERE stream = 'orgs'")

    done = verified(tmp_path / "bad")
    assert done.exit_code == 1
    assert "orgs is stored otherwise" in done.stdout
    assert add(tmp_path / "bad").exit_code == 2


def test_a_backup_without_keys_is_sealed_anew(user: Path, tmp_path: Path) -> None:
    restored = tmp_path / "restored"
    assert command("backup", tmp_path / "saved", "--data", user).exit_code == 0
    assert command("restore", tmp_path / "saved", "--data", restored).exit_code == 0
    assert command("user", "show", "--data", restored, "officer").exit_code == 0

    assert told(command("log", "verify", "--data", restored, "--json"))["ok"]
    assert add(restored).exit_code == 0
    assert command("replay", "--data", restored).exit_code == 0
    assert doctor(restored, "openings")["status"] == "fail"


def test_what_a_command_writes_is_signed_before_it_ends(data: Path) -> None:
    assert add(data).exit_code == 0

    report = told(command("log", "verify", "--data", data, "--json"))
    assert report["unpublished"] == 0
    assert report["size"] == len(list(bodies(data)))
    (data / "keys/log.key").rename(data / "log.key")
    assert add(data, "s3").exit_code == 0
    report = told(command("log", "verify", "--data", data, "--json"))
    assert (report["ok"], report["unpublished"]) == (True, 1)
    assert "1 not signed yet" in verified(data).stdout


def test_a_publisher_that_fails_does_not_undo_the_act(
    data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (data / "keys/log.key").write_text("PRIVATE+KEY+none\n")

    assert add(data).exit_code == 0
    assert "not published yet" in caplog.text


def test_a_rollback_under_the_memory_of_the_signer_is_found(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "old")
    assert add(data).exit_code == 0
    for name in ("trading.sqlite3", "log"):
        kept = tmp_path / "old" / name
        if kept.is_dir():
            shutil.rmtree(data / name)
            shutil.copytree(kept, data / name)
        else:
            shutil.copyfile(kept, data / name)

    done = verified(data)
    assert done.exit_code == 1
    assert "signer: the database is older than the log" in done.stdout


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM private_opening", "is missing"),
        ("UPDATE private_opening SET sealed = randomblob(90)", "was altered"),
        ("UPDATE private_opening SET subject = 'nobody'", "the key of an opening is missing"),
    ],
)
def test_lost_openings_are_found(user: Path, statement: str, said: str) -> None:
    assert doctor(user, "openings")["status"] == "ok"
    tamper(user, statement)

    assert said in doctor(user, "openings")["en"]


def test_lost_keys_are_found(user: Path) -> None:
    (user / "keys/subjects.sqlite3").unlink()
    assert "the key of an opening is missing" in doctor(user, "openings")["en"]
    (user / "keys/mac.key").unlink()
    assert doctor(user, "keys")["status"] == "fail"


def test_a_lost_table_is_told_before_anything_is_done(data: Path) -> None:
    tamper(data, "DROP TABLE projection_lot")

    for done in (add(data), command("replay", "--data", data), verified(data)):
        assert done.exit_code == 1
        assert "tables are missing: projection_lot" in done.stderr
    assert doctor(data, "schema")["status"] == "fail"


def test_a_table_of_other_columns_is_told(data: Path) -> None:
    tamper(data, "ALTER TABLE projection_lot DROP COLUMN awarded")

    assert "the table projection_lot has other columns" in add(data).stderr


def test_the_time_of_the_head_is_compared(data: Path) -> None:
    tamper(data, "UPDATE projection_head SET at_us = at_us + 86400000000")

    assert add(data).exit_code == 1
    assert "the time of the head" in verified(data).stdout


def test_a_bad_file_of_bodies_is_named(copy: Path) -> None:
    path = copy / "log/bodies/case-r033-1.jsonl"
    good = path.read_bytes()
    lines = [json.loads(line) for line in good.splitlines()]
    lines[0]["index"] += 10**6
    moved = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    files = ("--tiles", copy / "log", "--vkey", copy / "keys/log.vkey")

    for content, said in ((b"{}", "is no file of revealed bodies"), (moved, "another entry")):
        path.write_bytes(content)
        done = verified(copy)
        assert done.exit_code == 1
        assert f"case-r033-1.jsonl {said}" in done.stdout.replace("opens another", "another")
    path.write_bytes(b"{}")
    assert "case-r033-1.jsonl is no file" in command("log", "verify", *files).stderr


class _Ahead(SystemClock):
    """A clock of a machine whose battery was empty."""

    def __init__(self, days: int = 3650) -> None:
        super().__init__()
        self._start_us += days * DAY_US

    def drift_us(self) -> int:
        return 0


def test_a_clock_ten_years_ahead_writes_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(list(bodies(data)))
    monkeypatch.setattr("trading.centre.SystemClock", _Ahead)

    done = add(data)
    assert done.exit_code == 2
    assert "doctor --accept-clock" in done.stderr
    assert len(list(bodies(data))) == before


def test_a_clock_that_somebody_vouches_for_is_believed(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trading.centre.SystemClock", _Ahead)
    monkeypatch.setattr("trading.base.clock.SystemClock", _Ahead)
    assert doctor(data, "time")["status"] == "fail"

    command("doctor", "--data", data, "--accept-clock")
    assert doctor(data, "time")["status"] == "ok"
    assert add(data).exit_code == 0


def test_a_clock_set_right_again_tells_one_incident(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        later.setattr("trading.centre.SystemClock", lambda: _Ahead(1))
        assert add(data).exit_code == 0
    before = len(list(bodies(data)))

    for _attempt in range(3):
        done = add(data, "s3")
        assert done.exit_code == 2
        assert "set it" in done.stderr
    assert len(list(bodies(data))) == before + 1
