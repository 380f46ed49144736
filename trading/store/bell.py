"""The bell: tells other processes on PostgreSQL that the log has grown, so that they look sooner.

A hint only: who hears nothing looks all the same. On SQLite one process serves, and there is
nobody to tell. Source: decisions 13 and 22.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

CHANNEL = "trading_log"
# However often it is rung, it sounds once in this time.
PAUSE_SECONDS = 0.02
LISTEN_SECONDS = 1.0
AGAIN_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Bell:
    """Rings for, and listens to, the other processes of one database."""

    def __init__(self, engine: Engine) -> None:
        """Use connections of ``engine``; on SQLite everything here does nothing."""
        self._engine = engine
        self._works = engine.dialect.name == "postgresql"
        self._rung = threading.Event()
        self._stopping = threading.Event()
        self._ringing = False

    def ring(self, size: int = 0) -> None:
        """Tell the others soon; called by the writer after a commit."""
        del size
        if self._works and not self._rung.is_set():
            self._rung.set()
            if not self._ringing:
                self._ringing = True
                self._start(self._ring)

    def listen(self, heard: Callable[[], object]) -> None:
        """Call ``heard`` from a thread whenever another process, or this one, has rung."""
        if self._works:
            self._start(lambda connection: self._hear(connection, heard))

    def stop(self) -> None:
        """Let the threads end."""
        self._stopping.set()
        self._rung.set()

    def _start(self, work: Callable[[Any], None]) -> None:
        threading.Thread(target=self._keep, args=(work,), name="bell", daemon=True).start()

    def _keep(self, work: Callable[[Any], None]) -> None:
        """Do ``work`` on a connection of its own, and on another one when that is lost."""
        while not self._stopping.is_set():
            try:
                with self._engine.connect() as pooled:
                    raw: Any = pooled.connection.driver_connection
                    raw.autocommit = True
                    raw.execute("SET synchronous_commit TO off")  # a hint need not be durable
                    try:
                        work(raw)
                    finally:
                        pooled.invalidate()
            except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error):
                _log.info("the bell is silent: others look by themselves")
                self._stopping.wait(AGAIN_SECONDS)

    def _ring(self, connection: Any) -> None:
        while not self._stopping.is_set():
            self._rung.wait()
            self._rung.clear()
            if not self._stopping.is_set():
                connection.execute(f"NOTIFY {CHANNEL}")
                time.sleep(PAUSE_SECONDS)

    def _hear(self, connection: Any, heard: Callable[[], object]) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        while not self._stopping.is_set():
            for _notice in connection.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                with suppress(Exception):  # a hint
                    heard()
