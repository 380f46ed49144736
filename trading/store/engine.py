"""Engines for the two databases, with the settings that durability needs, checked.

SQLite: ``pysqlite3`` >= 3.51.3 (the WAL reset bug), WAL, ``synchronous=FULL``, transactions that
begin IMMEDIATE on the writing engine. PostgreSQL: psycopg 3, READ COMMITTED under the head lock,
bounded waits. Source: decision 15; security brief, section 1.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysqlite3
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url

from trading.base.errors import SetupError

SQLITE_VERSION_MIN = (3, 51, 3)
SYNCHRONOUS = "FULL"
BUSY_MS = 10_000
LOCK_TIMEOUT_MS = 5_000
IDLE_IN_TRANSACTION_MS = 30_000
APP_ROLE = "trading_app"


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path}"


def writing_engine(url: str) -> Engine:
    """Return the engine of the writer; raise ``SetupError`` when it could not be durable."""
    return _engine(url, begin="BEGIN IMMEDIATE")


def reading_engine(url: str) -> Engine:
    """Return an engine for reads; on SQLite it never checkpoints the write-ahead log."""
    return _engine(url, begin="BEGIN")


def _engine(url: str, begin: str) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url, begin)
    return _postgres(url)


def _sqlite(url: str, begin: str) -> Engine:
    if pysqlite3.sqlite_version_info < SQLITE_VERSION_MIN:
        raise SetupError("SQLite is too old", found=pysqlite3.sqlite_version)
    engine = create_engine(url, module=pysqlite3, connect_args={"timeout": BUSY_MS / 1000})

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={SYNCHRONOUS}",
            "foreign_keys=ON",
            "secure_delete=ON",
            "recursive_triggers=ON",
            "trusted_schema=OFF",
            f"wal_autocheckpoint={1000 if begin != 'BEGIN' else 0}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgres(url: str) -> Engine:
    options = (
        f"-c lock_timeout={LOCK_TIMEOUT_MS} "
        f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS} "
        "-c timezone=UTC"
    )
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        isolation_level="READ COMMITTED",
        pool_pre_ping=False,
        connect_args={
            "options": options,
            "keepalives": 1,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "connect_timeout": 10,
        },
    )


def check_durable(engine: Engine) -> None:
    """Refuse settings under which an acknowledged entry could be lost.

    Raises ``SetupError`` naming the setting and what was found.
    """
    if engine.dialect.name == "sqlite":
        _require(engine, "PRAGMA journal_mode", lambda found: found == "wal")
        _require(engine, "PRAGMA synchronous", lambda found: found == 2)  # noqa: PLR2004 - FULL
    else:
        _require(engine, "SHOW fsync", lambda found: found == "on")
        _require(engine, "SHOW synchronous_commit", lambda found: found != "off")
        _require(engine, "SHOW full_page_writes", lambda found: found == "on")


def _require(engine: Engine, question: str, good: Callable[[Any], bool]) -> None:
    with engine.connect() as connection:
        found = connection.execute(text(question)).scalar()
    if not good(found):
        raise SetupError(f"{question} is {found}", setting=question, found=str(found))
