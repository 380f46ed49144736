"""Where the time of a bid goes: the writer's own work, batch by batch, on both databases."""

from __future__ import annotations

import cProfile
import pstats
import time
from concurrent.futures import Future

from tests.bench.stores import POSTGRES, SQLITE, Stores
from tests.support.market import Lot, bid_envelope
from trading.centre import Centre
from trading.store.batch import Item
from trading.store.idempotency import token_of

BATCH = 256
WARM, TIMED = 4, 20
LINES = 30


def profile(stores: Stores, shape: str) -> None:
    """Print microseconds per bid, as they are and under the profiler."""
    for database in (SQLITE, POSTGRES):
        with stores.centre(shape, database) as (centre, lots):
            _run(centre, lots[0], 0, WARM)
            made_us, decided_us = _run(centre, lots[0], WARM, TIMED)
            print(f"\n{database}: edge {made_us:.0f} us, writer {decided_us:.0f} us per bid")
            watch = cProfile.Profile()
            _run(centre, lots[0], WARM + TIMED, TIMED, watch)
            pstats.Stats(watch).sort_stats("tottime").print_stats(LINES)


def _run(
    centre: Centre, lot: Lot, first: int, batches: int, watch: cProfile.Profile | None = None
) -> tuple[float, float]:
    """Return the microseconds per bid that the edge takes to make it and the writer to commit."""
    started = time.perf_counter()
    made = [_batch(centre, lot, first + n) for n in range(batches)]
    edge = time.perf_counter() - started
    started = time.perf_counter()
    for items in made:
        if watch:
            watch.runcall(centre.writer.process, items)
        else:
            centre.writer.process(items)
    took = time.perf_counter() - started
    assert all(item.future.result().outcome == "done" for items in made for item in items)
    return edge / batches / BATCH * 1e6, took / batches / BATCH * 1e6


def _batch(centre: Centre, lot: Lot, n: int) -> list[Item]:
    envelopes = (
        bid_envelope(centre, lot, bid, f"profiled-{bid}")
        for bid in range(n * BATCH, (n + 1) * BATCH)
    )
    return [Item(env, Future(), *token_of(env, centre.home.mac_key)) for env in envelopes]
