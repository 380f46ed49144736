"""Durable bids per second, everything on: guards, idempotency, projections, tree, commit.

A closed loop: so many bidders wait for their answer at any time, and each bids again as soon as
it has it. What is counted was acknowledged, and is afterwards found in the record.
"""

from __future__ import annotations

import time
from concurrent.futures import Future
from queue import SimpleQueue

from sqlalchemy import text

from tests.bench.stores import Stores, check
from tests.support.market import Lot, bid_envelope
from trading.centre import Centre
from trading.store.batch import Receipt

WARM = 1 / 2

Answers = SimpleQueue[tuple[Future[Receipt], float]]


def bids_per_second(
    stores: Stores, shape: str, database: str, waiting: int, seconds: float
) -> tuple[float, list[float]]:
    """Return acknowledged bids per second, and the latency of each in milliseconds."""
    with stores.centre(shape, database) as (centre, lots):
        before = _size(centre)
        centre.writer.start()
        # Caches, connections and the pages of a fresh copy are warm in a service that runs.
        receipts, _took, _late = _loop(centre, lots, waiting, seconds * WARM, 0)
        more, took, late_ms = _loop(centre, lots, waiting, seconds, len(receipts))
        centre.writer.stop()
        check(centre, before, receipts + more)
    return len(more) / took, late_ms


def _loop(
    centre: Centre, lots: list[Lot], waiting: int, seconds: float, first: int
) -> tuple[list[Receipt], float, list[float]]:
    answers: Answers = SimpleQueue()
    receipts: list[Receipt] = []
    late_ms: list[float] = []
    started = time.perf_counter()
    until = started + seconds
    bid = first
    for _ in range(waiting):
        _submit(centre, lots, bid, answers)
        bid += 1
    while len(receipts) < bid - first:
        future, took = answers.get()
        receipts.append(future.result())
        late_ms.append(took * 1000)
        if time.perf_counter() < until:
            _submit(centre, lots, bid, answers)
            bid += 1
    return receipts, time.perf_counter() - started, late_ms


def _submit(centre: Centre, lots: list[Lot], bid: int, answers: Answers) -> None:
    started = time.perf_counter()
    env = bid_envelope(centre, lots[bid % len(lots)], bid // len(lots), f"bid-{bid}")
    centre.writer.submit(env).add_done_callback(
        lambda future: answers.put((future, time.perf_counter() - started))
    )


def _size(centre: Centre) -> int:
    with centre.reading.connect() as connection:
        return int(connection.execute(text("SELECT size FROM projection_head")).scalar_one())
