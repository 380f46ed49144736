"""Bidding: registration, the roll of a lot, and the sale with its lead and its end.

Bidders are numbers until the award. Who they are lies in veiled streams: ``registration/...`` and
``roll/...`` are blinded leaves until the lot is awarded (decisions 4 and 6).
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

import msgspec

from trading.engine.stream import Event, Facet

BIDDER_PREFIX = "bidder-"


class Registration(Facet, frozen=True):
    """One bidder's registration for one lot; ``who`` is a pseudonym of this lot alone."""

    who: str
    number: int
    checked_by: str = ""


class Roll(Facet, frozen=True):
    """All who registered for one lot: numbers by pseudonym, and those who may bid, sorted.

    ``conflicts`` are the representatives who may not watch because of somebody who registered.
    """

    listed: dict[str, int] = {}  # noqa: RUF012 - copied by msgspec
    pending: tuple[int, ...] = ()
    qualified: tuple[int, ...] = ()
    conflicts: tuple[str, ...] = ()


class Sale(Facet, frozen=True):
    """The sale as it stands: the end, the lead, and how often it was extended."""

    ends_us: int
    lead_number: int = 0
    lead_fen: int = 0
    bids: int = 0
    extensions: int = 0


class Registered(Event, frozen=True, tag="registered/1"):
    """A bidder registered by an own submit."""

    who: str
    number: int


class Listed(Event, frozen=True, tag="roll_listed/1"):
    """A number stands on the roll."""

    who: str
    number: int


class Qualified(Event, frozen=True, tag="qualified/1"):
    """A registration fulfils the conditions of the notice."""

    by: str


class Rejected(Event, frozen=True, tag="rejected/1"):
    """A registration does not fulfil the conditions, for the stated reason."""

    by: str
    reason_zh: str


class Admitted(Event, frozen=True, tag="roll_admitted/1"):
    """A number may bid."""

    number: int


class Struck(Event, frozen=True, tag="roll_struck/1"):
    """A number may not bid."""

    number: int


class SaleOpened(Event, frozen=True, tag="sale_opened/1"):
    """Bidding is open until before ``ends_us``."""

    ends_us: int


class BidAccepted(Event, frozen=True, tag="bid_accepted/1"):
    """A bid leads; ``ends_us`` is the end after it, extended or not."""

    number: int
    price_fen: int
    ends_us: int


class SaleShifted(Event, frozen=True, tag="sale_shifted/1"):
    """The end moved by the exact time the lot was held."""

    by_us: int


class SaleFallen(Event, frozen=True, tag="sale_fallen/1"):
    """The result of the sale was undone: none of its bids stands."""


def registered(_facet: Registration | None, event: Registered) -> Registration:
    """Fold a registration."""
    return Registration(event.who, event.number)


def qualified(facet: Registration, event: Qualified) -> Registration:
    """Fold a qualification."""
    return msgspec.structs.replace(facet, checked_by=event.by)


def rejected(facet: Registration, event: Rejected) -> Registration:
    """Fold a rejection."""
    return msgspec.structs.replace(facet, checked_by=event.by)


def listed(roll: Roll | None, event: Listed) -> Roll:
    """Fold a number that waits for its check."""
    found = roll or Roll()
    return Roll(
        {**found.listed, event.who: event.number}, (*found.pending, event.number), found.qualified
    )


def admitted(roll: Roll, event: Admitted) -> Roll:
    """Fold an admission."""
    qualified = tuple(sorted((*roll.qualified, event.number)))
    return Roll(roll.listed, _without(roll.pending, event.number), qualified)


def struck(roll: Roll, event: Struck) -> Roll:
    """Fold a rejection: the number stays on the roll but may not bid."""
    return Roll(
        roll.listed, _without(roll.pending, event.number), _without(roll.qualified, event.number)
    )


def sale_opened(_sale: Sale | None, event: SaleOpened) -> Sale:
    """Fold the opening."""
    return Sale(event.ends_us)


def bid_accepted(sale: Sale, event: BidAccepted) -> Sale:
    """Fold an accepted bid."""
    extended = event.ends_us > sale.ends_us
    return Sale(
        event.ends_us, event.number, event.price_fen, sale.bids + 1, sale.extensions + extended
    )


def sale_shifted(sale: Sale, event: SaleShifted) -> Sale:
    """Fold the return of lost time."""
    return msgspec.structs.replace(sale, ends_us=sale.ends_us + event.by_us)


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


def may_bid(roll: Roll, number: int) -> bool:
    """Tell whether ``number`` is among the qualified."""
    place = bisect_left(roll.qualified, number)
    return place < len(roll.qualified) and roll.qualified[place] == number


def _without(numbers: tuple[int, ...], number: int) -> tuple[int, ...]:
    return tuple(n for n in numbers if n != number)
