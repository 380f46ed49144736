"""What the roles of PostgreSQL may do, tried as each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from tests.support.postgres import PostgresServer
from trading.store import roles
from trading.store.engine import APP_ROLE, writing_engine
from trading.store.migrations import migrate, revision
from trading.store.roles import AUDITOR_ROLE, assume

pytestmark = pytest.mark.postgres
Open = Callable[..., Engine]
ENTRY = "INSERT INTO record_entry VALUES (0, 'lot/1', 1, 'k', 1, 'public', 'b', '', '') "


def _as(engine: Engine, role: str, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL ROLE {role}"))
        connection.execute(text(statement))


@pytest.fixture
def store(postgres_store: str, open_engine: Open) -> Engine:
    return open_engine(postgres_store)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_entry SET kind = 'x'",
        "DELETE FROM record_entry",
        "TRUNCATE record_entry",
        "ALTER TABLE record_entry ADD COLUMN x int",
        "ALTER TABLE record_entry DISABLE TRIGGER ALL",
        "ALTER TABLE record_entry DISABLE TRIGGER record_entry_refuse_change",
        "DROP TRIGGER record_entry_refuse_change ON record_entry",
        "DROP TABLE record_document",
        "CREATE RULE quiet AS ON INSERT TO record_entry DO INSTEAD NOTHING",
        (
            "CREATE OR REPLACE FUNCTION record_refuse() RETURNS trigger LANGUAGE plpgsql "
            "AS $$BEGIN RETURN NEW; END$$"
        ),
        "SET session_replication_role = replica",
        "UPDATE private_schema_version SET version_num = '9'",
        "TRUNCATE projection_head",
        "UPDATE record_document SET content = ''",
        "DELETE FROM record_document",
        (
            "CREATE TRIGGER quiet BEFORE INSERT ON record_entry FOR EACH ROW "
            "EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        ),
    ],
)
@pytest.mark.parametrize("role", [APP_ROLE, AUDITOR_ROLE])
def test_neither_role_can_touch_what_was_recorded(store: Engine, role: str, statement: str) -> None:
    with pytest.raises(DBAPIError) as caught:
        _as(store, role, statement)
    assert getattr(caught.value.orig, "sqlstate", "") == "42501"
    assert "append-only" not in str(caught.value.orig), "the right is missing, not only the trigger"


@pytest.mark.parametrize(
    "statement",
    [
        ENTRY,
        "INSERT INTO record_document VALUES ('aa', 't', 'b')",
        "SELECT size FROM projection_head WHERE id = 1 FOR UPDATE",
        "UPDATE projection_head SET size = 1",
        "DELETE FROM private_opening",
        "INSERT INTO private_lease VALUES ('x', 'y', 1, 1)",
        "SELECT version_num FROM private_schema_version",
    ],
)
def test_the_program_can_do_its_work(store: Engine, statement: str) -> None:
    _as(store, APP_ROLE, statement)


def test_an_auditor_reads_the_record_and_nothing_private(store: Engine) -> None:
    _as(store, AUDITOR_ROLE, "SELECT * FROM record_entry")
    _as(store, AUDITOR_ROLE, "SELECT * FROM projection_stream_state")
    for statement in (ENTRY, "SELECT * FROM private_opening", "SELECT * FROM private_idempotency"):
        with pytest.raises(DBAPIError, match="permission denied"):
            _as(store, AUDITOR_ROLE, statement)


def test_a_table_of_no_kind_is_nobodys(store: Engine) -> None:
    with store.begin() as connection:
        connection.execute(text("CREATE TABLE other (x int)"))
        connection.execute(text("GRANT ALL ON other TO trading_app, trading_auditor, PUBLIC"))
        roles.grant(connection)
    for role in (APP_ROLE, AUDITOR_ROLE):
        with pytest.raises(DBAPIError, match="permission denied"):
            _as(store, role, "SELECT * FROM other")


def test_every_connection_acts_as_the_program(store: Engine) -> None:
    assume(store)
    store.dispose()
    for _ in range(2):
        with store.connect() as connection:
            assert connection.execute(text("SELECT current_user")).scalar() == APP_ROLE
            connection.rollback()
            assert connection.execute(text("SELECT current_user")).scalar() == APP_ROLE
    with pytest.raises(DBAPIError, match="permission denied"), store.begin() as connection:
        connection.execute(text("DELETE FROM record_entry"))


def test_on_sqlite_there_are_no_roles(sqlite_store: str, open_engine: Open) -> None:
    engine = open_engine(sqlite_store)
    assume(engine)
    with engine.begin() as connection:
        roles.grant(connection)
        assert connection.execute(text("SELECT 1")).scalar() == 1


@pytest.fixture
def login(postgres_server: PostgresServer, postgres_url: str) -> Iterator[Callable[[str], Engine]]:
    """Give a function that makes a login user who owns the database, and its engine."""
    engines: list[Engine] = []
    database = str(make_url(postgres_url).database)

    def _login(options: str) -> Engine:
        with postgres_server.connect() as connection:
            connection.execute(f"CREATE ROLE clerk LOGIN {options}".encode())
            connection.execute(f"ALTER DATABASE {database} OWNER TO clerk".encode())
        engines.append(writing_engine(postgres_url.replace("trading@", "clerk@")))
        return engines[-1]

    yield _login
    for engine in engines:
        engine.dispose()
    with postgres_server.connect(database) as connection:
        connection.execute(b"REASSIGN OWNED BY clerk TO trading; DROP OWNED BY clerk")
        connection.execute(b"DROP ROLE clerk")


def test_a_plain_owner_without_roles_still_migrates(
    store: Engine, login: Callable[[str], Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = revision(store)
    # Names that no other test has created on this server.
    monkeypatch.setattr(roles, "APP_ROLE", "absent_app")
    monkeypatch.setattr(roles, "AUDITOR_ROLE", "absent_auditor")
    engine = login("")
    migrate(engine)
    assert revision(engine) == newest
    assume(engine)
    engine.dispose()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar() == "clerk"


def test_an_owner_who_may_create_roles_does_and_uses_them(
    login: Callable[[str], Engine],
    monkeypatch: pytest.MonkeyPatch,
    postgres_server: PostgresServer,
) -> None:
    monkeypatch.setattr(roles, "APP_ROLE", "made_app")
    monkeypatch.setattr(roles, "AUDITOR_ROLE", "made_auditor")
    engine = login("CREATEROLE")
    migrate(engine)
    assume(engine)
    engine.dispose()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar() == "made_app"
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text("DELETE FROM record_entry"))
    engine.dispose()
    with postgres_server.connect(str(engine.url.database)) as connection:
        for role in ("made_app", "made_auditor"):
            connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


def test_a_user_who_is_no_member_stays_what_it_is(
    login: Callable[[str], Engine], postgres_template: str
) -> None:
    engine = login("")
    assume(engine)
    engine.dispose()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar() == "clerk"
