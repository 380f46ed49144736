"""Awarding: confirmation, publicity, award, a contract equal to the award, the certificate."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from trading.base.money import MAX_FEN
from trading.base.text import Id, ShortText
from trading.engine.stream import Event, Facet


class Contract(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of the signed contract that must equal notice and award."""

    number: Id
    asset: Id
    use_zh: ShortText
    price_unit: ShortText
    price_fen: Annotated[int, Meta(gt=0, le=MAX_FEN)]
    term_months: Annotated[int, Meta(ge=0, le=1200)]
    bidder: Annotated[int, Meta(ge=1)]


class Award(Facet, frozen=True):
    """Who won at what price, and the papers that followed."""

    bidder: int
    price_fen: int
    confirmed_by: str
    winner_masked: str = ""
    published_us: int = 0
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


def awarded(award: Award, _event: Awarded) -> Award:
    """Fold the award: it confirms what is already there."""
    return award


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
