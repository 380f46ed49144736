"""When rent falls due, what of it is late, and when a contract comes to its end.

A schedule is a few runs of equal instalments, so that seventy years of monthly rent stay small in
an entry. Amounts are integers of the price unit's own measure: fen, or goods that are never
converted. Months are counted as 民法典 202 does: to the same day, or the last of a shorter month.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from trading.base.deadline import day_start_us
from trading.base.money import MAX_FEN, PriceUnit

TERM_MONTHS_MAX = 70 * 12
RUNS_MAX = 80
BOND = 0
"""The number under which the bond is received; instalments count from 1."""
MONTHS_OF = {"year": 12, "half_year": 6, "quarter": 3, "month": 1}
_AREA_BANDS = (1, 10, 50, 100, 500, 1000, 5000)

Months = Annotated[int, Meta(ge=0, le=TERM_MONTHS_MAX)]


class Instalments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``count`` equal amounts, the first due ``from_month`` months after the start."""

    from_month: Months
    every_months: Months
    count: Annotated[int, Meta(ge=1, le=TERM_MONTHS_MAX)]
    amount_fen: Annotated[int, Meta(gt=0, le=MAX_FEN)]


class Instalment(NamedTuple):
    """One amount of a schedule: its number from 1, its day and how much."""

    number: int
    day: date
    amount_fen: int


class Arrears(NamedTuple):
    """What is late on a day: how much, and how many days the oldest unpaid amount is."""

    fen: int
    days: int


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later or earlier, the last of the month if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def level_schedule(
    unit: PriceUnit, price_fen: int, quantity_thousandths: int, term_months: int
) -> tuple[Instalments, ...]:
    """Return the schedule of an unchanging price, each period paid when it begins.

    Amounts are rounded down; a last period that is not full counts by its months.
    """
    whole = unit.per_quantity == "lot"
    amount_fen = price_fen if whole else price_fen * quantity_thousandths // 1000
    every = MONTHS_OF.get(unit.per_period)
    if every is None or not term_months:
        return (Instalments(0, 0, 1, amount_fen),)
    count, rest = divmod(term_months, every)
    full = (Instalments(0, every, count, amount_fen),) if count else ()
    part_fen = amount_fen * rest // every
    return full + ((Instalments(count * every, 0, 1, part_fen),) if part_fen else ())


def instalments(schedule: tuple[Instalments, ...], starts: date) -> Iterator[Instalment]:
    """Yield every instalment of ``schedule`` in its order, numbered from 1."""
    number = 0
    for run in schedule:
        for n in range(run.count):
            number += 1
            months = run.from_month + n * run.every_months
            yield Instalment(number, add_months(starts, months), run.amount_fen)


def paid_of(paid_fen: tuple[int, ...], number: int) -> int:
    """Return what was received under ``number``."""
    return paid_fen[number] if number < len(paid_fen) else 0


def unpaid(
    schedule: tuple[Instalments, ...], starts: date, paid_fen: tuple[int, ...], through: int = 0
) -> Iterator[Instalment]:
    """Yield what is still to be paid of each instalment after number ``through``."""
    for one in instalments(schedule, starts):
        rest_fen = one.amount_fen - paid_of(paid_fen, one.number)
        if one.number > through and rest_fen > 0:
            yield one._replace(amount_fen=rest_fen)


def arrears(left: Iterable[Instalment], day: date) -> Arrears:
    """Return what is late on ``day``: an instalment may still be paid on the day it is due."""
    late = [one for one in left if one.day < day]
    days = ((day - one.day).days for one in late)
    return Arrears(sum(one.amount_fen for one in late), max(days, default=0))


def ladder_us(after: date, months: tuple[int, ...], at_us: int) -> tuple[int, ...]:
    """Return when each rung of the expiry ladder is reached, and at last the end itself.

    ``after`` is the first day that is no longer of the term, ``months`` what the pack says. What
    lies before ``at_us``, when the contract came to the register, is reached there.
    """
    rungs = [add_months(after, -count) for count in sorted(months, reverse=True)]
    return tuple(max(at_us, day_start_us(day)) for day in (*rungs, after))


def unit_year_fen(
    unit: PriceUnit, price_fen: int, quantity_thousandths: int, term_months: int
) -> int:
    """Return the price of one unit of area and one year, rounded down; 0 where it has none."""
    months = MONTHS_OF.get(unit.per_period, term_months)
    if not months or not quantity_thousandths:
        return 0
    per_lot = unit.per_quantity == "lot"
    units_thousandths = quantity_thousandths if per_lot else 1000
    return price_fen * 1000 * 12 // (units_thousandths * months)


def area_band(quantity_thousandths: int) -> int:
    """Return in which band of size a quantity lies, so that like is compared with like."""
    return sum(quantity_thousandths > limit * 1000 for limit in _AREA_BANDS)
