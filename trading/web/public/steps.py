"""The public steps of a lot as they stand in the record, read a bounded piece at a time."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from trading.bidding.rules import bidder_number
from trading.engine.registry import PUBLIC
from trading.listing.rules import case_of_lot
from trading.papers.kinds import KINDS
from trading.papers.reading import Act, act_of
from trading.record.entry import DONE, Row, read
from trading.store.schema import entry
from trading.web.shell import Shell

LATEST_MAX = 300
"""How many of the newest steps of one lot are looked at to draw its page."""
STEPS_PAGE = 50
BID = "bid_accepted/1"


class Bid(msgspec.Struct, frozen=True):
    """A bid that led: when, whose number, how much, and the end after it."""

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


def latest(shell: Shell, stream: str) -> list[Act]:
    """Return the newest public steps of ``stream``, the newest first."""
    query = select(entry).where(entry.c.stream == stream, entry.c.audience == PUBLIC)
    with shell.reading() as connection:
        found = connection.execute(query.order_by(entry.c.seq.desc()).limit(LATEST_MAX)).all()
    return [act_of(Row(*raw)) for raw in found]


def history(shell: Shell, stream: str, after: int) -> list[Step]:
    """Return the public steps of ``stream`` behind ``after``, one more than a page holds."""
    query = select(entry).where(
        entry.c.stream == stream, entry.c.audience == PUBLIC, entry.c.seq > after
    )
    with shell.reading() as connection:
        found = connection.execute(query.order_by(entry.c.seq).limit(STEPS_PAGE + 1)).all()
    return [step_of(Row(*raw)) for raw in found]


def step_of(row: Row) -> Step:
    """Return what ``row`` tells everybody."""
    act = act_of(row)
    trigger = msgspec.json.decode(read(row.body).out)["trigger"]
    price = act.event(BID).get("price_fen") or act.data.get("price_fen") or 0
    return Step(
        row.seq, row.at_us, trigger, act.role, bidder_number(act.actor),
        act.outcome, price if isinstance(price, int) else 0, act.code,
    )  # fmt: skip


def bids_of(acts: list[Act]) -> list[Bid]:
    """Return the bids among ``acts``, the first one first."""
    found = [
        Bid(act.at_us, told["number"], told["price_fen"], told["ends_us"], act.code)
        for act in acts
        if act.outcome == DONE and (told := act.event(BID))
    ]
    return found[::-1]


def public_papers(shell: Shell, lot: str, acts: list[Act]) -> list[tuple[str, str, str]]:
    """Return address and both titles of the papers of a lot and its case that are for everybody."""
    case = f"case/{case_of_lot(lot)}"
    told = {f"lot/{lot}": acts, case: latest(shell, case)}
    found = []
    for stream, known in told.items():
        state = shell.centre.state(stream)
        tags = {event["event"] for act in known for event in act.events}
        for kind in KINDS.values():
            fits = state is not None and kind.stream == state.kind and kind.fits(state)
            if kind.public and fits and tags.intersection(kind.events):
                found.append((f"/papers/{stream}/{kind.name}", kind.title_zh, kind.title_en))
    return found
