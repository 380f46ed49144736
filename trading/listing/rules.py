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
from trading.register.rules import Ledger

Price = Annotated[int, Meta(gt=0, le=MAX_FEN)]
Amount = Annotated[int, Meta(ge=0, le=MAX_FEN)]
Number = Annotated[int, Meta(ge=1, le=999)]
Tier = Literal["small", "normal", "large"]
OptionalText = Annotated[str, Meta(max_length=120)]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$(?!\n)")]
OptionalDay = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$(?!\n)")]
Ratio = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,3})/[1-9][0-9]{0,3}$(?!\n)")]
LOTS_MAX = 20
"""The most lots of one case: its group of entries stays readable."""
TERM_MONTHS_MAX = 70 * 12
ENDED_PLACES = frozenset({"certified", "relisted", "withdrawn", "terminated", "voided"})
"""Where a lot of a notice has nothing more to come; a failed one waits for its owner's choice."""
PERIODS_PER_YEAR = {"year": 1, "half_year": 2, "quarter": 4, "month": 12, "day": 365}


class Rise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rise by ``percent_hundredths`` (5 % is 500) when ``year``, counted from 1, begins."""

    year: Annotated[int, Meta(ge=2, le=70)]
    percent_hundredths: Annotated[int, Meta(gt=0, le=100_000)]


class Escalator(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the price rises: by a share every so many years, or in listed years, or never.

    The first regular rise is at the beginning of ``from_year``, or after the first ``every_years``
    where that is 0. Every rise is on the amount of the year before.
    """

    percent_hundredths: Annotated[int, Meta(ge=0, le=100_000)] = 0
    every_years: Annotated[int, Meta(ge=1, le=70)] = 1
    from_year: Annotated[int, Meta(ge=0, le=70)] = 0
    listed: Annotated[tuple[Rise, ...], Meta(max_length=20)] = ()


class LotPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was decided of one lot; prices are fen in the declared unit triple.

    ``raise_max_fen``, ``ceiling_fen``, ``bond_fen`` and ``appraisal_fen`` (for one year, or for the
    whole of a sale) are 0 where there is none. ``payment_months`` is how many months are paid in
    advance each time, 0 the whole term at once. ``cut_ratio_max`` is the largest price cut in all
    that the resolution allows without a new vote.
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
    eligibility_zh: OptionalText = ""
    village_only: bool = False
    eligibility_ground_zh: OptionalText = ""
    priority_zh: OptionalText = ""
    escalator: Escalator = Escalator()
    payment_months: Annotated[int, Meta(ge=0, le=TERM_MONTHS_MAX)] = 12
    bond_fen: Amount = 0
    appraisal_fen: Amount = 0
    appraisal_day: OptionalDay = ""
    buy_back: bool = False
    condition_zh: OptionalText = ""
    defects_zh: OptionalText = ""
    handover_days: Annotated[int, Meta(ge=0, le=366)] = 0
    improvements_zh: OptionalText = ""
    viewing_zh: OptionalText = ""
    cut_ratio_max: Ratio = "0/1"


class Terms(Facet, frozen=True):
    """What bidders may rely on: the plan as published, and where it comes from.

    ``steps`` are the observation steps required of this lot. ``previous`` is the lot of the
    listing round before, empty in the first; ``version`` counts the notice's amendments from 1.
    """

    case: str
    notice: str
    plan: LotPlan
    quantity_thousandths: int
    quantity_unit: str
    place_zh: str
    extension_window_seconds: int
    extension_seconds: int
    steps: tuple[str, ...] = ()
    tier: Tier = "small"
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


class LotListed(Event, frozen=True, tag="lot_listed/1"):
    """A lot is listed under these terms; ``ledger`` is what the register says of its asset."""

    terms: Terms
    ledger: Ledger


class LotAmended(Event, frozen=True, tag="lot_amended/1"):
    """The terms of a lot that is open for registration, as they are from now on."""

    terms: Terms


class LotScheduled(Event, frozen=True, tag="lot_scheduled/1"):
    """The lot's instants were set, or set anew."""

    registration_until_us: int
    opens_us: int
    closes_us: int


def lot_listed(_terms: Terms | None, event: LotListed) -> Terms:
    """Fold the listing."""
    return event.terms


def lot_amended(_terms: Terms, event: LotAmended) -> Terms:
    """Fold an amendment."""
    return event.terms


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


def lot_stream(case: str, number: int, listing_round: int = 1) -> str:
    """Return the stream of lot ``number`` of ``case`` in a listing round."""
    again = f"r{listing_round}" if listing_round > 1 else ""
    return f"lot/{case}-{number}{again}"


def case_of_lot(lot_id: str) -> str:
    """Return the case of a lot; both ids are without their kind."""
    return lot_id.rpartition("-")[0]


def yearly_fen(plan: LotPlan, quantity_thousandths: int) -> int:
    """Return the start price for the whole lot and one year, rounded down to a fen.

    Prices for a whole term or a sale count once: they are the total that tiers look at. Goods are
    never converted: their appraisal counts, and what nobody appraised counts as the most there is.
    """
    unit = PriceUnit.parse(plan.price_unit)
    if unit.amount != "fen":
        return plan.appraisal_fen or MAX_FEN
    amount_fen = plan.start_price_fen
    if unit.per_quantity != "lot":
        amount_fen = amount_fen * quantity_thousandths // 1000
    return amount_fen * PERIODS_PER_YEAR.get(unit.per_period, 1)


def tier_of(value_fen: int, street_fen: int, district_fen: int) -> Tier:
    """Return the tier of a value; each threshold belongs to the tier it opens."""
    if value_fen >= district_fen:
        return "large"
    return "normal" if value_fen >= street_fen else "small"
