"""The triggers that keep the record append-only, and the proof that they are still the same.

They stop the program and everyone who uses its rights. Who may alter the database may drop them,
so their texts are compared at every start; who alters the record all the same is found by the
signer. Source: audit log brief, sections 7 and 11; decision 15.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from trading.base.errors import SetupError

TABLES = ("record_entry", "record_document")
REFUSED = "the record is append-only"

# REPLACE deletes without delete triggers where `recursive_triggers` is off, so the insert itself
# is refused: it would have to take a place that is taken or that is not the next.
_SQLITE_INSERT = {
    "record_entry": """
  WHEN NEW.idx IS NOT (SELECT coalesce(max(idx) + 1, 0) FROM record_entry)
    OR EXISTS (SELECT 1 FROM record_entry WHERE stream = NEW.stream AND seq = NEW.seq)""",
    "record_document": """
  WHEN EXISTS (SELECT 1 FROM record_document WHERE sha256 = NEW.sha256)""",
}
_POSTGRES_FUNCTION = f"\nBEGIN\n  RAISE EXCEPTION '{REFUSED}' USING ERRCODE = '42501';\nEND\n"
# pg_trigger.tgtype: row 1, before 2, delete 8, update 16, truncate 32.
_POSTGRES_TYPES = {
    "refuse_change": (1 + 2 + 8 + 16, "UPDATE OR DELETE", "ROW"),
    "refuse_truncate": (2 + 32, "TRUNCATE", "STATEMENT"),
}
_POSTGRES_FOUND = text("""
SELECT c.relname, t.tgname, t.tgtype, t.tgenabled, t.tgqual IS NULL, t.tgattr = '', p.proname,
       l.lanname, p.prosrc, p.proconfig IS NULL
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_language l ON l.oid = p.prolang
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
""")
_SQLITE_FOUND = text("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")

Found = dict[str, tuple[object, ...]]


def create(connection: Connection) -> None:
    """Create the triggers on the record tables; part of a migration."""
    embedded = connection.dialect.name == "sqlite"
    for statement in _sqlite().values() if embedded else _postgres():
        connection.execute(text(statement))


def drop(connection: Connection) -> None:
    """Drop the triggers, so that a migration may create those of its own release."""
    if connection.dialect.name == "sqlite":
        for name in _sqlite():
            connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        connection.execute(text("DROP FUNCTION record_refuse() CASCADE"))


def compare_triggers(engine: Engine) -> None:
    """Raise ``SetupError`` unless the triggers in the database are ours, all and no others."""
    with engine.connect() as connection:
        embedded = connection.dialect.name == "sqlite"
        found = _sqlite_found(connection) if embedded else _postgres_found(connection)
    wanted = _sqlite_wanted() if embedded else _postgres_wanted()
    differ = sorted(
        name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name)
    )
    if differ:
        raise SetupError(
            f"triggers were changed, added or removed: {', '.join(differ)}; "
            "the record may have been altered: run `trading log verify`",
            triggers=tuple(differ),
        )


def _sqlite() -> dict[str, str]:
    statements = {}
    for table in TABLES:
        for event in ("UPDATE", "DELETE"):
            statements[f"{table}_{event.lower()}"] = _sqlite_trigger(table, event, "")
        statements[f"{table}_insert"] = _sqlite_trigger(table, "INSERT", _SQLITE_INSERT[table])
    return statements


def _sqlite_trigger(table: str, event: str, when: str) -> str:
    return (
        f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table}{when}\n"
        f"BEGIN\n  SELECT RAISE(ABORT, '{REFUSED}');\nEND"
    )


def _sqlite_wanted() -> Found:
    return {name: (statement,) for name, statement in _sqlite().items()}


def _sqlite_found(connection: Connection) -> Found:
    return {row.name: (row.sql,) for row in connection.execute(_SQLITE_FOUND)}


def _postgres() -> list[str]:
    function = (
        "CREATE FUNCTION record_refuse() RETURNS trigger LANGUAGE plpgsql "
        f"AS $${_POSTGRES_FUNCTION}$$"
    )
    statements = [function]
    for table in TABLES:
        for suffix, (_type, events, level) in _POSTGRES_TYPES.items():
            name = f"{table}_{suffix}"
            statements.append(
                f"CREATE TRIGGER {name} BEFORE {events} ON {table} "
                f"FOR EACH {level} EXECUTE FUNCTION record_refuse()"
            )
            # Also in a session that says it is a replica.
            statements.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    return statements


def _postgres_wanted() -> Found:
    return {
        f"{table}.{table}_{suffix}": (
            kind, "A", True, True, "record_refuse", "plpgsql", _POSTGRES_FUNCTION, True
        )
        for table in TABLES
        for suffix, (kind, _events, _level) in _POSTGRES_TYPES.items()
    }  # fmt: skip


def _postgres_found(connection: Connection) -> Found:
    rows = connection.execute(_POSTGRES_FOUND)
    return {f"{table}.{name}": tuple(rest) for table, name, *rest in rows}
