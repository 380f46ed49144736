"""The service that is killed: it bids, registers and ticks, and says what was acknowledged.

``python -m tests.torture.victim DIR [--bug NAME]`` imports everything once and then forks one
service for every line on its input, so that a thousand starts take little more than a thousand
kills. On its output, one line each, in the order in which it happened:
``Z`` everything is imported, ``P pid`` forked, ``R us`` ready (the instant before its first
batch), ``A index hash`` acknowledged, ``D us`` dead. An answer is on the pipe before the service
can do anything else.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from concurrent.futures import Future
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from tests.support.market import Lot, bid_envelope, price_fen
from tests.torture.arena import BUSY, OPEN, TICK_SECONDS, WAITING
from tests.torture.bugs import BUGS, plant
from trading.base.clock import SystemClock
from trading.base.errors import TradingError
from trading.bidding.commands import Register
from trading.bidding.rules import BIDDER_PREFIX, Roll, Sale
from trading.centre import Centre
from trading.engine.context import Envelope
from trading.store.batch import Receipt
from trading.store.home import Home

RETRY_SECONDS = 0.1
BIDS_PER_REGISTRATION = 8


def say(words: str) -> None:
    """Write one line at once; the reader outlives us."""
    os.write(1, f"{words}\n".encode())


def serve(directory: Path, answers: int = 0) -> None:
    """Open the centre and work until killed, or until ``answers`` were given."""
    clock = SystemClock()
    centre = Centre(Home.open(directory), clock)
    up_us = clock.now_us()
    centre.writer.tick()
    centre.writer.start()
    say(f"R {up_us}")
    threading.Thread(target=_tick, args=(centre,), daemon=True).start()
    _work(centre, answers)
    centre.close()


def _tick(centre: Centre) -> None:
    parent = os.getppid()
    while True:
        time.sleep(TICK_SECONDS)
        if os.getppid() != parent:
            os._exit(1)  # whoever would have killed us is gone
        try:
            centre.writer.tick()
        except TradingError:
            continue


def _work(centre: Centre, answers: int) -> None:
    """Keep commands waiting on every busy lot; after a failure look at the record again."""
    given = 0
    while not answers or given < answers:
        try:
            waiting = [centre.writer.submit(env) for env in _commands(centre)]
        except (TradingError, DBAPIError):
            time.sleep(RETRY_SECONDS)
            continue
        for future in waiting:
            future.add_done_callback(_answer)
        for future in waiting:
            given += future.exception() is None
        if all(future.exception() is not None for future in waiting):
            time.sleep(RETRY_SECONDS)


def _answer(future: Future[Receipt]) -> None:
    if future.exception() is None:
        receipt = future.result()
        say(f"A {receipt.index} {receipt.hash}")


def _commands(centre: Centre) -> list[Envelope]:
    found: list[Envelope] = []
    for lot in BUSY:
        state = centre.state(f"lot/{lot.id}")
        assert state is not None
        sale: Sale = state.facets["sale"]
        first = (sale.lead_fen - price_fen(0)) // (price_fen(1) - price_fen(0)) + 1
        found += [
            bid_envelope(centre, lot, bid, f"{lot.id}/{bid}")
            for bid in range(first, first + WAITING)
        ]
    found += [_registration(centre, lot) for lot in OPEN]
    return found


def _registration(centre: Centre, lot: Lot) -> Envelope:
    """Return a registration: a group of two parts, on the registration and on the roll."""
    state = centre.state(f"roll/{lot.id}")
    roll: Roll = state.facets["roll"] if state else Roll()
    number = 1000 + len(roll.listed)
    data = Register(lot.id, number, f"who-{number}", acknowledged_version=1)
    return centre.envelope(
        "registration.submit/1", data, f"{BIDDER_PREFIX}{number}", "bidder", key=f"{number}"
    )


def main(arguments: list[str]) -> None:
    """Fork one service for every line on the input and say when it is dead."""
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=Path)
    parser.add_argument("--bug", default="", choices=["", *BUGS])
    given = parser.parse_args(arguments)
    plant(given.bug)
    say("Z")
    for _line in sys.stdin:
        pid = os.fork()
        if not pid:
            serve(given.directory)
        say(f"P {pid}")
        os.waitpid(pid, 0)
        say(f"D {SystemClock().now_us()}")


if __name__ == "__main__":
    main(sys.argv[1:])
