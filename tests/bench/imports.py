"""An import of assets: rows per second and memory, in a process of its own.

``python -m tests.bench.imports DIR FILE`` imports a sheet into the centre of a directory; what is
timed is what ``trading import assets`` does, from the opened centre to the closed one.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from tests.bench.figures import Board, Case
from tests.bench.yardsticks import sqlite_rows
from tests.support.market import OFFICER, ORG, SIMULATED_US, RunningClock, found_market
from trading.centre import Centre
from trading.imports.assets import ASSETS
from trading.imports.kinds import Setting
from trading.imports.run import Import
from trading.imports.sheet import Sheet
from trading.store.home import Home
from trading.store.signer import create_keys

ORIGIN = "bench.example/log"
HEADER = "资产编号,类别,名称,坐落,数量,单位,权属类型,占用情况,清查日期"
ROW = "A{n},shop,门面{n}号,示范社区一组,32.5,平方米,不动产权证,承租,2026-01-15"
PEER = "SQLite 1 row, for imports"
MEMORY_MB_MAX = 200
SECONDS_MAX = 300


class Imported(msgspec.Struct):
    """What one process brought in."""

    rows: int
    seconds: float
    memory_mb: int


def imports_round(board: Board, root: Path, rows: int, seconds: float) -> None:
    """Import ``rows`` assets into a new centre under ``root``."""
    board.add(Case(PEER, "rows/s"), sqlite_rows(root, seconds))
    directory = root / f"import-{len(board.cases[PEER].values)}"
    home = Home.create(directory, ORIGIN)
    create_keys(home)
    found_market(home, RunningClock(SIMULATED_US)).centre.close()
    path = root / "assets.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n")
        file.writelines(ROW.format(n=n) + "\n" for n in range(rows))
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.imports", directory, path],
        capture_output=True, check=True, timeout=SECONDS_MAX,
    )  # fmt: skip
    found = msgspec.json.decode(done.stdout, type=Imported)
    assert found.rows == rows
    board.add(Case("import of assets", "rows/s", of=PEER), found.rows / found.seconds)
    board.limit("import of assets: memory", "MB", found.memory_mb, MEMORY_MB_MAX)


def main(directory: Path, path: Path) -> None:
    """Import ``path`` and print how long it took and how much memory."""
    centre = Centre(Home.open(directory), RunningClock(SIMULATED_US))
    started = time.perf_counter()
    importing = Import(centre, ASSETS, Setting(ORG, "cn-collective", path.parent), OFFICER)
    report = importing.run(Sheet(path), lambda error: ("", str(error)), lambda _n, _of: None)
    centre.close()
    seconds = time.perf_counter() - started
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.buffer.write(msgspec.json.encode(Imported(report.added, seconds, memory_mb)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
