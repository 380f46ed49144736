"""Random bytes of the operating system, drawn many at a time.

Asking the system for every salt makes the asking thread give up the interpreter and wait for it
again; beside a busy writer that wait is longer than everything else a command costs at the edge.
"""

from __future__ import annotations

import os
import threading

DRAWN_BYTES = 16 * 1024


class SystemEntropy:
    """Hands out what ``os.urandom`` gave, every byte once, to any thread; a fork starts anew."""

    def __init__(self) -> None:
        """Draw nothing yet."""
        self._lock = threading.Lock()
        self._drawn = b""
        self._used = 0
        os.register_at_fork(after_in_child=self._forget)

    def __call__(self, size: int) -> bytes:
        """Return ``size`` random bytes."""
        if size > DRAWN_BYTES:
            return os.urandom(size)
        with self._lock:
            begin = self._used
            if begin + size > len(self._drawn):
                self._drawn, begin = os.urandom(DRAWN_BYTES), 0
            self._used = begin + size
            return self._drawn[begin : self._used]

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._drawn, self._used = b"", 0
