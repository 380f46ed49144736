"""Figures of a run: paired ratios, their spread, the machine they come from."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pysqlite3


class Case(msgspec.Struct):
    """One thing measured in every round; ``of`` names the yardstick it is divided by.

    ``floor`` and ``goal`` are ratios to that yardstick, 0 where there is none.
    """

    name: str
    unit: str = "bids/s"
    of: str = ""
    floor: float = 0
    goal: float = 0
    values: list[float] = []
    ratios: list[float] = []
    p50_ms: list[float] = []
    p99_ms: list[float] = []
    ceiling: float = 0

    @property
    def met(self) -> bool:
        """Tell whether the median ratio reaches the floor and all values keep the ceiling."""
        if self.ceiling and max(self.values) > self.ceiling:
            return False
        return not self.floor or statistics.median(self.ratios) >= self.floor


class Board:
    """All cases of a run, in the order in which they were first measured."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}

    def add(self, case: Case, value: float, latencies_ms: list[float] | None = None) -> None:
        """Note ``value`` of this round, and its ratio to the yardstick of the same round."""
        found = self.cases.setdefault(case.name, case)
        found.values.append(value)
        if found.of:
            found.ratios.append(value / self.cases[found.of].values[-1])
        if latencies_ms:
            ordered = sorted(latencies_ms)
            found.p50_ms.append(ordered[len(ordered) // 2])
            found.p99_ms.append(ordered[len(ordered) * 99 // 100])

    def limit(self, name: str, unit: str, value: float, ceiling: float) -> None:
        """Note a value that must never be above ``ceiling``."""
        self.cases.setdefault(name, Case(name, unit, ceiling=ceiling)).values.append(value)

    @property
    def missed(self) -> list[str]:
        """Return the names of the cases that are below their floor or above their ceiling."""
        return [case.name for case in self.cases.values() if not case.met]

    def table(self) -> str:
        """Return the figures as text: min / median / max."""
        lines = [f"{'case':<38}{'value':>24}  {'ratio':>20}  {'floor':>6}{'goal':>6}  p50 / p99 ms"]
        for case in self.cases.values():
            ratio = _spread(case.ratios, ".3g") if case.ratios else ""
            wanted = f"{case.floor or '':>6}{case.goal or '':>6}"
            late = f"<= {case.ceiling}" if case.ceiling else ""
            if case.p99_ms:
                late = (
                    f"{statistics.median(case.p50_ms):.2f} / {statistics.median(case.p99_ms):.2f}"
                )
            lines.append(
                f"{case.name:<38}{_spread(case.values, ',.4g'):>24}  {ratio:>20}  {wanted}  {late}"
            )
        return "\n".join(lines)

    def to_json(self, seconds: float) -> bytes:
        """Return everything that was measured, with the machine."""
        said = {"machine": machine(), "seconds": seconds, "cases": list(self.cases.values())}
        return msgspec.json.format(msgspec.json.encode(said), indent=2)


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "load": list(os.getloadavg()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": pysqlite3.sqlite_version,
        "psycopg": psycopg.__version__,
    }


class Progress:
    """Says what is being done, on stderr."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    @property
    def seconds(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self._since

    def say(self, words: str) -> None:
        """Print ``words`` with the seconds since the start."""
        print(f"[{self.seconds:6.1f} s] {words}", file=sys.stderr, flush=True)


def _spread(values: Iterable[float], form: str) -> str:
    ordered = sorted(values)
    shown = (ordered[0], statistics.median(ordered), ordered[-1])
    return " / ".join(format(value, form) for value in shown)


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
