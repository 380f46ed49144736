"""A clock that stands far ahead of everything that is known of time must be confirmed by a person.

No entry is older than the one before it: a single act under a clock that runs ten years ahead
would stop the centre for ten years. A service that runs notices a jump by its monotonic clock; at
the start only the last entry, the last sign of life and the kernel's own clock are known. Source:
decision 14; ADR 0014.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

from sqlalchemy import Engine, text

from trading.base.deadline import local_text
from trading.base.errors import ClockDrifted
from trading.base.units import DAY_US, HOUR_US, SECOND_US
from trading.store import files, log
from trading.store.home import Home

# A long weekend: a machine that nobody keeps to time may have been off for as long.
LEAP_US = 4 * DAY_US
ACCEPTED = "clock.accepted"
_UNSYNCHRONISED = 5
_LAST = text(
    "SELECT coalesce(max(at_us), 0) FROM ("
    "SELECT at_us FROM private_alive UNION ALL SELECT at_us FROM projection_head) AS known"
)


class _Kernel(ctypes.Structure):
    """``struct timex`` of adjtimex(2), as far as its time."""

    _fields_ = (
        ("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long), ("esterror", ctypes.c_long), ("status", ctypes.c_int),
        ("constant", ctypes.c_long), ("precision", ctypes.c_long), ("tolerance", ctypes.c_long),
        ("seconds", ctypes.c_long), ("part", ctypes.c_long), ("rest", ctypes.c_byte * 160),
    )  # fmt: skip


def kernel_us() -> int:
    """Return the instant of the kernel's clock, 0 unless a time service keeps it."""
    found = _Kernel()
    state = ctypes.CDLL(None).adjtimex(ctypes.byref(found))
    return found.seconds * SECOND_US if 0 <= state < _UNSYNCHRONISED else 0


def check_leap(engine: Engine, home: Home, now_us: int, kept_us: int | None = None) -> None:
    """Raise ``ClockDrifted`` for a clock that leapt ahead, unless it is kept or was confirmed.

    ``kept_us`` is the instant of a clock that a time service keeps, 0 where there is none; it is
    asked of the kernel unless it is given.
    """
    with log.reading(engine) as connection:
        last_us = connection.execute(_LAST).scalar_one()
    if not last_us or now_us - last_us <= LEAP_US:
        return
    kept_us = kernel_us() if kept_us is None else kept_us
    if abs(now_us - kept_us) <= HOUR_US or 0 <= now_us - _accepted_us(home) <= HOUR_US:
        return
    raise ClockDrifted(
        f"the last sign of life is of {local_text(last_us)}, this machine says "
        f"{local_text(now_us)} and no time service keeps it: if that is right, run "
        f"`trading doctor --accept-clock --data {home.path}` within the hour before; else set it",
        drift_us=now_us - last_us,
    )


def accept_clock(home: Home, now_us: int) -> None:
    """Confirm for an hour that it is ``now_us``; a person has looked at another clock."""
    with files.storing("the confirmation"):
        files.replace(home.path / ACCEPTED, f"{now_us}\n".encode())


def _accepted_us(home: Home) -> int:
    with suppress(OSError, ValueError):
        return int((home.path / ACCEPTED).read_text(encoding="ascii"))
    return 0
