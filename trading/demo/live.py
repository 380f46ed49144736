"""Bidding that goes on while the demonstration is served: lots that open one after the other.

The bidders are scripted: every few seconds one of them raises by the rules of the lot, until its
scheduled end is some minutes past; then the next lot is open. One number of each lot never bids by
script: it is the visitor's.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256

from sqlalchemy import select

from trading.base.deadline import day_start_us, local_date
from trading.base.errors import IntegrityFault, Refused, TradingError
from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.bidding.commands import PlaceBid
from trading.bidding.holds import ResumeLot
from trading.bidding.rules import BIDDER_PREFIX, Roll, Sale
from trading.centre import Centre
from trading.demo import cast
from trading.demo.company import JSON, Company, Story, paper
from trading.demo.stories import CaseStory, Script
from trading.engine.stream import Stream
from trading.listing.notices import PublishCase
from trading.listing.rules import Schedule, Terms
from trading.listing.tables import lot as lots
from trading.observing.rules import Panel
from trading.observing.waivers import WaiveStep

VISITOR = 188
"""The bidder whom a visitor may be: registered for every lot that opens live."""
OPEN_US = 18 * MINUTE_US
APART_US = 20 * MINUTE_US
FIRST_US = 6 * MINUTE_US
"""For how long the first lot has been open when the centre is first served."""
BEGIN_DAYS = 48
"""From the draft to the opening, with days to spare for holidays."""
QUIET_US = 4 * MINUTE_US
"""The scripted bidders go on for so long behind the scheduled end: they cause extensions."""
PAUSE_SECONDS = (3.0, 8.0)
STEPS_MAX = 3
TURN_US = 40 * MINUTE_US
"""No turn of a story takes longer: the longest is the draw of a panel with all its phones."""

_log = logging.getLogger(__name__)


class LiveCase(CaseStory):
    """A case whose bidding opens at ``target_us``, whatever day that is."""

    target_us = 0
    ends_before = "bid"

    def __init__(self, company: Company, script: Script) -> None:
        """Give the visitor a number in every lot."""
        super().__init__(company, script)
        for lot in self.lots:
            lot.numbers = (VISITOR, *(n for n in lot.numbers[1:] if n != VISITOR))

    def notice(self) -> PublishCase:
        """Return a notice whose registration ends on the eve of the opening."""
        self.opens_us = self.target_us
        until_us = day_start_us(local_date(self.opens_us)) - 7 * HOUR_US
        return PublishCase(
            self.case, f"notice-{self.script.key}", until_us, self.opens_us,
            self.opens_us + OPEN_US, "公示期内向社区居务监督委员会书面提出异议", "0731-85880000",
            "签约后五个工作日内交接，首期款在交接前付清",
        )  # fmt: skip


def opening_us(served_us: int, n: int) -> int:
    """Return when the ``n``-th live lot opens, counted from 0: the first is open already."""
    begin_us = served_us - FIRST_US
    return begin_us - begin_us % MINUTE_US + n * APART_US


def live_case(served_us: int, n: int) -> tuple[int, type[CaseStory]]:
    """Return when the case of the ``n``-th live lot begins, and the way it goes."""
    target_us = opening_us(served_us, n)
    begin_us = day_start_us(local_date(target_us)) - BEGIN_DAYS * DAY_US + 9 * HOUR_US
    return begin_us, type(f"Live{n}", (LiveCase,), {"target_us": target_us})


def run_live(company: Company, stories: Iterable[tuple[int, Story]], served_us: int) -> None:
    """Run (begin, story) pairs up to ``served_us``, at which the clock then stands.

    Nobody begins a turn that could last longer than there is time: the record of a demonstration
    that is to be served ends in the past. Raises ``IntegrityFault`` where it does not.
    """
    company.run(stories, served_us - TURN_US)
    propose(company)
    company.wait(served_us)
    if company.clock.now_us() != served_us:
        raise IntegrityFault("the demonstration was acted out into the future")


def propose(company: Company) -> str:
    """Let one of the office ask for what needs two people; return the lot, empty where none fits.

    A lot whose publicity is over may do without its step of the panel, if another one agrees.
    """
    query = select(lots.c.lot).where(lots.c.place == "cleared").order_by(lots.c.lot)
    with company.centre.reading.connect() as connection:
        lot: str | None = connection.execute(query).scalars().first()
    if lot is None:
        return ""
    asked = WaiveStep(lot, "O9", "quorum_missed", "两次召集未达法定人数")
    reason = paper("waiver", f"{lot} 豁免说明")
    company.do("lot.waive/1", asked, cast.OFFICE[0], "office", reason)
    return lot


def players(centre: Centre, row_id: str) -> tuple[cast.Player, ...]:
    """Return whom a visitor may be; community and representative are those of row ``row_id``."""
    panel = centre.state(f"panel/case-{row_id}")
    seats: Panel | None = panel.facets.get("panel") if panel else None
    member = seats.members[-1] if seats and seats.members else ""
    sits = cast.Player(
        member, "representative", ("resident_rep",), "居民代表", "Resident representative"
    )
    return (
        *cast.staff_players(row_id),
        *((sits,) if member else ()),
        cast.Player(f"{BIDDER_PREFIX}{VISITOR}", "bidder", ("bidder",), "竞买人", "Bidder"),
        cast.Player(cast.AUDITOR, "auditor", ("auditor",), "审计人员", "Auditor"),
    )


class Bidders:
    """Bids by script at ``centre`` in a thread of its own, from ``start`` until ``stop``."""

    def __init__(self, centre: Centre) -> None:
        """Bid at ``centre``; nothing happens before ``start``."""
        self._centre = centre
        self._stopping = threading.Event()
        self._chance = _chance()
        self._thread = threading.Thread(target=self._run, name="bidders", daemon=True)

    def start(self) -> None:
        """Let go on what a stop of the service held, and begin to bid."""
        self._thread.start()

    def stop(self) -> None:
        """Bid no more."""
        self._stopping.set()
        self._thread.join()

    def bid_once(self) -> int:
        """Let one bidder of every open lot raise; return how many did."""
        return sum(self._raise(state) for state in self._open())

    def resume(self) -> int:
        """Let two people of the office resume the lots that an absence of the service held."""
        held = [state for state in self._open(held=True) if state.held]
        for state in held:
            lot = state.name.partition("/")[2]
            proof = paper("evidence", f"{lot} 恢复说明")
            for person in cast.OFFICE:
                self._centre.do(
                    "lot.resume/1", ResumeLot(lot, "服务已恢复，失去的时间如数补回"), person,
                    "office", docs=(proof.document,), files=((proof.content, JSON),),
                )  # fmt: skip
        return len(held)

    def _run(self) -> None:
        self._guarded(self.resume)
        low, high = PAUSE_SECONDS
        while not self._stopping.wait(low + (high - low) * next(self._chance) / 256):
            self._guarded(self.bid_once)

    def _guarded(self, work: Callable[[], int]) -> None:
        try:
            work()
        except TradingError as error:
            _log.warning("the scripted bidders wait: %s", error.detail)

    def _open(self, *, held: bool = False) -> list[Stream]:
        query = select(lots.c.lot).where(lots.c.place == "bidding").order_by(lots.c.lot)
        with self._centre.reading.connect() as connection:
            names = list(connection.execute(query).scalars())
        states = (self._centre.state(f"lot/{name}") for name in names)
        return [state for state in states if state is not None and (held or not state.held)]

    def _raise(self, state: Stream) -> bool:
        lot = state.name.partition("/")[2]
        roll = self._centre.state(f"roll/{lot}")
        known: Roll | None = roll.facets.get("roll") if roll else None
        sale: Sale | None = state.facets.get("sale")
        schedule: Schedule = state.facets["schedule"]
        if known is None or self._centre.clock.now_us() > schedule.closes_us + QUIET_US:
            return False
        leader = sale.lead_number if sale else 0
        others = [n for n in known.qualified if n not in {leader, VISITOR}]
        if not others:
            return False
        number = others[next(self._chance) % len(others)]
        bid = PlaceBid(lot, self._price_fen(state, sale.lead_fen if sale else 0))
        try:
            self._centre.do("bid.place/1", bid, f"{BIDDER_PREFIX}{number}", "bidder")
        except Refused as error:
            _log.info("a scripted bid was refused: %s", error.detail)
            return False
        return True

    def _price_fen(self, state: Stream, lead_fen: int) -> int:
        terms: Terms = state.facets["terms"]
        plan = terms.plan
        if not lead_fen:
            return plan.start_price_fen
        steps = 1 + next(self._chance) % STEPS_MAX
        price_fen = lead_fen + steps * plan.bid_step_fen
        return min(price_fen, plan.ceiling_fen) if plan.ceiling_fen else price_fen


def _chance() -> Iterator[int]:
    """Yield bytes that look like chance and are the same in every demonstration."""
    for n in itertools.count():
        yield from sha256(f"bidders {n}".encode()).digest()
