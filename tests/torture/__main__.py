"""The slow proofs at full size: ``python -m tests.torture [--kills N] [--server-kills N]``.

Exit 1 when a promise was broken, or when a planted bug was not caught.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.support.postgres import server
from tests.torture.arena import build
from tests.torture.bugs import CARELESS, EARLY, UNSYNCED
from tests.torture.durability import unflushed
from tests.torture.kills import Seen, kill_servers, kill_services

KILLS, SERVER_KILLS, TWIN_KILLS = 1000, 60, 12
ENDS, GAP_US = 300, 1_000_000
TWIN_ENDS, TWIN_GAP_US = 40, 400_000


def main(arguments: list[str]) -> int:
    """Run every proof and its planted twin; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--server-kills", type=int, default=SERVER_KILLS)
    given = parser.parse_args(arguments)
    root = Path(tempfile.mkdtemp(prefix="trading-torture-"))
    try:
        broken = _all(root, given.kills, given.server_kills)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    for words in broken:
        print(f"BROKEN: {words}")
    return 1 if broken else 0


def _all(root: Path, kills: int, server_kills: int) -> list[str]:
    broken: list[str] = []
    for bug in (EARLY, CARELESS):
        make = partial(build, root / bug, TWIN_ENDS, TWIN_GAP_US)
        broken += _report(f"planted: {bug}", kill_services(root / bug, TWIN_KILLS, make, bug), bug)
    for bug in ("", UNSYNCED):
        build(root / f"traced-{bug}", 2, GAP_US)
        disk = unflushed(root / f"traced-{bug}", bug)
        print(f"traced {bug or 'as shipped'}: {disk}", flush=True)
        if bool(bug) != bool(disk.findings) or not disk.acknowledged:
            broken.append(f"traced {bug or 'as shipped'}: {disk}")
    make = partial(build, root / "sqlite", ENDS, GAP_US)
    broken += _report("SQLite", kill_services(root / "sqlite", kills, make, told=_told))
    with server(fsync=True) as postgres:
        url = postgres.url(postgres.create_database(), "postgresql")
        make = partial(build, root / "postgres", ENDS, GAP_US, url)
        seen = kill_servers(root / "postgres", postgres, server_kills, make, told=_told)
        broken += _report("PostgreSQL", seen)
    return broken


def _report(name: str, seen: Seen, bug: str = "") -> list[str]:
    starts = sorted(seen.starts_seconds)
    print(
        f"{name}: {seen.kills} kills of the service, {seen.server_kills} of the server, "
        f"{len(seen.acknowledged)} acknowledged, {seen.bids} bids, "
        f"{seen.ends_away} ends while away, "
        f"start median {starts[len(starts) // 2]:.2f} s, longest {starts[-1]:.2f} s, "
        f"{len(seen.findings)} findings",
        flush=True,
    )
    if bug:
        return [] if seen.findings else [f"{name} was not caught"]
    return [f"{name}: {finding}" for finding in seen.findings[:10]]


def _told(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
