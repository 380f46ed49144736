"""What a notice says of a lot, in the language of the page; what was written is quoted as it is."""

from __future__ import annotations

from trading.listing.rules import LotPlan, Terms
from trading.papers.reading import quantity, term
from trading.web.i18n import gettext as _
from trading.web.i18n import quoted
from trading.words.language import language

MONTHS_A_YEAR = 12


def told(terms: Terms) -> list[tuple[str, str]]:
    """Return the conditions of a lot by name, in the order in which people ask for them."""
    plan = terms.plan
    return [
        (_("坐落"), quoted(terms.place_zh) or "–"),
        (_("面积或数量"), area(terms.quantity_thousandths, terms.quantity_unit)),
        (_("用途"), quoted(plan.use_zh)),
        (_("租用或使用期限"), length(plan.term_months)),
        (_("竞买条件"), quoted(plan.eligibility_zh) or _("没有特别条件")),
        (_("优先权"), quoted(plan.priority_zh) or _("没有")),
        (_("现状"), quoted(plan.condition_zh) or _("以现状为准")),
        (_("瑕疵"), quoted(plan.defects_zh) or _("没有发现")),
        (_("看样"), viewing(plan)),
    ]


def viewing(plan: LotPlan) -> str:
    """Return when and how the object can be seen."""
    return quoted(plan.viewing_zh) or _("向交易中心预约")


def length(months: int) -> str:
    """Return a term in years and months."""
    if language() == "zh":
        return term(months)
    years, rest = divmod(months, MONTHS_A_YEAR)
    parts = [(years, "year"), (rest, "month")]
    said = [f"{n} {name}{'s' if n > 1 else ''}" for n, name in parts if n]
    return " ".join(said) or "once and for all"


def area(thousandths: int, unit: str) -> str:
    """Return an area or a number of things with its unit."""
    if language() == "zh":
        return quantity(thousandths, unit)
    number = quantity(thousandths, "").strip()
    return f"{number} {_UNITS.get(unit, unit)}"


_UNITS = {"sqm": "m²", "m2": "m²", "lot": "lot(s)", "room": "room(s)", "unit": "unit(s)",
          "stall": "stall(s)", "bay": "parking space(s)", "set": "set(s)"}  # fmt: skip
