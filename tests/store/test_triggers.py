"""Nobody changes the record by an ordinary statement, on either database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from trading.base.errors import SetupError
from trading.store import triggers
from trading.store.triggers import REFUSED, compare_triggers

ENTRY = (
    "INTO record_entry (idx, stream, seq, kind, at_us, audience, body, salt, hash) "
    "VALUES (:idx, :stream, :seq, 'k', 1, 'public', :body, :none, :none)"
)
DOCUMENT = "INTO record_document (sha256, media_type, content) VALUES ('aa', 't', :body)"
Open = Callable[..., Engine]


def _entry(idx: int, stream: str = "lot/1", seq: int = 1, body: bytes = b"new") -> dict[str, Any]:
    return {"idx": idx, "stream": stream, "seq": seq, "body": body, "none": b""}


def _run(engine: Engine, statement: str, **given: object) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement), given)


def _bodies(engine: Engine) -> list[bytes]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT body FROM record_entry ORDER BY idx")).scalars()
        content = connection.execute(text("SELECT content FROM record_document")).scalars()
        return [bytes(found) for found in (*rows, *content)]


@pytest.fixture
def filled(engine: Engine) -> Engine:
    for idx in range(2):
        _run(engine, f"INSERT {ENTRY}", **_entry(idx, seq=idx + 1, body=b"old"))
    _run(engine, f"INSERT {DOCUMENT}", body=b"old")
    return engine


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_entry SET body = :body",
        "UPDATE record_entry SET kind = 'x' WHERE idx = 1",
        "DELETE FROM record_entry WHERE idx = 1",
        "UPDATE record_document SET content = :body",
        "DELETE FROM record_document",
        (
            "INSERT INTO record_entry SELECT * FROM record_entry WHERE idx = 1 "
            "ON CONFLICT (idx) DO UPDATE SET kind = 'x'"
        ),
        f"INSERT {DOCUMENT} ON CONFLICT (sha256) DO UPDATE SET content = :body",
    ],
)
def test_a_row_is_never_changed(filled: Engine, statement: str) -> None:
    given = {"body": b"new"} if ":body" in statement else {}
    with pytest.raises(DBAPIError, match=REFUSED):
        _run(filled, statement, **given)
    assert _bodies(filled) == [b"old"] * 3


@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"])
def test_sqlite_replaces_nothing(
    sqlite_store: str, open_engine: Open, verb: str, recursive: str
) -> None:
    engine = open_engine(sqlite_store)
    for idx in range(2):
        _run(engine, f"INSERT {ENTRY}", **_entry(idx, seq=idx + 1, body=b"old"))
    _run(engine, f"INSERT {DOCUMENT}", body=b"old")
    attempts: list[tuple[str, dict[str, Any]]] = [
        (ENTRY, _entry(1, seq=2)),  # the same place
        (ENTRY, _entry(0, stream="lot/9")),  # an earlier place
        (ENTRY, _entry(2, seq=2)),  # the next place, another entry's number in its stream
        (ENTRY, _entry(3, seq=3)),  # a gap
        (ENTRY, _entry(-1, seq=3)),
        (DOCUMENT, {"body": b"new"}),
    ]
    for statement, given in attempts:
        with engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql(f"PRAGMA recursive_triggers={recursive}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            with pytest.raises(DBAPIError, match=REFUSED):
                connection.execute(text(f"{verb} {statement}"), given)
    assert _bodies(engine) == [b"old"] * 3


def test_sqlite_update_or_replace_changes_nothing(sqlite_store: str, open_engine: Open) -> None:
    engine = open_engine(sqlite_store)
    for idx in range(2):
        _run(engine, f"INSERT {ENTRY}", **_entry(idx, seq=idx + 1, body=b"old"))
    with pytest.raises(DBAPIError, match=REFUSED):
        _run(engine, "UPDATE OR REPLACE record_entry SET idx = 0 WHERE idx = 1")
    assert _bodies(engine) == [b"old", b"old"]


@pytest.mark.postgres
@pytest.mark.parametrize("role", ["origin", "replica", "local"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_entry SET kind = 'x'",
        "DELETE FROM record_entry",
        "TRUNCATE record_entry",
        "TRUNCATE record_document CASCADE",
    ],
)
def test_postgres_refuses_also_as_a_replica(
    postgres_store: str, open_engine: Open, role: str, statement: str
) -> None:
    engine = open_engine(postgres_store)
    _run(engine, f"INSERT {ENTRY}", **_entry(0, body=b"old"))
    with engine.connect() as connection:
        connection.execute(text(f"SET session_replication_role = {role}"))
        with pytest.raises(DBAPIError, match=REFUSED) as caught:
            connection.execute(text(statement))
    assert getattr(caught.value.orig, "sqlstate", "") == "42501"
    assert _bodies(engine) == [b"old"]


def test_the_triggers_are_those_of_the_program(engine: Engine) -> None:
    compare_triggers(engine)
    with engine.begin() as connection:
        triggers.drop(connection)
    with pytest.raises(SetupError, match=r"record_document.*record_entry"):
        compare_triggers(engine)
    with engine.begin() as connection:
        triggers.create(connection)
    compare_triggers(engine)


@pytest.mark.parametrize(
    "tampering",
    [
        "DROP TRIGGER record_entry_update",
        "CREATE TRIGGER quiet AFTER INSERT ON projection_head BEGIN SELECT 1; END",
        (
            "DROP TRIGGER record_document_delete; CREATE TRIGGER record_document_delete "
            "BEFORE DELETE ON record_document WHEN 0 BEGIN SELECT RAISE(ABORT, 'x'); END"
        ),
    ],
)
def test_tampering_is_noticed_on_sqlite(
    sqlite_store: str, open_engine: Open, tampering: str
) -> None:
    engine = open_engine(sqlite_store)
    compare_triggers(engine)
    for statement in tampering.split("; CREATE"):
        whole = statement if statement.startswith(("DROP", "CREATE")) else f"CREATE{statement}"
        _run(engine, whole)
    with pytest.raises(SetupError, match="changed, added or removed"):
        compare_triggers(engine)


@pytest.mark.postgres
@pytest.mark.parametrize(
    "tampering",
    [
        "DROP TRIGGER record_entry_refuse_change ON record_entry",
        "ALTER TABLE record_entry DISABLE TRIGGER record_entry_refuse_change",
        "ALTER TABLE record_entry ENABLE TRIGGER record_entry_refuse_truncate",
        "ALTER TABLE record_document DISABLE TRIGGER ALL",
        (
            "CREATE OR REPLACE FUNCTION record_refuse() RETURNS trigger LANGUAGE plpgsql "
            "AS $$BEGIN RETURN NEW; END$$"
        ),
        (
            "CREATE TRIGGER quiet BEFORE INSERT ON record_entry FOR EACH ROW "
            "EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        ),
        "ALTER FUNCTION record_refuse() SET search_path = pg_temp",
    ],
)
def test_tampering_is_noticed_on_postgres(
    postgres_store: str, open_engine: Open, tampering: str
) -> None:
    engine = open_engine(postgres_store)
    compare_triggers(engine)
    _run(engine, tampering)
    with pytest.raises(SetupError, match="changed, added or removed"):
        compare_triggers(engine)
