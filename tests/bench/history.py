"""A long history: how fast it is verified and replayed, and in how much memory.

And how soon a service that has it decides its first command.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from tests.bench.figures import Board, Case
from tests.bench.yardsticks import openssl_hashes
from tests.support.market import (
    SIMULATED_US,
    RunningClock,
    bid_envelope,
    found_market,
    lots_of,
    submit_all,
)
from trading.store.home import Home
from trading.store.log import head
from trading.store.publish import Publisher
from trading.store.signer import create_keys

ORIGIN = "bench.example/log"
MEMORY_MB_MAX = 300
START_SECONDS_MAX = 2.0
SECONDS_MAX = 300
PEER = "openssl sha256 of an entry, 1 core"


class Audit(msgspec.Struct):
    """What one process did with a history."""

    entries: int
    seconds: float
    memory_mb: int
    ok: bool


class History(msgspec.Struct):
    """A published history in a data directory; the mean size of its bodies in bytes."""

    directory: Path
    entry_bytes: int


def build(directory: Path, entries: int) -> History:
    """Make a published history of at least ``entries`` entries, nearly all of them bids."""
    home = Home.create(directory, ORIGIN)
    create_keys(home)
    clock = RunningClock(SIMULATED_US)
    market = found_market(home, clock)
    (lot,) = lots = lots_of(1, 256)
    market.open_lots(lots)
    centre = market.centre
    missing = entries - head(centre.reading).size
    submit_all(centre, (bid_envelope(centre, lot, bid, f"{bid}") for bid in range(missing)))
    publisher = Publisher(centre.engine, centre.reading, home, clock)
    while publisher.publish_once() is not None:
        pass
    with centre.reading.connect() as connection:
        (mean,) = connection.exec_driver_sql(
            "SELECT sum(length(body)) / count(*) FROM record_entry"
        ).one()
    centre.close()
    return History(directory, mean)


def history_round(board: Board, history: History, seconds: int) -> None:
    """Measure one round; assert what is a limit and not a ratio."""
    board.add(Case(PEER, "hashes/s"), openssl_hashes(history.entry_bytes, seconds))
    for what, floor, goal in (("verify", 0.05, 0.10), ("replay", 0.01, 0.03)):
        audit = _run(history, what)
        assert audit.ok
        case = Case(f"{what} of the history", "entries/s", PEER, floor, goal)
        board.add(case, audit.entries / audit.seconds)
        board.limit(f"{what}: memory", "MB", audit.memory_mb, MEMORY_MB_MAX)
    started = _run(history, "start")
    assert started.ok
    board.limit("start to first decision", "s", started.seconds, START_SECONDS_MAX)


def _run(history: History, what: str) -> Audit:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.audit", what, history.directory],
        capture_output=True, check=True, timeout=SECONDS_MAX,
    )  # fmt: skip
    return msgspec.json.decode(done.stdout, type=Audit)
