"""Bidding: registration, the roll of a lot, and the sale with its lead and its end.

Bidders are numbers until the award. Who they are lies in veiled streams: ``registration/...`` and
``roll/...`` are blinded leaves until the lot is awarded (decisions 4 and 6).
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import Literal

import msgspec

from trading.base.text import Digest
from trading.engine.stream import Corrected, Event, Facet, Stream

BIDDER_PREFIX = "bidder-"

BidderKind = Literal["person", "household", "sole_trader", "company", "cooperative", "collective"]
Ground = Literal[
    "not_eligible", "papers_missing", "papers_false", "identity_unproven", "barred",
    "deposit_missing", "other",
]  # fmt: skip
Ruling = Literal["none", "accepted", "rejected"]


class PriorityClaim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A priority right claimed at registration, with the digest of its proof.

    A claim that is not made here is waived. Source: domain brief, section 7; 网络司法拍卖规定 16.
    """

    kind: Literal["co_owner", "collective_member", "sitting_tenant"]
    proof: Digest


class Registration(Facet, frozen=True):
    """One bidder's registration for one lot; ``who`` is a pseudonym of this lot alone.

    ``until_us`` is when its present step runs out: the payment, or the check by the staff.
    """

    who: str
    number: int
    kind: BidderKind = "person"
    acknowledged_version: int = 1
    priority: PriorityClaim | None = None
    conflicts: tuple[str, ...] = ()
    until_us: int = 0
    checked_by: str = ""
    ruling: Ruling = "none"
    grounds: tuple[Ground, ...] = ()


class Roll(Facet, frozen=True):
    """All who registered for one lot, and those who may bid, sorted.

    ``listed`` gives the number and ``acknowledged`` the version of the notice by pseudonym;
    ``conflicts`` are the representatives who may not watch because of somebody who registered.
    """

    listed: dict[str, int] = {}  # noqa: RUF012 - copied by msgspec
    pending: tuple[int, ...] = ()
    qualified: tuple[int, ...] = ()
    acknowledged: dict[str, int] = {}  # noqa: RUF012 - copied by msgspec
    conflicts: tuple[str, ...] = ()


class Sale(Facet, frozen=True):
    """The sale as it stands: the end, the lead, and how often it was extended.

    ``second_...`` is the best bid of another bidder than the one who leads: since nobody outbids
    himself it is always the lead before. Before ``free_until_us`` no bid moves the end, where a
    clock rolls. A deal is open since ``offered_us`` and lapses at ``confirm_until_us`` unless it is
    ``accepted``.
    """

    ends_us: int
    lead_number: int = 0
    lead_fen: int = 0
    bids: int = 0
    extensions: int = 0
    second_number: int = 0
    second_fen: int = 0
    free_until_us: int = 0
    offered_us: int = 0
    confirm_until_us: int = 0
    accepted: bool = False


class Registered(Event, frozen=True, tag="registered/1"):
    """A bidder registered by an own submit, having read this version of the notice."""

    who: str
    number: int
    kind: BidderKind
    acknowledged_version: int
    priority: PriorityClaim | None
    conflicts: tuple[str, ...]


class RegistrationDue(Event, frozen=True, tag="registration_due/1"):
    """The present step of a registration runs out at ``until_us``."""

    until_us: int


class RegistrationCorrected(Corrected, frozen=True, tag="registration_corrected/1"):
    """What was keyed of a registration at the counter was wrong."""


class Qualified(Event, frozen=True, tag="qualified/1"):
    """A registration fulfils the conditions of the notice; its priority claim is ruled on."""

    by: str
    ruling: Ruling
    ruling_reason_zh: str


class Rejected(Event, frozen=True, tag="rejected/1"):
    """A registration does not fulfil the conditions, on the stated grounds."""

    by: str
    grounds: tuple[Ground, ...]
    reason_zh: str


class Listed(Event, frozen=True, tag="roll_listed/1"):
    """A number stands on the roll."""

    who: str
    number: int
    acknowledged_version: int
    conflicts: tuple[str, ...]


class Awaited(Event, frozen=True, tag="roll_awaited/1"):
    """A number has paid what it must and waits for its check."""

    number: int


class Admitted(Event, frozen=True, tag="roll_admitted/1"):
    """A number may bid."""

    number: int


class Struck(Event, frozen=True, tag="roll_struck/1"):
    """A number may not bid."""

    number: int


class Acknowledged(Event, frozen=True, tag="roll_acknowledged/1"):
    """A bidder has read a later version of the notice."""

    who: str
    version: int


class RollFrozen(Event, frozen=True, tag="roll_frozen/1"):
    """The list of bidders is final: who has not read ``version`` of the notice is not on it."""

    version: int


class SaleOpened(Event, frozen=True, tag="sale_opened/1"):
    """Bidding is open until before ``ends_us``; until ``free_until_us`` no bid moves the end."""

    ends_us: int
    free_until_us: int


class BidAccepted(Event, frozen=True, tag="bid_accepted/1"):
    """A bid leads; ``ends_us`` is the end after it, extended or not."""

    number: int
    price_fen: int
    ends_us: int


class SaleShifted(Event, frozen=True, tag="sale_shifted/1"):
    """The end moved by the exact time the lot was held, the free period by ``free_by_us``."""

    by_us: int
    free_by_us: int


class SaleFallen(Event, frozen=True, tag="sale_fallen/1"):
    """The result of the sale was undone: none of its bids stands."""


def registered(_facet: Registration | None, event: Registered) -> Registration:
    """Fold a registration."""
    return Registration(
        event.who, event.number, event.kind, event.acknowledged_version, event.priority,
        event.conflicts,
    )  # fmt: skip


def registration_due(facet: Registration, event: RegistrationDue) -> Registration:
    """Fold the time that the next step has."""
    return msgspec.structs.replace(facet, until_us=event.until_us)


def qualified(facet: Registration, event: Qualified) -> Registration:
    """Fold a qualification."""
    return msgspec.structs.replace(facet, checked_by=event.by, ruling=event.ruling)


def rejected(facet: Registration, event: Rejected) -> Registration:
    """Fold a rejection."""
    return msgspec.structs.replace(facet, checked_by=event.by, grounds=event.grounds)


def listed(roll: Roll | None, event: Listed) -> Roll:
    """Fold a number that registered."""
    found = roll or Roll()
    return msgspec.structs.replace(
        found,
        listed={**found.listed, event.who: event.number},
        acknowledged={**found.acknowledged, event.who: event.acknowledged_version},
        conflicts=tuple(sorted({*found.conflicts, *event.conflicts})),
    )


def awaited(roll: Roll, event: Awaited) -> Roll:
    """Fold a number that waits for its check."""
    return msgspec.structs.replace(roll, pending=(*roll.pending, event.number))


def admitted(roll: Roll, event: Admitted) -> Roll:
    """Fold an admission."""
    return msgspec.structs.replace(
        roll,
        pending=_without(roll.pending, event.number),
        qualified=tuple(sorted((*roll.qualified, event.number))),
    )


def struck(roll: Roll, event: Struck) -> Roll:
    """Fold a rejection: the number stays on the roll but may not bid."""
    return msgspec.structs.replace(
        roll,
        pending=_without(roll.pending, event.number),
        qualified=_without(roll.qualified, event.number),
    )


def acknowledged(roll: Roll, event: Acknowledged) -> Roll:
    """Fold the reading of an amended notice."""
    return msgspec.structs.replace(
        roll, acknowledged={**roll.acknowledged, event.who: event.version}
    )


def roll_frozen(roll: Roll, event: RollFrozen) -> Roll:
    """Fold the final list of bidders."""
    return msgspec.structs.replace(roll, qualified=bidders(roll, event.version))


def bidders(roll: Roll, version: int) -> tuple[int, ...]:
    """Return the qualified numbers that have read ``version`` of the notice, sorted."""
    read = {roll.listed[who] for who, found in roll.acknowledged.items() if found == version}
    return tuple(number for number in roll.qualified if number in read)


def sale_opened(_sale: Sale | None, event: SaleOpened) -> Sale:
    """Fold the opening."""
    return Sale(event.ends_us, free_until_us=event.free_until_us)


def bid_accepted(sale: Sale, event: BidAccepted) -> Sale:
    """Fold an accepted bid."""
    extended = event.ends_us > sale.ends_us
    return Sale(
        event.ends_us, event.number, event.price_fen, sale.bids + 1, sale.extensions + extended,
        sale.lead_number, sale.lead_fen, sale.free_until_us,
    )  # fmt: skip


def sale_shifted(sale: Sale, event: SaleShifted) -> Sale:
    """Fold the return of lost time."""
    return msgspec.structs.replace(
        sale,
        ends_us=sale.ends_us + event.by_us,
        free_until_us=sale.free_until_us + event.free_by_us,
    )


def sale_fallen(sale: Sale, _event: SaleFallen) -> Sale:
    """Fold the fall of a result."""
    return Sale(sale.ends_us)


@lru_cache(maxsize=4096)
def bidder_number(actor: str) -> int:
    """Return the number of a bidding actor, 0 when the actor is no bidder."""
    if not actor.startswith(BIDDER_PREFIX):
        return 0
    digits = actor[len(BIDDER_PREFIX) :]
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def registration_stream(lot: str, number: int) -> str:
    """Return the stream of one registration; ``lot`` is the id without its kind."""
    return f"registration/{lot}-{number}"


def lot_of(stream: str) -> str:
    """Return the lot id of a registration, a roll or a deposit by the name of its stream."""
    kind, _, name = stream.partition("/")
    return name if kind == "roll" else name.rpartition("-")[0]


def may_bid(roll: Roll, number: int) -> bool:
    """Tell whether ``number`` is among the qualified."""
    place = bisect_left(roll.qualified, number)
    return place < len(roll.qualified) and roll.qualified[place] == number


def _without(numbers: tuple[int, ...], number: int) -> tuple[int, ...]:
    return tuple(n for n in numbers if n != number)


def lot_of_registration(registration: Stream) -> str:
    """Return the stream of the lot that a registration is for."""
    return f"lot/{registration.name.partition('/')[2].rpartition('-')[0]}"
