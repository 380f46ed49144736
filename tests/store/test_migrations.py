"""The steps of the schema add up to the tables of the program, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from trading import centre  # noqa: F401 - registers the tables of the subjects
from trading.base.errors import SetupError
from trading.store import schema
from trading.store.migrations import VERSION_TABLE, check_schema, migrate, revision
from trading.store.triggers import compare_triggers

Open = Callable[..., Engine]


def _differences(engine: Engine) -> list[object]:
    options = {"version_table": VERSION_TABLE, "compare_type": True}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, schema.metadata))


def test_the_steps_give_the_tables_of_the_program(engine: Engine) -> None:
    assert _differences(engine) == []


def test_a_table_that_the_steps_forgot_is_noticed(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE private_alive ADD COLUMN extra INTEGER"))
        connection.execute(text("DROP TABLE private_lease"))
    kinds = {str(found[0]) for found in _differences(engine) if isinstance(found, tuple)}
    assert kinds >= {"remove_column", "add_table"}


def test_check_constraints_and_names_are_those_of_the_program(engine: Engine) -> None:
    found = inspect(engine)
    checks = found.get_check_constraints("projection_head")
    assert [check["name"] for check in checks] == ["projection_head_one_row"]
    uniques = found.get_unique_constraints("record_entry")
    assert [unique["name"] for unique in uniques] == ["record_entry_stream_seq"]


def test_an_empty_log_has_a_head(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.execute(text('SELECT id, size, "range", at_us FROM projection_head'))
        ((number, size, packed, at_us),) = rows
    assert (number, size, bytes(packed), at_us) == (1, 0, bytes(8), 0)


def test_a_second_run_changes_nothing(empty_database: str, open_engine: Open) -> None:
    engine = open_engine(empty_database)
    assert revision(engine) is None
    first = migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE projection_head SET size = 7"))
    assert migrate(engine) == first == revision(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT size FROM projection_head")).scalars().all() == [7]
    check_schema(engine)
    compare_triggers(engine)


def test_two_processes_at_once_migrate_once(empty_database: str, open_engine: Open) -> None:
    engines = [open_engine(empty_database) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(migrate, engines))
    assert found[0] == found[1] == revision(engines[0])


def test_an_empty_database_is_told_apart(empty_database: str, open_engine: Open) -> None:
    with pytest.raises(SetupError, match="empty: run `trading init`"):
        check_schema(open_engine(empty_database))


def test_an_older_schema_asks_for_an_upgrade(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_schema(engine)
    monkeypatch.setattr("trading.store.migrations._head", lambda: "9999")
    with pytest.raises(SetupError, match=r"older schema .*trading init"):
        check_schema(engine)


def test_a_newer_schema_is_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    for refused in (check_schema, migrate):
        with pytest.raises(SetupError, match="newer schema"):
            refused(engine)


def test_a_step_that_fails_leaves_nothing_behind(
    empty_database: str, open_engine: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _fail(_connection: object) -> None:
        raise SetupError("broken step")

    monkeypatch.setattr("trading.store.triggers.create", _fail)
    engine = open_engine(empty_database)
    with pytest.raises(SetupError, match="broken step"):
        migrate(engine)
    assert inspect(engine).get_table_names() == []
