"""Run the traced service and read what it reports."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SECONDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Flushes:
    """What one traced life of a service did; findings are acknowledgements ahead of the disk."""

    acknowledged: int
    flushes: int
    findings: int


def unflushed(directory: Path, bug: str = "") -> Flushes:
    """Let a service of ``directory`` answer some commands under ptrace."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.traced", str(directory), "--bug", bug],
        capture_output=True, check=True, text=True, timeout=SECONDS_MAX,
    )  # fmt: skip
    return Flushes(*(int(word) for word in done.stdout.split()))
