"""What a price comes to: amounts for a year, for every payment and for the whole term.

A price is only ever multiplied by its quantity and its whole months; goods stay goods. Each amount
that is to be paid is rounded to a fen (half a fen up), and the total is the sum of the payments,
so that what a reader adds up is what the contract says. Every amount carries the formula it
follows from, in both languages. Source: domain brief 4.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby

import msgspec

from trading.base.money import PriceUnit, format_yuan
from trading.listing.rules import Escalator, LotPlan, Terms
from trading.register.rent import MONTHS_OF, Instalments

_YEAR_MONTHS = 12
_BASE = 10_000


class Rent(msgspec.Struct, frozen=True):
    """A price with everything that its amounts follow from.

    ``price_fen`` is fen in the unit triple ``price_unit``, or hundredths of its goods;
    ``payment_months`` is how many months are paid in advance each time, 0 the whole term.
    """

    price_fen: int
    price_unit: str
    quantity_thousandths: int
    term_months: int
    payment_months: int = 12
    escalator: Escalator = Escalator()


class Sum(msgspec.Struct, frozen=True):
    """An amount, and the formula it follows from for people."""

    amount_fen: int
    formula_zh: str
    formula_en: str


class Payment(msgspec.Struct, frozen=True):
    """The ``number``-th payment, for ``months`` whole months from month ``first_month``, from 1."""

    number: int
    first_month: int
    months: int
    due: Sum


def rent_for(plan: LotPlan, quantity_thousandths: int) -> Rent:
    """Return the rent of a plan at its start price."""
    return Rent(
        plan.start_price_fen, plan.price_unit, quantity_thousandths, plan.term_months,
        plan.payment_months, plan.escalator,
    )  # fmt: skip


def rent_of(terms: Terms, price_fen: int) -> Rent:
    """Return the rent of a lot at ``price_fen``."""
    rent = rent_for(terms.plan, terms.quantity_thousandths)
    return msgspec.structs.replace(rent, price_fen=price_fen)


def for_months(rent: Rent, months: int) -> Sum:
    """Return what ``months`` months cost at the price of the first year, as deposits count."""
    return _sum(rent, [(months, ())])


def payments(rent: Rent) -> tuple[Payment, ...]:
    """Return the payments of the whole term; the last one may be for fewer months.

    A price for the whole term, or of a sale, is one payment; where no term is agreed, that of the
    first period is all that can be said.
    """
    period = _period_months(rent)
    if not period or not rent.term_months:
        months = rent.term_months or period
        return (Payment(1, 1, months, for_months(rent, months)),)
    step = rent.payment_months or rent.term_months
    found = []
    for number, done in enumerate(range(0, rent.term_months, step), 1):
        months = min(step, rent.term_months - done)
        found.append(Payment(number, done + 1, months, _sum(rent, _stretches(rent, done, months))))
    return tuple(found)


def total(rent: Rent) -> Sum:
    """Return the sum of all payments."""
    dues = [payment.due for payment in payments(rent)]
    if len(dues) == 1:
        return dues[0]
    amount_fen = sum(due.amount_fen for due in dues)
    runs = [(fen, len(list(run))) for fen, run in groupby(due.amount_fen for due in dues)]
    zh, en = _goods(rent)
    parts_zh = " + ".join(f"{count}期 × {format_yuan(fen)}{zh}" for fen, count in runs)
    parts_en = " + ".join(f"{count} × {format_yuan(fen)} {en}" for fen, count in runs)
    whole = format_yuan(amount_fen)
    return Sum(amount_fen, f"{parts_zh} = {whole}{zh}", f"{parts_en} = {whole} {en}")


def schedule(rent: Rent) -> tuple[Instalments, ...]:
    """Return the payments as the register keeps them: runs of equal amounts."""
    due = payments(rent)
    step = due[0].months if len(due) > 1 else 0
    runs = (list(run) for _fen, run in groupby(due, lambda payment: payment.due.amount_fen))
    return tuple(
        Instalments(run[0].first_month - 1, step if len(run) > 1 else 0, len(run),
                    run[0].due.amount_fen)
        for run in runs
    )  # fmt: skip


def rises(escalator: Escalator, year: int) -> tuple[int, ...]:
    """Return the rises in force in ``year``, counted from 1, in hundredths of a per cent."""
    listed = [rise.percent_hundredths for rise in escalator.listed if rise.year <= year]
    first = escalator.from_year or escalator.every_years + 1
    if not escalator.percent_hundredths or year < first:
        return tuple(listed)
    count = (year - first) // escalator.every_years + 1
    return (*listed, *(escalator.percent_hundredths,) * count)


def is_sound(escalator: Escalator) -> bool:
    """Tell whether the rises are either regular or listed, the listed ones year after year."""
    years = [rise.year for rise in escalator.listed]
    ordered = years == sorted(set(years))
    return ordered and not (years and escalator.percent_hundredths) and escalator.from_year != 1


def _period_months(rent: Rent) -> int:
    return MONTHS_OF.get(PriceUnit.parse(rent.price_unit).per_period, 0)


def _stretches(rent: Rent, done: int, months: int) -> list[tuple[int, tuple[int, ...]]]:
    """Return (months, rises) of each stretch of months after ``done`` with the same rises."""
    in_force = (
        rises(rent.escalator, month // _YEAR_MONTHS + 1) for month in range(done, done + months)
    )
    return [(len(list(run)), found) for found, run in groupby(in_force)]


def _sum(rent: Rent, stretches: list[tuple[int, tuple[int, ...]]]) -> Sum:
    unit, period = PriceUnit.parse(rent.price_unit), _period_months(rent)
    base = Fraction(rent.price_fen)
    if unit.per_quantity != "lot":
        base *= Fraction(rent.quantity_thousandths, 1000)
    exact = Fraction(0)
    for months, found in stretches:
        exact += base * (Fraction(months, period) if period else 1) * _factor(found)
    amount_fen = int(exact + Fraction(1, 2))
    zh, en = _goods(rent)
    whole = format_yuan(amount_fen)
    parts_zh = " + ".join(_part(rent, months, found, "zh") for months, found in stretches)
    parts_en = " + ".join(_part(rent, months, found, "en") for months, found in stretches)
    return Sum(amount_fen, f"{parts_zh} = {whole}{zh}", f"{parts_en} = {whole} {en}")


def _factor(found: tuple[int, ...]) -> Fraction:
    factor = Fraction(1)
    for hundredths in found:
        factor *= Fraction(_BASE + hundredths, _BASE)
    return factor


def _part(rent: Rent, months: int, found: tuple[int, ...], lang: str) -> str:
    """Write one stretch: price × quantity × months ÷ months of the period × rises."""
    unit, period = PriceUnit.parse(rent.price_unit), _period_months(rent)
    space = "" if lang == "zh" else " "
    parts = [f"{format_yuan(rent.price_fen)}{space}{unit.label(lang)}"]
    if unit.per_quantity != "lot":
        parts.append(_decimal(rent.quantity_thousandths, 3))
    if period:
        parts.append(f"{months}{'个月' if lang == 'zh' else ' months'}")
    text = " × ".join(parts) + (f" ÷ {period}" if period > 1 else "")
    for hundredths, run in groupby(found):
        count = len(list(run))
        power = f"^{count}" if count > 1 else ""
        text += f" × {_decimal(_BASE + hundredths, 4)}{power}"
    return text


def _goods(rent: Rent) -> tuple[str, str]:
    """Return what is paid, for people: ``元`` and ``CNY``, or the name of the goods."""
    unit = PriceUnit.parse(rent.price_unit)
    return unit.label("zh").partition("/")[0], unit.label("en").partition(" per ")[0]


def _decimal(value: int, places: int) -> str:
    """Write ``value`` divided by ten to ``places``, without the zeros at its end."""
    whole, rest = divmod(value, 10**places)
    tail = f"{rest:0{places}d}".rstrip("0")
    return f"{whole:,}.{tail}" if tail else f"{whole:,}"
