"""A simulated year of one district: lots per minute, replay and projections, on both databases."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from tests.bench.figures import Progress
from tests.support.postgres import server
from tests.support.scenario import proven
from tests.support.year import play

LOTS, SEED = 2000, 1
QUICK_LOTS = 20


def measure_year(lots: int, progress: Progress) -> bool:
    """Play ``lots`` lots on SQLite and on PostgreSQL and print the figures; tell if they agree."""
    leaves = []
    for database in ("sqlite", "postgresql"):
        root = Path(tempfile.mkdtemp(prefix="trading-year-"))
        progress.say(f"a year of {lots} lots on {database}")
        try:
            if database == "sqlite":
                leaves.append(_measured(root, lots, "", database))
                continue
            with server(fsync=True) as running:
                url = running.url(running.create_database(), "postgresql")
                leaves.append(_measured(root, lots, url, database))
        finally:
            shutil.rmtree(root, ignore_errors=True)
    same = leaves[0] == leaves[1]
    print(f"same leaves on both databases: {same}")
    return same


def _measured(root: Path, lots: int, url: str, database: str) -> list[bytes]:
    started = time.perf_counter()
    year = play(root / "centre", lots, SEED, url)
    took = time.perf_counter() - started
    started = time.perf_counter()
    rows = proven(year.trade)
    print(
        f"{database}: {year.lots} lots, {len(rows)} entries in {took:.0f} s: "
        f"{year.lots / took * 60:.0f} lots/min; replayed and compared in "
        f"{time.perf_counter() - started:.1f} s, 0 differences"
    )
    print(f"  places {dict(year.places)}")
    print(f"  ended early {dict(year.broken)}")
    year.trade.close()
    return [row.hash for row in rows]
