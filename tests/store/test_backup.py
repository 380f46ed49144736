"""A backup is taken while the service writes; a restored copy is read-only until verified."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.store.rows import append, leaves, read_log
from tests.support.postgres import PostgresServer
from trading.base.clock import SimulatedClock
from trading.base.errors import BadNote, IntegrityFault, ReadOnly, SetupError
from trading.store import backup as module
from trading.store.backup import backup, mark_verified, read_backup, restore
from trading.store.home import Home
from trading.store.migrations import check_schema
from trading.store.openings import SubjectKeys
from trading.store.publish import Publisher
from trading.store.signer import last_signed
from trading.store.start import check_start
from trading.store.triggers import compare_triggers

Open = Callable[..., Engine]
SECRET = ("log.key", "subjects.sqlite3")


@pytest.fixture(autouse=True)
def _programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the client programs that belong to the server of the tests."""
    if "postgres_server" in request.fixturenames or "postgresql" in request.node.name:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        monkeypatch.setenv("PATH", f"{server._programs}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def engine(centre: Home, open_engine: Open) -> Engine:
    return open_engine(centre.database_url)


@pytest.fixture
def new_url(centre: Home, request: pytest.FixtureRequest) -> str:
    """Give the address of an empty database where the centre has one elsewhere."""
    return "" if centre.embedded else str(request.getfixturevalue("postgres_url"))


def _publish(engine: Engine, home: Home, now_us: int = 1) -> None:
    publisher = Publisher(engine, engine, home, SimulatedClock(now_us))
    while publisher.publish_once():
        pass


def test_a_copy_is_whole_and_read_only_until_it_is_verified(
    centre: Home, engine: Engine, new_url: str, tmp_path: Path, open_engine: Open
) -> None:
    append(engine, 300)
    _publish(engine, centre)
    append(engine, 5)
    (centre.policies_dir / "local.toml").write_text("x = 1\n")
    SubjectKeys(centre.subjects_path).ensure("s1")
    made = backup(centre, tmp_path / "saved")
    assert made == read_backup(tmp_path / "saved")
    assert (made.origin, made.entries, made.keys) == (centre.origin, 300, False)

    copy = restore(tmp_path / "saved", tmp_path / "copy", new_url)
    assert "not verified" in copy.read_only_reason()
    assert Home.open(copy.path) == copy
    assert copy.origin == centre.origin
    assert copy.mac_key != centre.mac_key
    assert (copy.policies_dir / "local.toml").read_text() == "x = 1\n"
    restored = open_engine(copy.database_url)
    assert leaves(restored) == leaves(engine)
    assert read_log(copy.log_dir, copy)[0].size == 300
    check_schema(restored)
    compare_triggers(restored)
    with pytest.raises(ReadOnly):
        check_start(restored, copy)

    mark_verified(copy)
    assert copy.read_only_reason() == ""
    check_start(restored, copy)
    shutil.copy(centre.key_path, copy.key_path)  # from where it was kept sealed
    _publish(restored, copy, 10**9)
    assert read_log(copy.log_dir, copy) == (last_signed(copy), leaves(engine))


def test_the_keys_are_left_out_unless_they_are_asked_for(
    centre: Home, engine: Engine, new_url: str, tmp_path: Path, open_engine: Open
) -> None:
    append(engine, 3)
    _publish(engine, centre)
    key = SubjectKeys(centre.subjects_path).ensure("s1")
    secrets = [key, centre.mac_key, centre.key_path.read_bytes().strip()]
    backup(centre, tmp_path / "without")
    backup(centre, tmp_path / "with", include_keys=True)
    for name in SECRET:
        assert not (tmp_path / "without/keys" / name).exists()
        assert name in (tmp_path / "without/backup.toml").read_text()
        assert (tmp_path / "with/keys" / name).exists()
    everything = [p.read_bytes() for p in (tmp_path / "without").rglob("*") if p.is_file()]
    assert not any(secret in content for secret in secrets for content in everything)

    copy = restore(tmp_path / "with", tmp_path / "copy", new_url)
    mark_verified(copy)
    assert SubjectKeys(copy.subjects_path).get("s1") == key
    assert last_signed(copy) == last_signed(centre)
    restored = open_engine(copy.database_url)
    check_start(restored, copy)
    append(restored, 2)
    _publish(restored, copy, 10**9)
    assert read_log(copy.log_dir, copy)[0].size == 5


def test_a_backup_is_private(centre: Home, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        backup(centre, tmp_path / "saved", include_keys=True)
    finally:
        os.umask(before)
    assert (tmp_path / "saved").stat().st_mode & 0o077 == 0
    assert (tmp_path / "saved/keys").stat().st_mode & 0o077 == 0
    for path in (tmp_path / "saved/keys").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_backup_taken_while_others_write_is_sound(
    centre: Home, engine: Engine, new_url: str, tmp_path: Path, open_engine: Open
) -> None:
    stop, problems = threading.Event(), []

    def _write() -> None:
        publisher = Publisher(engine, engine, centre, SimulatedClock(1))
        try:
            while not stop.is_set():
                append(engine, 7)
                publisher.publish_once()
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            problems.append(error)

    thread = threading.Thread(target=_write)
    thread.start()
    try:
        while not (centre.log_dir / "checkpoint").exists():
            assert thread.is_alive()
            time.sleep(0.01)
        for number in range(3):
            backup(centre, tmp_path / f"saved{number}")
    finally:
        stop.set()
        thread.join()
    assert problems == []
    for number in range(3):
        made = read_backup(tmp_path / f"saved{number}")
        if not new_url or number == 2:
            copy = restore(made.path, tmp_path / f"copy{number}", new_url)
            mark_verified(copy)
            restored = open_engine(copy.database_url)
            check_start(restored, copy)
            shown, entries = read_log(copy.log_dir, copy)
            assert shown.size == made.entries
            found = leaves(restored)
            assert found[: shown.size] == entries
            assert found == leaves(engine)[: len(found)]


def test_an_empty_centre_is_saved_too(
    centre: Home, new_url: str, tmp_path: Path, open_engine: Open
) -> None:
    assert backup(centre, tmp_path / "saved").entries == 0
    copy = restore(tmp_path / "saved", tmp_path / "copy", new_url)
    mark_verified(copy)
    check_start(open_engine(copy.database_url), copy)


def test_no_password_is_in_a_backup(
    postgres_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres_store.replace("trading@", "trading:hunter2@")
    home = Home.create(tmp_path / "centre", "audit.example/log", url)
    seen = []
    run = subprocess.run

    def _run(command: list[str], **given: object) -> object:
        seen.append(" ".join(map(str, command)))
        return run(command, **given)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", _run)
    backup(home, tmp_path / "saved")
    everything = [p.read_bytes() for p in (tmp_path / "saved").rglob("*") if p.is_file()]
    assert not any(b"hunter2" in content for content in everything)
    assert len(seen) == 1
    assert "hunter2" not in seen[0]
    assert "dbname=postgresql://trading@/" in seen[0]


def test_what_is_there_is_never_overwritten(home: Home, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").write_text("")
    with pytest.raises(SetupError, match="not empty"):
        backup(home, tmp_path / "full")
    backup(home, tmp_path / "saved")
    with pytest.raises(SetupError, match="not empty"):
        restore(tmp_path / "saved", home.path)
    with pytest.raises(SetupError, match="backup of sqlite"):
        restore(tmp_path / "saved", tmp_path / "copy", "postgresql://x/y")


def test_a_backup_that_was_cut_off_is_none(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _fail(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, "_copy_sqlite", _fail)
        with pytest.raises(SetupError, match="the disk is full"):
            backup(home, tmp_path / "saved")
    with pytest.raises(SetupError, match="not a complete backup"):
        restore(tmp_path / "saved", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "format = 2\norigin = 'a'\ndatabase = 'sqlite'\nentries = 0\nkeys = false\n",
        "format = 1\norigin = 'a'\ndatabase = 'sqlite'\nentries = '0'\nkeys = false\n",
        "format = 1\norigin = 'a'\n",
    ],
)
def test_an_unknown_backup_is_refused(home: Home, tmp_path: Path, manifest: str) -> None:
    backup(home, tmp_path / "saved")
    (tmp_path / "saved/backup.toml").write_text(manifest)
    with pytest.raises(SetupError, match="unknown format"):
        read_backup(tmp_path / "saved")


def test_a_damaged_backup_is_not_restored(
    home: Home, sqlite_template: Path, tmp_path: Path
) -> None:
    shutil.copyfile(sqlite_template, home.database_path)
    backup(home, tmp_path / "saved")
    saved = tmp_path / "saved/trading.sqlite3"
    content = bytearray(saved.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    saved.write_bytes(content)
    with pytest.raises(SetupError, match="damaged"):
        restore(tmp_path / "saved", tmp_path / "copy")
    assert (tmp_path / "copy/UNVERIFIED").exists()
    saved.unlink()
    with pytest.raises(SetupError, match="missing"):
        restore(tmp_path / "saved", tmp_path / "other")


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home.create(tmp_path / "centre", "audit.example/log", "postgresql://x/y")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(module, "_SERVERS", tmp_path)
    with pytest.raises(SetupError, match="pg_dump is missing"):
        backup(home, tmp_path / "saved")
    for version in ("9", "15"):
        program = tmp_path / version / "bin/pg_dump"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\nexit {version}\n")
        program.chmod(0o755)
    shutil.rmtree(tmp_path / "saved")
    with pytest.raises(SetupError, match="failed with status 15"):
        backup(home, tmp_path / "saved")


def test_to_verify_what_was_not_restored_changes_nothing(centre: Home, engine: Engine) -> None:
    append(engine, 3)
    _publish(engine, centre)
    centre.signed_path.unlink()
    mark_verified(centre)
    assert not centre.signed_path.exists()


def test_a_copy_whose_checkpoint_is_false_stays_read_only(
    centre: Home, engine: Engine, new_url: str, tmp_path: Path
) -> None:
    append(engine, 3)
    _publish(engine, centre)
    shutil.copy(centre.signed_path, tmp_path / "old.note")
    append(engine, 3)
    _publish(engine, centre, 10**9)
    backup(centre, tmp_path / "saved", include_keys=True)
    copy = restore(tmp_path / "saved", tmp_path / "copy", new_url)
    shutil.copy(tmp_path / "old.note", copy.signed_path)
    with pytest.raises(IntegrityFault, match="older than the published"):
        mark_verified(copy)
    (copy.log_dir / "checkpoint").write_bytes(b"x")
    with pytest.raises(BadNote):
        mark_verified(copy)
    assert copy.read_only_reason()


def test_the_newest_memory_of_the_signer_shows_what_the_backup_has_lost(
    centre: Home, engine: Engine, new_url: str, tmp_path: Path, open_engine: Open
) -> None:
    append(engine, 3)
    _publish(engine, centre)
    backup(centre, tmp_path / "saved")
    append(engine, 3)
    _publish(engine, centre, 10**9)
    copy = restore(tmp_path / "saved", tmp_path / "copy", new_url)
    shutil.copy(centre.signed_path, copy.signed_path)
    mark_verified(copy)
    with pytest.raises(IntegrityFault, match="older than the log"):
        check_start(open_engine(copy.database_url), copy)


def test_the_copy_can_be_read_by_a_plain_statement(
    centre: Home, engine: Engine, new_url: str, tmp_path: Path, open_engine: Open
) -> None:
    append(engine, 3)
    backup(centre, tmp_path / "saved")
    copy = restore(tmp_path / "saved", tmp_path / "copy", new_url)
    with open_engine(copy.database_url).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM record_entry")).scalar() == 3
