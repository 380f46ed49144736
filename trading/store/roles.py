"""The roles of PostgreSQL: what the program may do to the record, and what an auditor may.

The tables belong to whoever migrates. ``trading_app`` adds to the record and can never change
it; ``trading_auditor`` reads it. Neither may log in: an operator grants them to login users, best
to one that owns nothing. Source: audit log brief, section 7.
"""

from __future__ import annotations

import contextlib
from typing import Any

from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.exc import DBAPIError

from trading.store.engine import APP_ROLE

AUDITOR_ROLE = "trading_auditor"
_KINDS = {
    # prefix of the table: rights of the program, rights of an auditor
    "record_": ("SELECT, INSERT", "SELECT"),
    "projection_": ("SELECT, INSERT, UPDATE, DELETE", "SELECT"),
    "private_": ("SELECT, INSERT, UPDATE, DELETE", ""),
}
_SCHEMA_VERSION = "private_schema_version"
_EXISTS = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
_MAY_CREATE = text("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
# Since PostgreSQL 16 a member may be one that cannot take the role.
_SET_OPTION_SINCE = 160000
_MAY_ASSUME = "SELECT pg_has_role(session_user, oid, %s) FROM pg_roles WHERE rolname = %s"


def grant(connection: Connection) -> None:
    """Create the roles where that is allowed, and give them their rights on every table.

    Runs after every migration, so that new tables are covered; does nothing on SQLite.
    """
    if connection.dialect.name != "postgresql":
        return
    tables = inspect(connection).get_table_names()
    for number, role in enumerate((APP_ROLE, AUDITOR_ROLE)):
        if not _ensure(connection, role):
            continue
        schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
        connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO {role}"))
        for table in tables:
            rights = _rights(table)[number]
            connection.execute(text(f"REVOKE ALL ON {table} FROM PUBLIC, {role}"))
            if rights:
                connection.execute(text(f"GRANT {rights} ON {table} TO {role}"))


def assume(engine: Engine) -> None:
    """Let every connection of ``engine`` act as ``trading_app``, where that role was granted.

    On SQLite, and where the role does not exist or the login user is no member, nothing changes.
    """
    if engine.dialect.name != "postgresql":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.autocommit = True  # a role set in a transaction is lost when it is rolled back
        way = "SET" if connection.info.server_version >= _SET_OPTION_SINCE else "MEMBER"
        found = connection.execute(_MAY_ASSUME, (way, APP_ROLE)).fetchone()
        if found is not None and found[0]:
            connection.execute(f"SET ROLE {APP_ROLE}")
        connection.autocommit = False


def _rights(table: str) -> tuple[str, str]:
    if table == _SCHEMA_VERSION:
        return "SELECT", "SELECT"
    for prefix, rights in _KINDS.items():
        if table.startswith(prefix):
            return rights
    return "", ""


def _ensure(connection: Connection, role: str) -> bool:
    """Tell whether the role exists, now that it was created if it could be."""
    if connection.execute(_EXISTS, {"role": role}).scalar():
        return True
    if not connection.execute(_MAY_CREATE).scalar():
        return False
    # Roles belong to the whole server: another database may be creating the same one just now.
    with contextlib.suppress(DBAPIError), connection.begin_nested():
        connection.execute(text(f"CREATE ROLE {role} NOLOGIN"))
        if role == APP_ROLE:
            connection.execute(text(f"GRANT {role} TO CURRENT_USER"))
    return bool(connection.execute(_EXISTS, {"role": role}).scalar())
