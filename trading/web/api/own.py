"""What belongs to the caller: registrations, deposits and bids of a bidder, what a panel waits for.

Nobody else's is ever found here. Source: decisions 4 and 17.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import NotFound
from trading.people.bidders import Bidder
from trading.record.entry import DONE
from trading.web.access import BIDDER, REPRESENTATIVE
from trading.web.api.answering import LIMIT, Key, Limit, Now, Page, Reading, listed
from trading.web.api.objects import Stated
from trading.web.bidder.own import Own
from trading.web.representative.reading import Task, tasks
from trading.web.shell import Asked, viewer_of

_LOT = {"lot": "The id of a lot.", "after": "The position behind which the page begins.",
        "limit": "How many at most."}  # fmt: skip


class RegistrationRow(msgspec.Struct, frozen=True):
    """An own registration: the number on the lot, where it stands, and whether it leads."""

    lot: str
    number: int
    now: Now
    until_us: int
    acknowledged_version: int
    lot_place: str
    leads: bool


class DepositRow(msgspec.Struct, frozen=True):
    """An own deposit: where the money lies; ``due_us`` in ``now`` is when it must be back."""

    lot: str
    number: int
    now: Now
    amount_fen: int
    paid_us: int
    account: str


class BidRow(msgspec.Struct, frozen=True):
    """An own bid; ``refused`` is the code of a refusal."""

    position: int
    receipt: str
    at_us: int
    price_fen: int
    outcome: str
    refused: str


class ObservationRow(msgspec.Struct, frozen=True):
    """One opening of a step that concerns the caller; ``waits`` tells that it is to be looked at.

    ``left`` are the lots that nothing was stated for, ``own`` what was.
    """

    id: str
    case: str
    title_zh: str
    step: str
    shown: str
    lots: tuple[str, ...]
    opened_us: int
    due_us: int
    waits: bool
    left: tuple[str, ...]
    own: list[Stated]


def routes(reading: Reading) -> list[HTTPRouteHandler]:
    """Return the routes of what is one's own."""
    return [*_of_bidders(reading, Own(reading.shell)), *_of_representatives(reading)]


def _of_bidders(reading: Reading, own: Own) -> list[HTTPRouteHandler]:
    @reading.route("/api/v1/own/registrations", BIDDER, "Own registrations, the newest first.",
                   Page[RegistrationRow])  # fmt: skip
    def own_registrations(request: Asked, after: Key = "", limit: Limit = LIMIT) -> Response[bytes]:
        found = (_registration(reading, own, one) for one in _mine(reading, own, request, after))
        return _first(found, limit)

    @reading.route("/api/v1/own/deposits", BIDDER, "Own deposits, the newest first.",
                   Page[DepositRow])  # fmt: skip
    def own_deposits(request: Asked, after: Key = "", limit: Limit = LIMIT) -> Response[bytes]:
        found = (_deposit(reading, own, one) for one in _mine(reading, own, request, after))
        return _first(found, limit)

    @reading.route("/api/v1/own/bids/{lot:str}", BIDDER, "Own bids on a lot, refused ones too.",
                   Page[BidRow], says=_LOT)  # fmt: skip
    def own_bids(
        request: Asked, lot: FromPath[str], after: Key = "", limit: Limit = LIMIT
    ) -> Response[bytes]:
        reading.sight(request)
        bidder = own.sure(request, lot)
        behind = int(after) if after.isascii() and after.isdigit() else -1
        bids = [
            BidRow(act.index, act.code, act.at_us, act.data["price_fen"], act.outcome,
                   act.refused if act.outcome != DONE else "")
            for act in own.bids(bidder) if act.index > behind
        ]  # fmt: skip
        return listed(bids[: limit + 1], limit, lambda row: str(row.position))

    return [own_registrations, own_deposits, own_bids]


def _of_representatives(reading: Reading) -> list[HTTPRouteHandler]:
    @reading.route("/api/v1/own/observations", REPRESENTATIVE,
                   "What the caller is to watch and has watched, what waits first.",
                   Page[ObservationRow])  # fmt: skip
    def own_observations(request: Asked, after: Key = "", limit: Limit = LIMIT) -> Response[bytes]:
        reading.sight(request)
        found = [_observation(task) for task in tasks(reading.shell, viewer_of(request).person)]
        return _first(_behind(found, after, lambda row: str(row.id)), limit)

    return [own_observations]


def _mine(reading: Reading, own: Own, request: Asked, after: str) -> list[Bidder]:
    reading.sight(request)
    return _behind(own.all_of(viewer_of(request).person), after, lambda one: str(one.lot))


def _behind(found: Iterable[Any], after: str, key: Any) -> list[Any]:
    """Return what stands behind ``after``; raise ``NotFound`` where that is none of it."""
    rows = list(found)
    if not after:
        return rows
    for place, row in enumerate(rows):
        if key(row) == after:
            return rows[place + 1 :]
    raise NotFound("no such page")


def _first(found: Iterable[Any], limit: int) -> Response[bytes]:
    rows: list[Any] = []
    for row in found:
        if row is not None:
            rows.append(row)
        if len(rows) > limit:
            break
    return listed(rows, limit, lambda row: row.id if isinstance(row, ObservationRow) else row.lot)


def _registration(reading: Reading, own: Own, one: Bidder) -> RegistrationRow | None:
    state = own.registration(one)
    if state is None:
        return None
    lot, said = own.lot(one.lot), state.facets["registration"]
    return RegistrationRow(
        one.lot, one.number, reading.now(state), said.until_us, said.acknowledged_version,
        lot.state.place, lot.sale is not None and lot.sale.lead_number == one.number,
    )  # fmt: skip


def _deposit(reading: Reading, own: Own, one: Bidder) -> DepositRow | None:
    state = own.deposit(one)
    if state is None:
        return None
    held = state.facets["deposit"]
    return DepositRow(
        one.lot, one.number, reading.now(state), held.amount_fen, held.paid_us, held.account
    )


def _observation(task: Task) -> ObservationRow:
    place = task.panel.order.index(task.member) + 1 if task.member in task.panel.order else 0
    own = [
        Stated(place, one.verdict, one.assurance, one.stands_in, one.lot, one.except_lots, own=True)
        for one in task.own
    ]
    return ObservationRow(
        f"{task.case}/{task.step}/{task.code}", task.case, task.title_zh, task.step,
        task.opening.shown, task.opening.lots, task.opening.opened_us, task.due_us, task.waits,
        task.left, own,
    )  # fmt: skip
