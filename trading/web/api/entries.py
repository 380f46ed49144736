"""The log for programs: every entry by its position, without a gap, and one with its proof.

What the viewer may not read is told by position and leaf hash alone, as the public log tells it; so
whoever follows knows that nothing was left out. Source: decisions 4 and 22; security brief, INV-27.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter

from trading.base.errors import NotFound
from trading.engine.registry import PUBLIC
from trading.record.entry import Row
from trading.store import log
from trading.web.api.answering import (
    LIMIT,
    NUMBER_MAX,
    OPEN,
    Limit,
    Reading,
    answer,
    tagged,
)
from trading.web.public.checking import proof_of
from trading.web.shell import Asked

BEFORE_ALL = -1
Position = Annotated[int, QueryParameter(ge=BEFORE_ALL, le=NUMBER_MAX)]
_SAYS = {
    "after": "The position behind which the page begins; -1 is before the first entry.",
    "limit": "How many at most.",
}


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an entry says, for who may read it.

    ``body`` is its exact text. The leaf of a public entry is that text; of another one it is
    ``{"blind": ..., "v": ...}`` with blind = SHA-256(``salt`` + body), both in hex.
    """

    stream: str
    seq: int
    kind: str
    at_us: int
    audience: str
    body: str
    salt: str = ""


class EntryRow(msgspec.Struct, frozen=True):
    """One entry: its position, its leaf hash, and its content where the caller may read it."""

    position: int
    hash: str
    content: Content | None


class EntryPage(msgspec.Struct, frozen=True):
    """A page of the log. ``after`` is what the next page is asked for with; ``size`` the log's."""

    items: list[EntryRow]
    after: int
    size: int


class Proof(msgspec.Struct, frozen=True):
    """The way from the leaf to the root of the tree that ``checkpoint`` signs, leaf's side first.

    ``hashes`` are in hex. Source: RFC 6962; c2sp.org/tlog-checkpoint.
    """

    hashes: list[str]
    checkpoint: str


class EntryNow(msgspec.Struct, frozen=True):
    """One entry and its proof; there is none before a checkpoint covers it."""

    position: int
    hash: str
    content: Content | None
    proof: Proof | None


def routes(reading: Reading) -> list[HTTPRouteHandler]:
    """Return the routes of the log."""

    @reading.route("/api/v1/entries", OPEN, "The log behind a position, without a gap.", EntryPage,
                   says=_SAYS)  # fmt: skip
    def list_entries(
        request: Asked, after: Position = BEFORE_ALL, limit: Limit = LIMIT
    ) -> Response[bytes]:
        size = log.head(reading.centre.reading).size
        begin = min(after + 1, size)
        rows = log.entries(reading.centre.reading, begin, min(limit, size - begin))
        told = _told(reading, request, rows)
        return answer(EntryPage(told, told[-1].position if told else after, size))

    @reading.route("/api/v1/entries/{position:int}", OPEN, "One entry with its proof.", EntryNow,
                   tagged=True, says={"position": "The position in the log."})  # fmt: skip
    def read_entry(request: Asked, position: FromPath[int]) -> Response[bytes]:
        known = 0 <= position <= NUMBER_MAX
        rows = log.entries(reading.centre.reading, position, 1) if known else []
        if not rows:
            raise NotFound("no such page")
        (row,) = _told(reading, request, rows)
        _proved, proof = proof_of(reading.shell, position)
        found = None
        if proof is not None:
            found = Proof([one.hex() for one in proof.proof], proof.note.decode())
        return tagged(request, EntryNow(row.position, row.hash, row.content, found))

    return [list_entries, read_entry]


def _told(reading: Reading, request: Asked, rows: list[Row]) -> list[EntryRow]:
    seen = reading.sight(request).entries(rows)
    return [
        EntryRow(row.idx, row.hash.hex(), _content(row) if row.idx in seen else None)
        for row in rows
    ]


def _content(row: Row) -> Content:
    salt = "" if row.audience == PUBLIC else row.salt.hex()
    body = row.body.decode()
    return Content(row.stream, row.seq, row.kind, row.at_us, row.audience, body, salt)
