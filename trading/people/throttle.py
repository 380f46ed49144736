"""Delays that grow with failures, and never a lock: whoever knows the secret gets in.

Failures are counted for an account as seen from one address, so that a stranger elsewhere cannot
keep anybody out, and for the address itself. Source: security brief, section 2.2; NIST
SP 800-63B, section 3.2.2.
"""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import Engine, delete, insert, select

from trading.base.clock import Clock
from trading.base.errors import RateLimited
from trading.base.units import HOUR_US, SECOND_US
from trading.people.credential_tables import throttle as rows

FREE = 5
"""How many failures cost nothing."""
FREE_OF_ADDRESS = 50
DELAY_SECONDS_MAX = 300


class Throttle:
    """Counts failures in the database that all workers share."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Count in ``engine``."""
        self._engine = engine
        self._clock = clock

    def check(self, account: str, address: str) -> None:
        """Raise ``RateLimited`` while the last failures still cost time."""
        now_us = self._clock.now_us()
        with self._engine.connect() as connection:
            for key, free in _keys(account, address):
                row = connection.execute(select(rows).where(rows.c.key == key)).one_or_none()
                if row is None:
                    continue
                left_us = row.until_us - HOUR_US - now_us
                if row.failures > free and left_us > 0:
                    seconds = -(-left_us // SECOND_US)
                    raise RateLimited("too many failures: wait", retry_after_seconds=seconds)

    def failed(self, account: str, address: str) -> None:
        """Count a failure; each one after the free ones doubles the delay."""
        now_us = self._clock.now_us()
        with self._engine.begin() as connection:
            connection.execute(delete(rows).where(rows.c.until_us <= now_us))
            for key, free in _keys(account, address):
                row = connection.execute(
                    select(rows).where(rows.c.key == key).with_for_update()
                ).one_or_none()
                failures = (row.failures if row else 0) + 1
                delay = min(1 << max(failures - free, 0), DELAY_SECONDS_MAX)
                connection.execute(delete(rows).where(rows.c.key == key))
                connection.execute(
                    insert(rows).values(
                        key=key, failures=failures, until_us=now_us + delay * SECOND_US + HOUR_US
                    )
                )

    def succeeded(self, account: str, address: str) -> None:
        """Forget the failures of the account; those of the address stay."""
        key, _free = _keys(account, address)[0]
        with self._engine.begin() as connection:
            connection.execute(delete(rows).where(rows.c.key == key))


def _keys(account: str, address: str) -> tuple[tuple[bytes, int], ...]:
    return (
        (sha256(f"{account}\0{address}".encode()).digest(), FREE),
        (sha256(f"\0{address}".encode()).digest(), FREE_OF_ADDRESS),
    )
