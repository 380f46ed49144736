"""How the interpreter is set for a process that writes."""

from __future__ import annotations

import gc
import sys

SWITCH_SECONDS = 1 / 2000
COLLECT_AFTER = 50_000


def tune_for_writing() -> None:
    """Let the writing thread run.

    Beside busy threads it waits for the interpreter after every call of a driver that let go of
    it; the default of 5 ms would be most of a batch. The structs of a bid hold no cycles, and
    looking for cycles every 700 of them finds none.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(COLLECT_AFTER, 10, 10)
