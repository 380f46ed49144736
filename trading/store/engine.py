"""Engines for the two databases, with the settings that durability needs, checked.

SQLite: ``pysqlite3`` >= 3.51.3 (the WAL reset bug), WAL, ``synchronous=FULL``, transactions that
begin IMMEDIATE on the writing engine. PostgreSQL: psycopg 3, READ COMMITTED under the head lock,
bounded waits. Source: decision 15; security brief, section 1.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

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
    path = Path(make_url(url).database or "")
    read_only = _is_read_only(path)
    engine = create_engine(
        url, module=pysqlite3, connect_args={"timeout": BUSY_MS / 1000},
        **({"creator": lambda: _connect_read_only(path)} if read_only else {}),
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "query_only=ON" if read_only else "journal_mode=WAL",
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
        connection.exec_driver_sql("BEGIN" if read_only else begin)

    return engine


def _is_read_only(path: Path) -> bool:
    """Tell whether the file or its folder cannot be written: a sealed copy, or media of its own."""
    return path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def _connect_read_only(path: Path) -> Any:
    """Open a copy that nobody writes; what its write-ahead log holds counts, where it has one."""
    ahead = path.with_name(f"{path.name}-wal")
    still = "" if ahead.exists() and ahead.stat().st_size else "&immutable=1"
    return pysqlite3.connect(
        f"file:{quote(str(path))}?mode=ro{still}", uri=True, check_same_thread=False,
        timeout=BUSY_MS / 1000,
    )  # fmt: skip


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
        if _is_read_only(Path(engine.url.database or "")):
            return  # nothing is acknowledged there
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
        raise SetupError(
            f"the database setting {question} is {found}", setting=question, found=str(found)
        )
