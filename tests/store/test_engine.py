"""Engines: settings under which an acknowledged entry survives, checked and not believed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pysqlite3
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tests.support.postgres import server
from trading.base.errors import SetupError
from trading.store import engine as engine_module
from trading.store.engine import check_durable, sqlite_url

OpenEngine = Callable[..., Engine]


def test_our_own_settings_are_durable(sqlite_store: str, open_engine: OpenEngine) -> None:
    check_durable(open_engine(sqlite_store))


def _asked(engine: Engine, question: str) -> object:
    with engine.connect() as connection:
        return connection.execute(text(question)).scalar()


@pytest.mark.parametrize(
    ("pragma", "found"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("secure_delete", 1),
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
        ("trusted_schema", 0),
    ],
)
def test_settings_of_sqlite(
    sqlite_store: str, open_engine: OpenEngine, pragma: str, found: object
) -> None:
    for reading in (False, True):
        engine = open_engine(sqlite_store, reading=reading)
        assert _asked(engine, f"PRAGMA {pragma}") == found


def test_only_the_writer_checkpoints(sqlite_store: str, open_engine: OpenEngine) -> None:
    assert _asked(open_engine(sqlite_store), "PRAGMA wal_autocheckpoint") == 1000
    assert _asked(open_engine(sqlite_store, reading=True), "PRAGMA wal_autocheckpoint") == 0


def test_a_writing_transaction_on_sqlite_locks_at_once(
    sqlite_store: str, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "BUSY_MS", 50)
    one, two = open_engine(sqlite_store), open_engine(sqlite_store)
    reader = open_engine(sqlite_store, reading=True)
    with one.begin():
        with pytest.raises(DBAPIError, match="locked"), two.begin():
            pass
        assert _asked(reader, "SELECT size FROM projection_head") == 0


def test_a_reader_sees_one_state_throughout(sqlite_store: str, open_engine: OpenEngine) -> None:
    writer, reader = open_engine(sqlite_store), open_engine(sqlite_store, reading=True)
    size = text("SELECT size FROM projection_head")
    with reader.begin() as connection:
        assert connection.execute(size).scalar() == 0
        with writer.begin() as writing:
            writing.execute(text("UPDATE projection_head SET size = 7"))
        assert connection.execute(size).scalar() == 0
    assert _asked(reader, str(size)) == 7


def test_an_old_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pysqlite3, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(SetupError, match="too old"):
        engine_module.writing_engine(sqlite_url(tmp_path / "x.sqlite3"))


@pytest.mark.parametrize("setting", ["OFF", "NORMAL", "EXTRA"])
def test_sqlite_that_may_lose_an_entry_is_refused(
    sqlite_store: str, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setattr(engine_module, "SYNCHRONOUS", setting)
    with pytest.raises(SetupError, match="synchronous"):
        check_durable(open_engine(sqlite_store))


@pytest.mark.postgres
def test_settings_of_postgresql(postgres_store: str, open_engine: OpenEngine) -> None:
    engine = open_engine(postgres_store)
    for setting, found in (
        ("lock_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "30s"),
        ("timezone", "UTC"),
        ("transaction_isolation", "read committed"),
    ):
        assert _asked(engine, f"SHOW {setting}") == found
    assert engine.url.drivername == "postgresql+psycopg"


@pytest.mark.postgres
@pytest.mark.slow
def test_postgresql_that_may_lose_an_entry_is_refused(open_engine: OpenEngine) -> None:
    """A durable server passes; what a session may switch off by itself is seen."""
    with server() as running:
        engine = open_engine(running.url())
        check_durable(engine)
        engine.dispose()
        loose = open_engine(running.url())
        with running.connect() as connection:
            connection.execute("ALTER ROLE trading SET synchronous_commit = off")
        with pytest.raises(SetupError, match="synchronous_commit"):
            check_durable(loose)
        loose.dispose()


@pytest.mark.postgres
def test_a_server_without_fsync_is_refused(postgres_store: str, open_engine: OpenEngine) -> None:
    """The server of these tests is one: it is fast and may lose data."""
    with pytest.raises(SetupError, match="fsync"):
        check_durable(open_engine(postgres_store))
