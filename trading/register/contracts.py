"""Contracts in force: what was agreed, what was paid, and how far their end is.

A contract comes from a certified lot or was taken over from paper, and says which. Amounts are
integers of the price unit's own measure: fen, or goods that are never converted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from trading.base.money import MAX_FEN, PriceUnit
from trading.base.text import ShortText
from trading.engine.registry import Then
from trading.engine.stream import Corrected, Event, Facet, Stream
from trading.register import rent
from trading.register.rent import RUNS_MAX, TERM_MONTHS_MAX, Instalments
from trading.register.rules import Amount, Asset, OptionalDay, asset_taken

LADDER = ("in_force", "expiring_first", "expiring_second", "expiring_third", "expiring_last")
"""The places of a running contract, in the order in which its end comes nearer."""
EXPIRY_KEYS = (
    "expiry_first_months", "expiry_second_months", "expiry_third_months", "expiry_last_months",
)  # fmt: skip

Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$(?!\n)")]
ContractId = Annotated[
    str, Meta(max_length=80, pattern=r"^(lot|paper)-[a-zA-Z0-9][a-zA-Z0-9_.-]*$(?!\n)")
]
PaperId = Annotated[str, Meta(max_length=80, pattern=r"^paper-[a-zA-Z0-9][a-zA-Z0-9_.-]*$(?!\n)")]
"""Contracts from paper have names of their own, so that nobody can take a lot's."""


class Agreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What both sides signed; days are YYYY-MM-DD and ``ends_day`` is the last of the term.

    A sale has neither term nor end. ``term_months`` is 0 where paper names days alone.
    """

    number: ShortText
    tenure: Literal["lease", "contracting_out", "land_operating_right", "transfer"]
    use_zh: ShortText
    price_unit: ShortText
    price_fen: Annotated[int, Meta(gt=0, le=MAX_FEN)]
    term_months: Annotated[int, Meta(ge=0, le=TERM_MONTHS_MAX)]
    starts_day: Day
    ends_day: OptionalDay
    bond_fen: Amount
    schedule: Annotated[tuple[Instalments, ...], Meta(min_length=1, max_length=RUNS_MAX)]


class ContractTerms(Facet, frozen=True):
    """A contract of the register: its asset as it was then, the agreement, and its ladder.

    ``ladder_us`` holds the instants of the rungs and, last, of the end; a sale has none.
    """

    asset: str
    category: str
    quantity_thousandths: int
    quantity_unit: str
    lot: str
    source: Literal["lot", "paper"]
    agreement: Agreement
    ladder_us: tuple[int, ...] = ()

    @property
    def unit_year_fen(self) -> int:
        """Return the price of one unit of area and one year, for comparison."""
        agreed = self.agreement
        unit = PriceUnit.parse(agreed.price_unit)
        return rent.unit_year_fen(
            unit, agreed.price_fen, self.quantity_thousandths, agreed.term_months
        )

    @property
    def band(self) -> int:
        """Return the band of size in which the asset lies."""
        return rent.area_band(self.quantity_thousandths)


class Settlement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How money stood at the end: what of the bond went back, what was kept, what is owed."""

    bond_returned_fen: Amount
    bond_kept_fen: Amount
    arrears_fen: Amount


class Performance(Facet, frozen=True):
    """What has been done under a contract.

    ``paid_fen[n]`` is what was received of instalment ``n``, the bond at 0; ``strangers`` counts
    the receipts from somebody else than the tenant. Up to instalment ``paper_through`` rent was
    paid before the contract was taken over, as its papers say.
    """

    handed_over_day: str = ""
    paid_fen: tuple[int, ...] = ()
    strangers: int = 0
    paper_through: int = 0
    settlement: Settlement | None = None


class ContractOpened(Event, frozen=True, tag="contract_opened/1"):
    """A contract came to the register."""

    terms: ContractTerms


class PaidOnPaper(Event, frozen=True, tag="paid_on_paper/1"):
    """Rent up to instalment ``through`` was paid before the contract was taken over."""

    through: int


class HandedOver(Event, frozen=True, tag="handed_over/1"):
    """The asset was handed over to the holder of the contract."""

    day: str


class MoneyReceived(Event, frozen=True, tag="money_received/1"):
    """Rent came in, or the bond where ``number`` is 0."""

    number: int
    amount_fen: int
    day: str
    same_name: bool


class ContractSettled(Event, frozen=True, tag="contract_settled/1"):
    """The contract is over; ``cause`` is empty where its term simply ended."""

    settlement: Settlement
    cause: str
    reason_zh: str


class ContractCorrected(Corrected, frozen=True, tag="contract_corrected/1"):
    """What paper said of a contract was keyed wrongly."""


def contract_opened(_terms: ContractTerms | None, event: ContractOpened) -> ContractTerms:
    """Fold the opening."""
    return event.terms


def paid_on_paper(done: Performance | None, event: PaidOnPaper) -> Performance:
    """Fold what the papers say was paid."""
    return msgspec.structs.replace(done or Performance(), paper_through=event.through)


def handed_over(done: Performance | None, event: HandedOver) -> Performance:
    """Fold the hand-over."""
    return msgspec.structs.replace(done or Performance(), handed_over_day=event.day)


def money_received(done: Performance | None, event: MoneyReceived) -> Performance:
    """Fold a receipt."""
    found = done or Performance()
    paid = [*found.paid_fen, *(0 for _ in range(event.number + 1 - len(found.paid_fen)))]
    paid[event.number] += event.amount_fen
    strangers = found.strangers + (not event.same_name)
    return msgspec.structs.replace(found, paid_fen=tuple(paid), strangers=strangers)


def contract_settled(done: Performance | None, event: ContractSettled) -> Performance:
    """Fold the end."""
    return msgspec.structs.replace(done or Performance(), settlement=event.settlement)


def last_day(starts: date, term_months: int) -> date:
    """Return the last day of a term of whole months."""
    return rent.add_months(starts, term_months) - timedelta(1)


class Opening(NamedTuple):
    """From where and when a contract comes to the register, and its rungs in months."""

    asset: str
    lot: str
    months: tuple[int, ...]
    at_us: int


def opened(opening: Opening, asset: Asset, agreement: Agreement) -> ContractOpened:
    """Return the event that opens a contract on ``asset``."""
    ladder_us: tuple[int, ...] = ()
    if agreement.ends_day:
        after = date.fromisoformat(agreement.ends_day) + timedelta(1)
        ladder_us = rent.ladder_us(after, opening.months, opening.at_us)
    return ContractOpened(
        ContractTerms(
            opening.asset, asset.category, asset.quantity_thousandths, asset.quantity_unit,
            opening.lot, "lot" if opening.lot else "paper", agreement, ladder_us,
        )
    )  # fmt: skip


def contract_of(lot: str) -> str:
    """Return the id of the contract that the certificate of ``lot`` opens."""
    return f"lot-{lot}"


def next_case_stream(contract: str) -> str:
    """Return the case that the ladder opens for the asset of the stream ``contract``."""
    return f"case/next-{contract.partition('/')[2]}"


def contract_parts(opening: Opening, asset: Asset, agreement: Agreement) -> tuple[Then, Then]:
    """Return the parts of a certificate: the contract opens, the asset goes to its holder."""
    contract = contract_of(opening.lot)
    return (
        Then(f"contract/{contract}", "open", (opened(opening, asset, agreement),)),
        asset_taken(opening.asset, contract, agreement.tenure, agreement.ends_day),
    )


def next_rung(stream: Stream) -> int | None:
    """Return when a running contract comes a step nearer to its end, in microseconds."""
    terms: ContractTerms = stream.facets["contract"]
    return terms.ladder_us[LADDER.index(stream.place)] if terms.ladder_us else None


def unpaid(terms: ContractTerms, done: Performance | None) -> Iterator[rent.Instalment]:
    """Yield what is still to be paid of each instalment."""
    agreed, found = terms.agreement, done or Performance()
    starts = date.fromisoformat(agreed.starts_day)
    return rent.unpaid(agreed.schedule, starts, found.paid_fen, found.paper_through)


def arrears_on(terms: ContractTerms, done: Performance | None, day: date) -> rent.Arrears:
    """Return what is late on ``day``."""
    return rent.arrears(unpaid(terms, done), day)


def unpaid_day(terms: ContractTerms, done: Performance | None) -> str:
    """Return the day of the oldest instalment that is not fully paid, empty when all are."""
    return str(min((one.day for one in unpaid(terms, done)), default=""))


def owed_fen(terms: ContractTerms, done: Performance | None, number: int) -> int:
    """Return what may still be received under ``number``, the bond at 0; 0 when nothing."""
    if number == rent.BOND:
        paid_fen = done.paid_fen if done else ()
        return terms.agreement.bond_fen - rent.paid_of(paid_fen, number)
    left = (one.amount_fen for one in unpaid(terms, done) if one.number == number)
    return next(left, 0)


def due_count(agreement: Agreement) -> int:
    """Return the number of instalments."""
    return sum(run.count for run in agreement.schedule)
