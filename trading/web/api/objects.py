"""Any object for programs: how it stands and what became of it; and what a panel watched."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.observing.rules import Panel
from trading.papers.reading import Act, act_of
from trading.store import log
from trading.web.api.answering import (
    LIMIT,
    NUMBER,
    OPEN,
    Limit,
    Now,
    Number,
    Page,
    Reading,
    listed,
    tagged,
)
from trading.web.filed import filed
from trading.web.shell import Asked, viewer_of

ONLY_ONE = "-"
_SAYS = {
    "kind": "The kind of an object, such as `registration`.",
    "name": "Its id; `-` for the only one of its kind.",
}


class ObjectNow(msgspec.Struct, frozen=True):
    """Any object: where it stands, and its facts as its subject keeps them."""

    kind: str
    name: str
    org: str
    now: Now
    facts: dict[str, Any]


class ActRow(msgspec.Struct, frozen=True):
    """One entry of an object: who did what in which role, and what came of it.

    ``seq`` is its number among those of the object, ``position`` its place in the log; ``refused``
    is the code of a refusal. Documents are named by digest.
    """

    seq: int
    position: int
    receipt: str
    at_us: int
    kind: str
    outcome: str
    actor: str
    role: str
    data: dict[str, Any]
    events: tuple[dict[str, Any], ...]
    documents: tuple[dict[str, str], ...]
    refused: str


class Stated(msgspec.Struct, frozen=True):
    """One statement, by the seat of the panel; ``own`` tells that the caller made it.

    An empty ``lot`` means all lots of the opening but ``except_lots``.
    """

    seat: int
    verdict: str
    assurance: str
    stands_in: bool
    lot: str
    except_lots: tuple[str, ...]
    own: bool


class OpeningNow(msgspec.Struct, frozen=True):
    """A step as it was opened, by the digest of what it shows, with what was stated over it."""

    step: str
    shown: str
    lots: tuple[str, ...]
    opened_us: int
    statements: list[Stated]


class PanelNow(msgspec.Struct, frozen=True):
    """The panel of a case: how many sit, how many must state, and every step."""

    case: str
    org: str
    now: Now
    seats: int
    quorum: int
    openings: list[OpeningNow]


def routes(reading: Reading) -> list[HTTPRouteHandler]:
    """Return the routes of objects and of panels."""

    @reading.route("/api/v1/objects/{kind:str}/{name:str}", OPEN, "Any object that is seen.",
                   ObjectNow, tagged=True, says=_SAYS)  # fmt: skip
    def read_object(request: Asked, kind: FromPath[str], name: FromPath[str]) -> Response[bytes]:
        state = reading.seen(request, stream_of(kind, name))
        facts = {key: msgspec.to_builtins(facet) for key, facet in state.facets.items()}
        return tagged(request, ObjectNow(kind, name, state.org, reading.now(state), facts))

    @reading.route("/api/v1/objects/{kind:str}/{name:str}/entries", OPEN,
                   "What became of an object that is seen, from the first entry on.",
                   Page[ActRow], says={**_SAYS, "after": "The `seq` behind which the page begins.",
                                       "limit": "How many at most."})  # fmt: skip
    def list_acts(
        request: Asked, kind: FromPath[str], name: FromPath[str], after: Number = NUMBER,
        limit: Limit = LIMIT,
    ) -> Response[bytes]:  # fmt: skip
        state = reading.seen(request, stream_of(kind, name))
        rows = log.stream_entries(reading.centre.reading, state.name, after, limit + 1)
        return listed([_row(row.seq, act_of(row)) for row in rows], limit, lambda one: str(one.seq))

    @reading.route("/api/v1/objects/{kind:str}/{name:str}/documents/{sha256:str}", OPEN,
                   "A document that an act on an object named, to be saved.", bytes,
                   says={**_SAYS, "sha256": "Its digest, in hex."})  # fmt: skip
    def read_document(
        request: Asked, kind: FromPath[str], name: FromPath[str], sha256: FromPath[str]
    ) -> Response[bytes]:
        state = reading.seen(request, stream_of(kind, name))
        return filed(reading.shell, reading.sight(request), state, sha256)

    @reading.route("/api/v1/panels/{case:str}", OPEN, "What the panel of a case watched.",
                   PanelNow, tagged=True, says={"case": "The id of a case."})  # fmt: skip
    def read_panel(request: Asked, case: FromPath[str]) -> Response[bytes]:
        state = reading.seen(request, f"panel/{case}")
        panel: Panel = state.facets["panel"]
        found = PanelNow(
            case, state.org, reading.now(state), len(panel.seats), panel.quorum,
            openings_of(panel, viewer_of(request).person),
        )  # fmt: skip
        return tagged(request, found)

    return [read_object, list_acts, read_document, read_panel]


def stream_of(kind: str, name: str) -> str:
    """Return the stream that an address names."""
    return kind if name == ONLY_ONE else f"{kind}/{name}"


def openings_of(panel: Panel, person: str) -> list[OpeningNow]:
    """Return every step of ``panel`` with what was stated; a member is named by the seat alone."""
    seats = {member: place for place, member in enumerate(panel.order, start=1)}
    return [
        OpeningNow(
            step, opening.shown, opening.lots, opening.opened_us,
            [Stated(seats.get(one.member, 0), one.verdict, one.assurance, one.stands_in, one.lot,
                    one.except_lots, one.member == person) for one in opening.statements],
        )
        for step, openings in sorted(panel.steps.items(), key=lambda item: int(item[0][1:]))
        for opening in openings
    ]  # fmt: skip


def _row(seq: int, act: Act) -> ActRow:
    return ActRow(
        seq, act.index, act.code, act.at_us, act.kind, act.outcome, act.actor, act.role, act.data,
        act.events, act.docs, act.refused,
    )  # fmt: skip
