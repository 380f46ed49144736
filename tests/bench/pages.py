"""Pages of the public over a long history: p99, statements, and how many each page needs.

The history is synthetic: a played demonstration, beside which rows of lots and of entries are
planted as copies of its own. They are no valid log, but the same size and under the same indexes.
"""

from __future__ import annotations

import contextlib
import io
import time
from pathlib import Path
from typing import Any

from litestar.testing import TestClient
from sqlalchemy import event

from tests.bench.figures import Progress
from trading.base.clock import SimulatedClock
from trading.base.entropy import SystemEntropy
from trading.centre import Centre
from trading.cli.demo import demo_command
from trading.listing.tables import lot as lots
from trading.store import log
from trading.store.home import Home
from trading.store.schema import entry
from trading.web.app import create_app

LOT = "case-r033-1"
PATHS = ("/", "/?state=deal", f"/lots/{LOT}", f"/lots/{LOT}/history", "/statistics", "/calendar")
CHUNK = 5000
CENT = 100
P99_MS_MAX = 500.0


def measure_pages(root: Path, many_lots: int, entries: int, looks: int, progress: Progress) -> bool:
    """Look at pages before and after planting; tell whether all stayed within bounds."""
    path = root / "pages"
    with contextlib.redirect_stdout(io.StringIO()):
        demo_command.main(["--data", str(path), "--json"], standalone_mode=False)
    home = Home.open(path)
    found = Centre(home)
    at_us = log.head(found.reading).at_us
    found.close()
    centre = Centre(home, SimulatedClock(at_us))
    try:
        with TestClient(create_app(centre, home), base_url="http://localhost.local") as client:
            before = {page: _look(client, centre, page, looks) for page in PATHS}
            progress.say(f"planting {many_lots} lots and {entries} entries")
            _plant(centre, many_lots, entries)
            after = {page: _look(client, centre, page, looks) for page in PATHS}
    finally:
        centre.close()
    for page in PATHS:
        (p50, p99, asked), (_, was, asked_before) = after[page], before[page]
        print(f"{page:28} p50 {p50:7.1f} ms  p99 {p99:7.1f} ms  (before {was:.1f})  "
              f"{asked} statements (before {asked_before})")  # fmt: skip
    return all(after[page][2] == before[page][2] and after[page][1] <= P99_MS_MAX for page in PATHS)


def _plant(centre: Centre, many_lots: int, entries: int) -> None:
    entropy = SystemEntropy()
    with centre.engine.begin() as connection:
        row: Any = dict(connection.execute(lots.select()).mappings().first() or {})
        planted = [{**row, "lot": f"x-{n}", "order_us": row["order_us"] + n}
                   for n in range(many_lots)]  # fmt: skip
        connection.execute(lots.insert(), planted)
    model: Any = log.stream_entries(centre.reading, f"lot/{LOT}", 10, 1)[0]
    size = log.head(centre.reading).size
    for first in range(0, entries, CHUNK):
        with centre.engine.begin() as connection:
            connection.execute(entry.insert(), [
                {"idx": size + n, "stream": f"lot/x-{n % many_lots}", "seq": n // many_lots + 1,
                 "kind": model.kind, "at_us": model.at_us, "audience": model.audience,
                 "body": model.body, "salt": model.salt, "hash": entropy(32)}
                for n in range(first, min(first + CHUNK, entries))
            ])  # fmt: skip


def _look(client: TestClient[Any], centre: Centre, page: str, looks: int) -> tuple[Any, ...]:
    """Return p50 and p99 in ms, and how many statements one look asked."""
    client.get(page)
    asked: list[str] = []
    taken_ms: list[float] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(centre.reading, "before_cursor_execute", count)
    try:
        for _ in range(looks):
            begin = time.perf_counter()
            assert client.get(page).is_success
            taken_ms.append((time.perf_counter() - begin) * 1000)
    finally:
        event.remove(centre.reading, "before_cursor_execute", count)
    taken_ms.sort()
    last = min(len(taken_ms) * 99 // CENT, len(taken_ms) - 1)
    return taken_ms[len(taken_ms) // 2], taken_ms[last], len(asked) // looks
