"""Awarding: confirmation, publicity, award, a contract equal to the award, the certificate."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from trading.base.money import MAX_FEN
from trading.base.text import Id, ShortText
from trading.engine.stream import Event, Facet
from trading.listing.rules import (
    TERM_MONTHS_MAX,
    Amount,
    Day,
    Escalator,
    OptionalDay,
    OptionalText,
)
from trading.register.rules import Quantity


class Contract(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of the signed contract that must equal notice and award.

    The term begins on the day of signing, or as many days later as the notice gives for the
    hand-over; ``ends_day`` is its last day, empty where nothing ends.
    """

    number: Id
    asset: Id
    quantity_thousandths: Quantity
    quantity_unit: Id
    use_zh: ShortText
    tenure: Literal["lease", "contracting_out", "land_operating_right", "transfer"]
    price_unit: ShortText
    price_fen: Annotated[int, Meta(gt=0, le=MAX_FEN)]
    term_months: Annotated[int, Meta(ge=0, le=TERM_MONTHS_MAX)]
    starts_day: Day
    ends_day: OptionalDay
    escalator: Escalator
    payment_months: Annotated[int, Meta(ge=0, le=TERM_MONTHS_MAX)]
    bond_fen: Amount
    improvements_zh: OptionalText
    bidder: Annotated[int, Meta(ge=1, le=999_999)]


class Award(Facet, frozen=True):
    """Who won at what price, and the papers that followed.

    The contract is to be signed before ``sign_by_us``, 0 until the award; ``sign_late`` tells that
    it was not.
    """

    bidder: int
    price_fen: int
    confirmed_by: str
    winner_masked: str = ""
    published_us: int = 0
    notice: str = ""
    sign_by_us: int = 0
    sign_late: bool = False
    contract: Contract | None = None
    certificate: str = ""


class Ending(Facet, frozen=True):
    """Why a lot was terminated or its result annulled."""

    cause: str
    reason_zh: str


class DealConfirmed(Event, frozen=True, tag="deal_confirmed/1"):
    """The deal confirmation was signed."""

    bidder: int
    price_fen: int
    by: str


class ResultPublished(Event, frozen=True, tag="result_published/1"):
    """The result is up for the publicity period since ``at_us``."""

    winner_masked: str
    at_us: int


class Awarded(Event, frozen=True, tag="awarded/1"):
    """The award stands; the veiled streams of the lot may be opened."""

    bidder: int
    price_fen: int
    notice: str
    sign_by_us: int


class SigningOverdue(Event, frozen=True, tag="signing_overdue/1"):
    """The contract was not signed in time."""


class ContractSigned(Event, frozen=True, tag="contract_signed/1"):
    """The contract was signed and filed."""

    contract: Contract


class Certified(Event, frozen=True, tag="certified/1"):
    """The transaction certificate was issued."""

    certificate: str


class ResultFallen(Event, frozen=True, tag="result_fallen/1"):
    """The result was undone; the lot qualifies its bidders again."""


class Ended(Event, frozen=True, tag="lot_ended/1"):
    """The lot was terminated, or its result annulled, for a listed cause."""

    cause: str
    reason_zh: str


def deal_confirmed(_award: Award | None, event: DealConfirmed) -> Award:
    """Fold the confirmation."""
    return Award(event.bidder, event.price_fen, event.by)


def result_published(award: Award, event: ResultPublished) -> Award:
    """Fold the publication."""
    return msgspec.structs.replace(
        award, winner_masked=event.winner_masked, published_us=event.at_us
    )


def awarded(award: Award, event: Awarded) -> Award:
    """Fold the award."""
    return msgspec.structs.replace(award, notice=event.notice, sign_by_us=event.sign_by_us)


def signing_overdue(award: Award, _event: SigningOverdue) -> Award:
    """Fold the lapse: it is told once."""
    return msgspec.structs.replace(award, sign_late=True)


def contract_signed(award: Award, event: ContractSigned) -> Award:
    """Fold the contract."""
    return msgspec.structs.replace(award, contract=event.contract)


def certified(award: Award, event: Certified) -> Award:
    """Fold the certificate."""
    return msgspec.structs.replace(award, certificate=event.certificate)


def result_fallen(_award: Award, _event: ResultFallen) -> Award:
    """Fold the fall of a result: nobody has won."""
    return Award(0, 0, "")


def ended(_ending: Ending | None, event: Ended) -> Ending:
    """Fold the cause of an end."""
    return Ending(event.cause, event.reason_zh)
