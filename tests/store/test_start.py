"""A start-up that finds database, files and signer apart does not let the service write."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from tests.store.rows import append
from trading.base.clock import SimulatedClock
from trading.base.errors import IntegrityFault, ReadOnly
from trading.record.merkle import leaf_hash
from trading.store import start, triggers
from trading.store.home import Home
from trading.store.publish import Publisher
from trading.store.signer import create_keys
from trading.store.start import check_start

Open = Callable[..., Engine]


@pytest.fixture
def engine(centre: Home, open_engine: Open) -> Engine:
    return open_engine(centre.database_url)


def _publish(engine: Engine, home: Home, now_us: int = 1) -> None:
    publisher = Publisher(engine, engine, home, SimulatedClock(now_us))
    while publisher.publish_once():
        pass


def _force(engine: Engine, statement: str, **given: object) -> None:
    with engine.begin() as connection:
        triggers.drop(connection)
        connection.execute(text(statement), given)
        triggers.create(connection)


@pytest.mark.parametrize("published", [0, 1, 255, 256, 257, 600])
@pytest.mark.parametrize("tail", [0, 1, 300])
def test_a_sound_centre_starts(engine: Engine, centre: Home, published: int, tail: int) -> None:
    if published:
        append(engine, published)
        _publish(engine, centre)
    if tail:
        append(engine, tail)
    check_start(engine, centre)


def test_a_new_centre_starts_before_it_has_keys(
    home: Home, sqlite_store: str, open_engine: Open
) -> None:
    check_start(open_engine(sqlite_store), home)


def test_an_unverified_copy_is_read_only(engine: Engine, centre: Home) -> None:
    (centre.path / "UNVERIFIED").write_text("restored from a backup\n")
    with pytest.raises(ReadOnly, match="restored from a backup"):
        check_start(engine, centre)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE record_entry SET body = :new WHERE idx = 590", "does not have its hash"),
        ("UPDATE record_entry SET body = :new WHERE idx = 650", "does not have its hash"),
        ("UPDATE record_entry SET body = :body, hash = :hash WHERE idx = 590", "newest rows"),
        ("UPDATE record_entry SET body = :body, hash = :hash WHERE idx = 650", "not the tree"),
        ("DELETE FROM record_entry WHERE idx = 590", "missing"),
        ("DELETE FROM record_entry WHERE idx >= 650", "does not end where"),
        ("UPDATE projection_head SET size = 599", "does not end where"),
        ('UPDATE projection_head SET "range" = :new', "not the tree"),
    ],
)
def test_an_altered_database_does_not_start(
    engine: Engine, centre: Home, statement: str, found: str
) -> None:
    append(engine, 600)
    _publish(engine, centre)
    append(engine, 100)
    check_start(engine, centre)
    values = {"new": b"x", "body": b"forged", "hash": leaf_hash(b"forged")}
    # The forged row is public, as its neighbours 591 and 651 are.
    statement = statement.replace("= 590", "= 591").replace("= 650", "= 651")
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    _force(engine, statement, **used)
    with pytest.raises(IntegrityFault, match=found):
        check_start(engine, centre)


def test_a_database_restored_from_before_does_not_start(
    sqlite_template: Path, home: Home, open_engine: Open, tmp_path: Path
) -> None:
    shutil.copyfile(sqlite_template, home.database_path)
    create_keys(home)
    engine = open_engine(home.database_url)
    append(engine, 5)
    _publish(engine, home)
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    engine.dispose()
    shutil.copyfile(home.database_path, tmp_path / "old.sqlite3")
    append(engine, 5)
    _publish(engine, home, 10**9)
    check_start(engine, home)
    engine.dispose()
    shutil.copyfile(tmp_path / "old.sqlite3", home.database_path)
    with pytest.raises(IntegrityFault, match="older than the log"):
        check_start(engine, home)


def _flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("tile/1/000.p/2", "do not lead to the signed root"),
        ("tile/0/002.p/88", "do not lead to the signed root"),
        ("tile/entries/002.p/88", "newest rows|cut off|wrong width"),
        ("tile/entries/001", "newest rows|cut off|wrong width"),
        ("tile/0/001", "newest tile"),
    ],
)
def test_an_altered_file_does_not_start(
    engine: Engine, centre: Home, name: str, found: str
) -> None:
    append(engine, 600)
    _publish(engine, centre)
    good = (centre.log_dir / name).read_bytes()
    for at in (0, len(good) // 2, len(good) - 1):
        _flip(centre.log_dir / name, at)
        with pytest.raises(IntegrityFault, match=found):
            check_start(engine, centre)
        (centre.log_dir / name).write_bytes(good)
    (centre.log_dir / name).unlink()
    with pytest.raises(IntegrityFault, match="missing"):
        check_start(engine, centre)


def _cost(engine: Engine, home: Home, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Return how many files the start reads, and how many rows."""
    files: list[Path] = []
    rows: list[int] = []
    read_bytes, leaves = Path.read_bytes, start._leaves

    def _read(path: Path) -> bytes:
        files.append(path)
        return read_bytes(path)

    def _leaves(connection: Connection, first: int, end: int) -> list[bytes]:
        rows.append(end - first)
        return leaves(connection, first, end)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", _read)
        patch.setattr(start, "_leaves", _leaves)
        check_start(engine, home)
    return len(files), sum(rows)


def test_the_start_does_not_grow_with_history(
    home: Home, sqlite_template: Path, open_engine: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copyfile(sqlite_template, home.database_path)
    create_keys(home)
    engine = open_engine(home.database_url)
    found = []
    for now_us in (1, 10**9):
        append(engine, 4 * 2048 + 300)
        _publish(engine, home, now_us)
        append(engine, 5)
        found.append(_cost(engine, home, monkeypatch))
    for files, rows in found:
        assert 0 < files <= 12
        assert 0 < rows <= 2 * 256 + 5
