"""Where services are killed: a centre with busy lots, lots that end, and lots that register."""

from __future__ import annotations

from pathlib import Path

from tests.support.market import (
    NOTICE_DAYS,
    Lot,
    bid_envelope,
    found_market,
    submit_all,
)
from trading.base.clock import SimulatedClock, SystemClock
from trading.base.units import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from trading.store.home import Home

ORIGIN = "torture.example/log"
TICK_SECONDS = 0.1
WAITING = 8
NUMBERS = (100, 101, 102)
BUSY = tuple(Lot(f"busy-{n}-1", NUMBERS) for n in range(3))
OPEN = tuple(Lot(f"open-{n}-1", ()) for n in range(4))
OPENED_AGO_US = 30 * MINUTE_US
FIRST_US = 5 * SECOND_US


def build(
    directory: Path, ends: int, gap_us: int, url: str = "", first_us: int = FIRST_US
) -> tuple[int, ...]:
    """Make the centre; return the instants at which its ``ends`` lots end, ``gap_us`` apart.

    The first ends ``first_us`` after the set-up began. It runs on a standing clock in the past,
    so that the services may use the real one. Every lot that ends has a leader: closing it by the
    clock would make a winner.
    """
    opens_us = SystemClock().now_us() - OPENED_AGO_US
    clock = SimulatedClock(opens_us - (NOTICE_DAYS + 4) * DAY_US)
    market = found_market(Home.create(directory, ORIGIN, url), clock, simulated="")
    ending = [Lot(f"ending-{n}-1", NUMBERS) for n in range(ends)]
    closes_us = {lot.case: OPENED_AGO_US + first_us + n * gap_us for n, lot in enumerate(ending)}
    lots = [*ending, *BUSY]
    market.list_lots(list(OPEN), opens_us + 30 * DAY_US, lambda _case: HOUR_US, ready=False)
    market.list_lots(lots, opens_us, lambda case: closes_us.get(case, 12 * HOUR_US))
    market.open_at(lots, opens_us)
    centre = market.centre
    submit_all(centre, [bid_envelope(centre, lot, 0, f"{lot.id}/0") for lot in lots])
    clock.advance_to(SystemClock().now_us())
    centre.writer.tick()
    centre.close()
    return tuple(opens_us + lasting_us for lasting_us in closes_us.values())
