"""Whether the service may be sent work: database, schema, writer, publisher and clock.

Source: ecosystem brief, section 6; decisions 10 and 14.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from trading.base.errors import ClockDrifted, IntegrityFault, StorageDown, TradingError
from trading.base.units import SECOND_US
from trading.centre import Centre
from trading.store.home import Home
from trading.store.migrations import check_schema
from trading.store.signer import published
from trading.store.upkeep import Limits

# The writer marks itself alive every 2 s; the outage that holds lots begins at 10 s.
SILENCE_US = 10 * SECOND_US
LAG_US = 30 * SECOND_US
# However often it is asked, the database is asked once in this time.
FRESH_US = SECOND_US

_HEAD = text("SELECT size, at_us FROM projection_head WHERE id = 1")
_ALIVE = text("SELECT coalesce(max(at_us), 0) FROM private_alive")
_AT = text("SELECT at_us FROM record_entry WHERE idx = :idx")


@dataclass(frozen=True, slots=True)
class Vitals:
    """What was measured: sizes in entries, instants and durations in microseconds."""

    size: int
    head_us: int
    silence_us: int
    published: int
    lag_us: int
    drift_us: int


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why the service is not ready: a stable code and a sentence for whoever operates it."""

    code: str
    detail: str


class Health:
    """Asks one centre how it is."""

    def __init__(self, centre: Centre, home: Home) -> None:
        """Ask ``centre``, whose log lies in ``home``."""
        self._centre = centre
        self._home = home
        self._lock = threading.Lock()
        self._known: tuple[Complaint, ...] | None = None
        self._known_us = 0

    def vitals(self) -> Vitals:
        """Measure; raise ``StorageDown`` when the database does not answer, ``BadNote``.

        Raises ``IntegrityFault`` when the head does not end at the last entry's time.
        """
        now_us = self._centre.clock.now_us()
        shown = published(self._home)
        first = shown.size if shown else 0
        try:
            with self._centre.reading.connect() as connection:
                size, head_us = connection.execute(_HEAD).one()
                alive_us = connection.execute(_ALIVE).scalar_one()
                waiting_us = connection.execute(_AT, {"idx": first}).scalar()
                last_us = connection.execute(_AT, {"idx": size - 1}).scalar()
        except SQLAlchemyError as error:
            raise StorageDown("the database does not answer") from error
        except OSError as error:
            raise StorageDown("the log cannot be read") from error
        if head_us != (last_us or 0):
            raise IntegrityFault("the time of the head is not that of the last entry")
        lag_us = max(0, now_us - waiting_us) if waiting_us is not None else 0
        # A clock that stands before the last entry decides nothing, however steadily it runs.
        drift_us = max(abs(self._centre.clock.drift_us()), head_us - now_us)
        return Vitals(size, head_us, max(0, now_us - alive_us), first, lag_us, drift_us)

    def complaints(self) -> tuple[Complaint, ...]:
        """Return why the service is not ready, nothing when it is; at most a second old.

        While the database keeps another caller waiting, the last answer is given again.
        """
        if not self._lock.acquire(blocking=self._known is None):
            return self._known or ()
        try:
            now_us = self._centre.clock.now_us()
            if self._known is None or now_us - self._known_us >= FRESH_US:
                self._known = tuple(self._examine())
                self._known_us = self._centre.clock.now_us()
            return self._known
        finally:
            self._lock.release()

    def _examine(self) -> list[Complaint]:
        try:
            found = self.vitals()
            check_schema(self._centre.reading)
        except TradingError as error:
            return [Complaint(error.code, error.detail)]
        except SQLAlchemyError:
            return [Complaint(StorageDown.code, "the database does not answer")]
        limits = (
            ("writer_silent", found.silence_us, SILENCE_US, "the writer gave no sign of life"),
            ("publisher_behind", found.lag_us, LAG_US, "entries are waiting to be published"),
            (ClockDrifted.code, found.drift_us, Limits().drift_us, "the clock is wrong"),
        )
        return [
            Complaint(code, f"{detail}: {value_us // 1000} ms")
            for code, value_us, limit_us, detail in limits
            if value_us > limit_us
        ]
