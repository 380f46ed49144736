"""Listing: the case that a community brings, its decision on record, and its lots.

A case groups what was decided together; every lot of it has a machine of its own. The terms of a
lot are frozen when its notice is published.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from trading.base.money import MAX_FEN, PriceUnit
from trading.base.text import Id, ShortText
from trading.engine.stream import Event, Facet

Price = Annotated[int, Meta(gt=0, le=MAX_FEN)]
Amount = Annotated[int, Meta(ge=0, le=MAX_FEN)]
Number = Annotated[int, Meta(ge=1, le=999)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
TERM_MONTHS_MAX = 70 * 12
PERIODS_PER_YEAR = {"year": 1, "half_year": 2, "quarter": 4, "month": 12, "day": 365}


class LotPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was decided of one lot; prices are fen in the declared unit triple.

    ``raise_max_fen`` and ``ceiling_fen`` are 0 where there is none.
    """

    number: Number
    asset: Id
    title_zh: ShortText
    use_zh: ShortText
    tenure: Literal["lease", "contracting_out", "land_operating_right", "transfer"]
    price_unit: ShortText
    start_price_fen: Price
    bid_step_fen: Price
    raise_max_fen: Amount
    ceiling_fen: Amount
    deposit_fen: Amount
    term_months: Annotated[int, Meta(ge=0, le=TERM_MONTHS_MAX)]


class Vote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The resolution that allows the case, judged by the rule in force on ``meeting_day``.

    ``meeting_day`` is YYYY-MM-DD in Asia/Shanghai.
    """

    body: Id
    meeting_day: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    eligible: Count
    present: Count
    in_favour: Count


class Case(Facet, frozen=True):
    """A case from draft to notice, with who did what."""

    title_zh: str = ""
    lots: tuple[LotPlan, ...] = ()
    drafted_by: str = ""
    vote: Vote | None = None
    approved_by: str = ""
    accepted_by: str = ""
    notice: str = ""


class Terms(Facet, frozen=True):
    """What bidders may rely on: the plan as published, and where it comes from."""

    case: str
    notice: str
    plan: LotPlan
    quantity_thousandths: int
    quantity_unit: str
    place_zh: str
    extension_window_seconds: int
    extension_seconds: int
    end_mode: str = "sliding"
    extensions_max: int = 0
    listing_round: int = 1
    previous: str = ""
    version: int = 1


class Schedule(Facet, frozen=True):
    """When registration ends, bidding opens and, without extensions, closes."""

    registration_until_us: int
    opens_us: int
    closes_us: int


class CaseDrafted(Event, frozen=True, tag="case_drafted/1"):
    """A community proposed a case."""

    title_zh: str
    lots: tuple[LotPlan, ...]
    by: str


class CaseDecided(Event, frozen=True, tag="case_decided/1"):
    """The resolution is on record."""

    vote: Vote


class CaseApproved(Event, frozen=True, tag="case_approved/1"):
    """The street's desk approved the plan."""

    by: str
    opinion_zh: str


class CaseReturned(Event, frozen=True, tag="case_returned/1"):
    """A desk sent the case back to be mended."""

    by: str
    reason_zh: str


class CaseAccepted(Event, frozen=True, tag="case_accepted/1"):
    """The centre accepted the case for trading."""

    by: str


class CasePublished(Event, frozen=True, tag="case_published/1"):
    """The notice is up."""

    notice: str


class LotListed(Event, frozen=True, tag="lot_listed/1"):
    """A lot is listed under these terms."""

    case: str
    notice: str
    plan: LotPlan
    quantity_thousandths: int
    quantity_unit: str
    place_zh: str
    extension_window_seconds: int
    extension_seconds: int


class LotScheduled(Event, frozen=True, tag="lot_scheduled/1"):
    """The lot's instants were set, or set anew."""

    registration_until_us: int
    opens_us: int
    closes_us: int


def case_drafted(case: Case | None, event: CaseDrafted) -> Case:
    """Fold a draft; a mended case loses what was decided of the old text."""
    del case
    return Case(title_zh=event.title_zh, lots=event.lots, drafted_by=event.by)


def case_decided(case: Case, event: CaseDecided) -> Case:
    """Fold the resolution."""
    return msgspec.structs.replace(case, vote=event.vote)


def case_approved(case: Case, event: CaseApproved) -> Case:
    """Fold the approval."""
    return msgspec.structs.replace(case, approved_by=event.by)


def case_returned(case: Case, _event: CaseReturned) -> Case:
    """Fold a return: approval, if any, is gone."""
    return msgspec.structs.replace(case, approved_by="")


def case_accepted(case: Case, event: CaseAccepted) -> Case:
    """Fold the acceptance."""
    return msgspec.structs.replace(case, accepted_by=event.by)


def case_published(case: Case, event: CasePublished) -> Case:
    """Fold the publication."""
    return msgspec.structs.replace(case, notice=event.notice)


def lot_listed(_terms: Terms | None, event: LotListed) -> Terms:
    """Fold the listing."""
    return Terms(
        event.case, event.notice, event.plan, event.quantity_thousandths, event.quantity_unit,
        event.place_zh, event.extension_window_seconds, event.extension_seconds,
    )  # fmt: skip


def lot_scheduled(_schedule: Schedule | None, event: LotScheduled) -> Schedule:
    """Fold the schedule."""
    return Schedule(event.registration_until_us, event.opens_us, event.closes_us)


def shifted(schedule: Schedule, since_us: int, by_us: int) -> Schedule:
    """Return the schedule with every instant after ``since_us`` later by ``by_us``.

    What was due in that very instant had all its time.
    """
    return Schedule(*(
        at_us + by_us if at_us > since_us else at_us
        for at_us in (schedule.registration_until_us, schedule.opens_us, schedule.closes_us)
    ))  # fmt: skip


def lot_stream(case: str, number: int) -> str:
    """Return the stream of lot ``number`` of ``case``."""
    return f"lot/{case}-{number}"


def yearly_fen(plan: LotPlan, quantity_thousandths: int) -> int:
    """Return the start price for the whole lot and one year, rounded down to a fen.

    Prices for a whole term or a sale count once: they are the total that tiers look at.
    """
    unit = PriceUnit.parse(plan.price_unit)
    amount_fen = plan.start_price_fen
    if unit.per_quantity != "lot":
        amount_fen = amount_fen * quantity_thousandths // 1000
    return amount_fen * PERIODS_PER_YEAR.get(unit.per_period, 1)
