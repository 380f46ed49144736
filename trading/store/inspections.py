"""Inspections that an auditor asked for: verify and replay, run beside the service.

Each runs as the command line does it, in a process of its own, so that a long one never delays a
bid; what it found is kept for whoever asks later. Source: decisions 1, 9 and 17.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any, Literal

import msgspec
from sqlalchemy import BigInteger, Column, Engine, Integer, Table, Text, delete, insert, select
from sqlalchemy import update as update_rows

from trading.base.clock import Clock
from trading.base.errors import StorageBusy
from trading.base.units import HOUR_US
from trading.store.home import Home
from trading.store.schema import metadata

inspection = Table(
    "private_inspection",
    metadata,
    Column("id", Text, primary_key=True),
    Column("what", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("begun_us", BigInteger, nullable=False),
    Column("ended_us", BigInteger, nullable=False),
    Column("ok", Integer, nullable=False),
    Column("told", Text, nullable=False),
)

What = Literal["verify", "replay"]
COMMANDS: dict[str, tuple[str, ...]] = {"verify": ("log", "verify"), "replay": ("replay",)}
TOLD_MAX = 20_000
KEPT = 50
ID_BYTES = 8
SECONDS_MAX = 3600
_OK = 0

_log = logging.getLogger(__name__)


class Inspection(msgspec.Struct, frozen=True):
    """One run; ``ended_us`` is 0 while it runs. ``told`` is what the command printed, as JSON."""

    id: str
    what: str
    person: str
    begun_us: int
    ended_us: int
    ok: bool
    told: str

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Return what was found; empty where all is well or the run told nothing readable."""
        try:
            told = msgspec.json.decode(self.told or "{}")
        except msgspec.DecodeError:
            return []
        found = told.get("findings", []) if isinstance(told, dict) else []
        return [one for one in found if isinstance(one, dict)]


class Inspections:
    """Starts inspections, one at a time for all workers, and remembers the last ones."""

    def __init__(
        self, home: Home, engine: Engine, clock: Clock, entropy: Callable[[int], bytes]
    ) -> None:
        """Inspect the centre in ``home``."""
        self._home = home
        self._engine = engine
        self._clock = clock
        self._entropy = entropy

    def newest(self) -> list[Inspection]:
        """Return the last runs, the newest first."""
        query = select(inspection).order_by(inspection.c.begun_us.desc()).limit(KEPT)
        with self._engine.connect() as connection:
            return [
                Inspection(**{**row, "ok": bool(row["ok"])})
                for row in connection.execute(query).mappings()
            ]

    def start(self, what: What, person: str) -> threading.Thread:
        """Start one in the background; raise ``StorageBusy`` while another runs."""
        now_us, number = self._clock.now_us(), self._entropy(ID_BYTES).hex()
        running = select(inspection.c.id).where(
            inspection.c.ended_us == 0, inspection.c.begun_us > now_us - HOUR_US
        )
        old = select(inspection.c.id).order_by(inspection.c.begun_us.desc()).offset(KEPT)
        with self._engine.begin() as connection:
            if connection.execute(running).first() is not None:
                raise StorageBusy("an inspection is running already", retry_after_seconds=30)
            gone = [row.id for row in connection.execute(old)]
            connection.execute(delete(inspection).where(inspection.c.id.in_(gone)))
            connection.execute(
                insert(inspection).values(
                    id=number, what=what, person=person, begun_us=now_us, ended_us=0, ok=0, told=""
                )
            )
        thread = threading.Thread(target=self._run, args=(number, what), daemon=True)
        thread.start()
        return thread

    def _run(self, number: str, what: What) -> None:
        command = [
            *(sys.executable, "-m", "trading.cli", *COMMANDS[what]),
            *("--data", str(self._home.path), "--json"),
        ]
        try:
            done = subprocess.run(  # noqa: S603 - our own program and no word from outside
                command, capture_output=True, check=False, timeout=SECONDS_MAX, text=True
            )
            ok, told = done.returncode == _OK, done.stdout[-TOLD_MAX:].strip()
        except (OSError, subprocess.TimeoutExpired) as error:
            _log.error("inspection %s: %s", what, type(error).__name__)
            ok, told = False, ""
        ended = {"ended_us": self._clock.now_us(), "ok": int(ok), "told": told}
        with self._engine.begin() as connection:
            connection.execute(
                update_rows(inspection).where(inspection.c.id == number).values(**ended)
            )
