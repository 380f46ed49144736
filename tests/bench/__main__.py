"""Measure against the goals: ``python -m tests.bench [--quick] [--json FILE] [WHAT]``.

Every claim is a ratio to a yardstick measured in the same round; rounds are interleaved, and the
median of the paired ratios is judged. Exit 1 when one misses its floor.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.bench.bids import bids_per_second
from tests.bench.figures import Board, Case, Progress, machine
from tests.bench.history import build, history_round
from tests.bench.http_bids import http_bids_per_second
from tests.bench.imports import imports_round
from tests.bench.pages import measure_pages
from tests.bench.phones import measure_phones
from tests.bench.profile import profile
from tests.bench.stores import POSTGRES, SQLITE, Stores, stores
from tests.bench.watchers import late_on_screens
from tests.bench.yardsticks import pgbench_rows, sqlite_rows
from tests.bench.year import LOTS, QUICK_LOTS, measure_year

# database: yardstick, floor and goal at 256 waiting
PEERS = {
    POSTGRES: ("pgbench 1 row, 32 clients", 0.4, 1.0),
    SQLITE: ("SQLite 1 row", 1.5, 3.0),
}
WAITING = (1, 32, 256)
CLIENTS = (32, 256)
SHOWN_PER_SECOND = 50
HTTP_FLOOR, HTTP_GOAL = 0.12, 0.30
ONE, MANY, PAIRS = "one", "many", "pairs"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured; seconds are per case and round."""

    rounds: int
    seconds: float
    bidders: int
    lots: int
    waiting: tuple[int, ...]
    entries: int
    rows: int
    clients: tuple[int, ...]
    watchers: int


FULL = Size(
    5,
    seconds=1.5,
    bidders=256,
    lots=1000,
    waiting=WAITING,
    entries=200_000,
    rows=10_000,
    clients=CLIENTS,
    watchers=200,
)
QUICK = Size(
    1,
    seconds=0.3,
    bidders=8,
    lots=4,
    waiting=(1, 32),
    entries=1000,
    rows=300,
    clients=(8, 32),
    watchers=20,
)


def main(arguments: list[str]) -> int:
    """Measure what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "what",
        nargs="?",
        default="all",
        choices=[
            "all",
            "bids",
            "http",
            "watchers",
            "audit",
            "imports",
            "year",
            "profile",
            "pages",
            "phones",
        ],
    )
    parser.add_argument("--quick", action="store_true", help="one small round, figures mean little")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured")
    given = parser.parse_args(arguments)
    size = QUICK if given.quick else FULL
    progress, board = Progress(), Board()
    print(" ".join(f"{key}={value}" for key, value in machine().items()))
    if given.what == "year":
        return 0 if measure_year(QUICK_LOTS if given.quick else LOTS, progress) else 1
    if given.what == "pages":
        with tempfile.TemporaryDirectory() as folder:
            asked = (300, 3000, 20) if given.quick else (10_000, 500_000, 200)
            return 0 if measure_pages(Path(folder), *asked, progress) else 1
    if given.what == "phones":
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            return 0 if measure_phones(Path(folder), size.rounds, progress) else 1
    with stores() as made:
        if given.what == "profile":
            made.prepare(ONE, 1, size.bidders)
            profile(made, ONE)
            return 0
        measure(board, made, size, given.what, progress)
    print(board.table())
    print(f"{progress.seconds:.0f} s")
    if given.json:
        given.json.write_bytes(board.to_json(progress.seconds))
    if given.quick:
        return 0
    for name in board.missed:
        print(f"missed: {name}")
    return 1 if board.missed else 0


def measure(board: Board, made: Stores, size: Size, what: str, progress: Progress) -> None:
    """Build what is measured, then go round by round."""
    history = None
    if what in {"all", "bids"}:
        progress.say(f"one lot with {size.bidders} bidders, then {size.lots} lots, twice")
        made.prepare(ONE, 1, size.bidders)
        made.prepare(MANY, size.lots, 2)
    if what in {"all", "http", "watchers"}:
        made.prepare(PAIRS, max(size.clients), 2)
    if what in {"all", "audit"}:
        progress.say(f"a history of {size.entries} entries")
        history = build(made.root / "history", size.entries)
    for n in range(1, size.rounds + 1):
        progress.say(f"round {n} of {size.rounds}")
        if what in {"all", "bids"}:
            bid_round(board, made, size)
        if what in {"all", "http"}:
            http_round(board, made, size)
        if what in {"all", "watchers"}:
            watchers_round(board, made, size)
        if what in {"all", "imports"}:
            imports_round(board, made.root, size.rows, size.seconds)
        if history is not None:
            history_round(board, history, max(1, round(size.seconds)))


def bid_round(board: Board, made: Stores, size: Size) -> None:
    """Measure one round of bids on both databases."""
    for database, (peer, floor, goal) in PEERS.items():
        rows = (
            pgbench_rows(made.postgres, made.root, size.seconds)
            if database == POSTGRES
            else sqlite_rows(made.root, size.seconds)
        )
        board.add(Case(peer, "rows/s"), rows)
        for waiting in size.waiting:
            judged = waiting == max(size.waiting)
            case = Case(
                f"{database}, one lot, {waiting} waiting", of=peer,
                floor=floor if judged else 0, goal=goal if judged else 0,
            )  # fmt: skip
            board.add(case, *bids_per_second(made, ONE, database, waiting, size.seconds))
        waiting = max(size.waiting)
        case = Case(f"{database}, {size.lots} lots, {waiting} waiting", of=peer)
        board.add(case, *bids_per_second(made, MANY, database, waiting, size.seconds))


def http_round(board: Board, made: Stores, size: Size) -> None:
    """Measure one round of bids by HTTP, beside rows of as many clients."""
    for clients in size.clients:
        peer = f"pgbench 1 row, {clients} clients"
        board.add(
            Case(peer, "rows/s"), pgbench_rows(made.postgres, made.root, size.seconds, clients)
        )
        for database in (POSTGRES, SQLITE):
            judged = database == POSTGRES
            case = Case(
                f"HTTP, {database}, {clients} clients", of=peer,
                floor=HTTP_FLOOR if judged else 0, goal=HTTP_GOAL if judged else 0,
            )  # fmt: skip
            board.add(case, *http_bids_per_second(made, PAIRS, database, clients, size.seconds))


def watchers_round(board: Board, made: Stores, size: Size) -> None:
    """Measure one round of bids on the screens of many."""
    for database in (POSTGRES, SQLITE):
        case = Case(
            f"{database}, {size.watchers} watchers, {SHOWN_PER_SECOND} bids/s", "deliveries/s"
        )
        found = late_on_screens(
            made, PAIRS, database, size.watchers, SHOWN_PER_SECOND, 2 * size.seconds
        )
        board.add(case, *found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
