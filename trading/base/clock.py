"""Clocks: the only place that asks the machine what time it is.

All instants are integer microseconds since the Unix epoch, UTC. The system clock runs on the
monotonic clock from the wall time at its start, so that a step of the wall clock moves nothing;
``drift_us`` tells how far the two have parted (decision 14).
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What the writer asks of a clock."""

    simulated: bool

    def now_us(self) -> int:
        """Return the present instant."""

    def drift_us(self) -> int:
        """Return wall time minus this clock, signed."""

    def away_us(self, last_us: int) -> int:
        """Return how long the service was away when it was last seen alive at ``last_us``."""


class SystemClock:
    """Wall time at the start plus monotonic time since."""

    simulated = False

    def __init__(self) -> None:
        """Start now."""
        self._start_us = time.time_ns() // 1000 - time.monotonic_ns() // 1000

    def now_us(self) -> int:
        """Return the present instant."""
        return self._start_us + time.monotonic_ns() // 1000

    def drift_us(self) -> int:
        """Return wall time minus this clock, signed."""
        return time.time_ns() // 1000 - self.now_us()

    def away_us(self, last_us: int) -> int:
        """Return the time since ``last_us``."""
        return self.now_us() - last_us


class LiveClock(SystemClock):
    """The machine's time for the log of a demonstration that was acted out up to now.

    Up to ``acted_us`` its time was simulated: the service was not away then.
    """

    simulated = True

    def __init__(self, acted_us: int = 0) -> None:
        """Go on from ``acted_us``; 0 for a demonstration that was live before."""
        super().__init__()
        self._acted_us = acted_us

    def away_us(self, last_us: int) -> int:
        """Return the time since ``last_us``, as far as it was not simulated."""
        return self.now_us() - max(last_us, self._acted_us)


class SimulatedClock:
    """A clock that stands still until it is told to go on; for demonstrations and tests.

    Time told by ``advance_to`` passes while the service is up; ``sleep`` is time it was away.
    """

    simulated = True

    def __init__(self, now_us: int) -> None:
        """Stand at ``now_us``."""
        self._now_us = now_us
        self._away_us = 0

    def now_us(self) -> int:
        """Return the present instant."""
        return self._now_us

    def drift_us(self) -> int:
        """Return 0: there is no other clock to part from."""
        return 0

    def away_us(self, last_us: int) -> int:
        """Return the time slept since the clock was last advanced."""
        del last_us
        return self._away_us

    def advance_to(self, now_us: int) -> None:
        """Go on to ``now_us`` with the service up; never back."""
        self._now_us = max(self._now_us, now_us)
        self._away_us = 0

    def sleep(self, duration_us: int) -> None:
        """Let ``duration_us`` pass with the service away."""
        self._now_us += duration_us
        self._away_us = duration_us


class SettableClock(SimulatedClock):
    """A simulated clock that goes on at the speed of time, and may be set forward; for a sandbox.

    The service is never away on it: where it stops and is served again, no time has passed.
    """

    def __init__(self, now_us: int) -> None:
        """Go on from ``now_us``."""
        super().__init__(now_us)
        self._since_us = time.monotonic_ns() // 1000

    def now_us(self) -> int:
        """Return the present instant."""
        return self._now_us + time.monotonic_ns() // 1000 - self._since_us

    def advance_to(self, now_us: int) -> None:
        """Go on from ``now_us``; never back."""
        self._now_us += max(0, now_us - self.now_us())
