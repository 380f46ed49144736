"""Several processes verify what one verifies, and tell the same."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine

from tests.support import stall_log
from tests.unit.record.logs import Draft
from trading.base.errors import StorageDown
from trading.record.entry import Row
from trading.record.merkle import CompactRange
from trading.record.verify import Opened, Report
from trading.store import schema
from trading.store.audit import SPAN_ENTRIES, usable_workers, verify_log

# Every process here is divided on purpose, whatever else runs in it.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
SIZE = 2 * SPAN_ENTRIES + 40


@cache
def _rows() -> tuple[Row, ...]:
    """Return a log of three stretches, the story at its end."""
    draft = Draft.of_story()
    pad = draft.bodies[0] | {"at_us": 1, "stream": "pad"}
    count = SIZE - len(draft.bodies)
    draft.bodies[:0] = [pad | {"cmd": f"{n:032x}"} for n in range(count)]
    draft.salts[:0] = [b""] * count
    draft.audiences[:0] = ["public"] * count
    return tuple(draft.rows())


@pytest.fixture
def log_dir(tmp_path: Path) -> Path:
    """Give the published log of all but the last ten entries."""
    for path, data in stall_log.publish(_rows()[:-10]).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    return tmp_path


@pytest.fixture
def store(
    database: str, engine: Engine, open_engine: Callable[..., Engine]
) -> Callable[[Sequence[Row]], Engine]:
    """Give what fills a store and returns its reading engine."""

    def fill(rows: Sequence[Row]) -> Engine:
        tree = CompactRange().extended([row.hash for row in rows])
        held = [msgspec.structs.asdict(row) for row in rows]
        with engine.begin() as connection:
            for first in range(0, len(held), 2000):
                connection.execute(schema.entry.insert(), held[first : first + 2000])
            head = {"size": tree.size, "range": tree.to_bytes(), "at_us": rows[-1].at_us}
            connection.execute(schema.head.update(), head)
        return open_engine(database, reading=True)

    return fill


def _both(log_dir: Path, engine: Engine | None = None) -> Report:
    """Verify with one process and with two; return what both say."""
    keys = [stall_log.KEY.public]
    alone = verify_log(log_dir, keys, engine=engine, workers=1)
    assert verify_log(log_dir, keys, engine=engine, workers=2) == alone
    return alone


def test_files_and_database_are_verified(
    log_dir: Path, store: Callable[[Sequence[Row]], Engine]
) -> None:
    report = _both(log_dir, store(_rows()))
    assert report.ok
    assert (report.size, report.unpublished, report.closed) == (SIZE - 10, 10, 0)


def test_a_changed_row_is_told_as_by_one(
    log_dir: Path, store: Callable[[Sequence[Row]], Engine]
) -> None:
    rows = list(_rows())
    rows[9000] = msgspec.structs.replace(rows[9000], kind="x/1")
    report = _both(log_dir, store(rows))
    assert [(finding.code, finding.index) for finding in report.findings] == [("column", 9000)]


def test_a_changed_file_is_told_as_by_one(log_dir: Path) -> None:
    assert _both(log_dir).ok
    tile = log_dir / "tile/0/040"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    found = [(finding.code, finding.index) for finding in _both(log_dir).findings]
    assert found == [("tile", 40 * 256)]


def test_what_was_revealed_reaches_every_process(log_dir: Path) -> None:
    opened = {row.idx: Opened(row.body, row.salt) for row in _rows() if row.salt}
    keys = [stall_log.KEY.public]
    alone = verify_log(log_dir, keys, reveal=opened.get, workers=1)
    assert verify_log(log_dir, keys, reveal=opened.get, workers=2) == alone
    assert alone.closed == 0


def test_a_log_without_a_checkpoint_is_a_finding(tmp_path: Path) -> None:
    assert [finding.code for finding in _both(tmp_path).findings] == ["checkpoint"]


def test_other_processes_do_the_work(log_dir: Path) -> None:
    asked: list[int] = []  # each process has a list of its own
    verify_log(log_dir, [stall_log.KEY.public], reveal=asked.append, workers=2)
    assert asked == []
    verify_log(log_dir, [stall_log.KEY.public], reveal=asked.append, workers=1)
    assert asked != []


def test_a_process_that_is_killed_costs_only_time(log_dir: Path) -> None:
    alone = os.getpid()

    def reveal(_index: int) -> None:
        if os.getpid() != alone:
            os._exit(1)

    assert verify_log(log_dir, [stall_log.KEY.public], reveal=reveal, workers=2).ok


def test_a_process_that_cannot_read_leaves_it_to_the_first(log_dir: Path) -> None:
    alone = os.getpid()

    def reveal(_index: int) -> None:
        if os.getpid() != alone:
            raise StorageDown("gone")

    assert verify_log(log_dir, [stall_log.KEY.public], reveal=reveal, workers=2).ok


def test_a_short_log_is_not_shared() -> None:
    assert usable_workers(20_000) == 1
    assert usable_workers(10**6, 3) == 3
    assert usable_workers(SPAN_ENTRIES, 3) == 1
    assert usable_workers(0, 3) == 1


# A process of its own: other threads may be running here.
UNASKED = """
import threading
from trading.store.audit import usable_workers
alone, done = usable_workers(10**6), threading.Event()
threading.Thread(target=done.wait).start()
print(alone, usable_workers(10**6), usable_workers(10**6, 3))
done.set()
"""


def test_a_process_with_threads_is_not_divided_unasked() -> None:
    command = [sys.executable, "-c", UNASKED]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said.split() == [str(os.cpu_count()), "1", "3"]
