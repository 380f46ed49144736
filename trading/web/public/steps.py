"""The public steps of a lot as they stand in the record, read a bounded piece at a time."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Select, select

from trading.base.errors import NotFound
from trading.bidding.rules import bidder_number
from trading.engine.registry import PUBLIC
from trading.engine.stream import Stream
from trading.listing.rules import case_of_lot
from trading.papers.kinds import KINDS
from trading.papers.reading import BID, Act, act_of
from trading.record.entry import DONE, Row, read
from trading.store.schema import entry
from trading.web.shell import Shell

STEPS_PAGE = 50
BIDS_LISTED = 100
"""How many of the newest steps of a sale are looked at for the table of bids."""
BIDS_DRAWN = 240
"""How many steps of a sale, evenly apart, its staircase is drawn of: about one for each pixel."""
ACCEPTED, FALLEN = "bid_accepted/1", "sale_fallen/1"


class Bid(msgspec.Struct, frozen=True):
    """A bid that led: when, whose number, how much, and the end after it."""

    seq: int
    at_us: int
    number: int
    price_fen: int
    ends_us: int
    code: str


class Step(msgspec.Struct, frozen=True):
    """One step in the record, told without a name: a bidder is a number, others are desks."""

    seq: int
    at_us: int
    trigger: str
    role: str
    bidder: int
    outcome: str
    price_fen: int
    code: str


def newest(shell: Shell, stream: str) -> Act:
    """Return the newest public step of ``stream``; raise ``NotFound`` where there is none."""
    query = _public(stream).order_by(entry.c.seq.desc()).limit(1)
    with shell.reading() as connection:
        found = connection.execute(query).first()
    if found is None:
        raise NotFound("no such page")
    return act_of(Row(*found))


def others(shell: Shell, stream: str) -> list[Act]:
    """Return the public steps of ``stream`` that are no bids, the first one first."""
    query = _public(stream).where(entry.c.kind != BID).order_by(entry.c.seq)
    with shell.reading() as connection:
        return [act_of(Row(*raw)) for raw in connection.execute(query)]


def bids(shell: Shell, state: Stream, acts: list[Act]) -> list[Bid]:
    """Return bids of the sale that stands, the first one first: the newest, and some before.

    However many there were, so many entries are read: the newest ones, and others evenly apart.
    ``acts`` are the other steps of the lot: a sale may have fallen and been held anew.
    """
    fallen = max((act.index for act in acts if act.event(FALLEN)), default=-1)
    tried = _public(state.name).where(entry.c.kind == BID, entry.c.idx > fallen)
    apart = range(1, state.seq + 1, max(state.seq // BIDS_DRAWN, 1))
    with shell.reading() as connection:
        found = [
            *connection.execute(tried.order_by(entry.c.seq.desc()).limit(BIDS_LISTED)),
            *connection.execute(tried.where(entry.c.seq.in_(apart))),
        ]
    rows = sorted({Row(*raw) for raw in found}, key=lambda row: row.seq)
    told = ((row, act_of(row)) for row in rows)
    return [
        Bid(row.seq, act.at_us, event["number"], event["price_fen"], event["ends_us"], act.code)
        for row, act in told
        if act.outcome == DONE and (event := act.event(ACCEPTED))
    ]


def _public(stream: str) -> Select[Any]:
    return select(entry).where(entry.c.stream == stream, entry.c.audience == PUBLIC)


def history(shell: Shell, stream: str, after: int) -> list[Step]:
    """Return the public steps of ``stream`` behind ``after``, one more than a page holds."""
    query = _public(stream).where(entry.c.seq > after)
    with shell.reading() as connection:
        found = connection.execute(query.order_by(entry.c.seq).limit(STEPS_PAGE + 1)).all()
    return [step_of(Row(*raw)) for raw in found]


def step_of(row: Row) -> Step:
    """Return what ``row`` tells everybody."""
    act = act_of(row)
    trigger = msgspec.json.decode(read(row.body).out)["trigger"]
    price = act.event(ACCEPTED).get("price_fen") or act.data.get("price_fen") or 0
    return Step(
        row.seq, row.at_us, trigger, act.role, bidder_number(act.actor),
        act.outcome, price if isinstance(price, int) else 0, act.code,
    )  # fmt: skip


def public_papers(shell: Shell, lot: str, acts: list[Act]) -> list[tuple[str, str, str]]:
    """Return address and both titles of the papers of a lot and its case that are for everybody."""
    case = f"case/{case_of_lot(lot)}"
    told = {f"lot/{lot}": acts, case: others(shell, case)}
    found = []
    for stream, known in told.items():
        state = shell.centre.state(stream)
        tags = {event["event"] for act in known for event in act.events}
        for kind in KINDS.values():
            fits = state is not None and kind.stream == state.kind and kind.fits(state)
            if kind.public and fits and tags.intersection(kind.events):
                found.append((f"/papers/{stream}/{kind.name}", kind.title_zh, kind.title_en))
    return found
