"""Money as integer fen, and the unit triple that every price carries.

Village prices come per lot, per mu or per square metre, for a year, a month or a whole term, and
sometimes in goods: so many jin of rice per mu per year. Prices are only compared within one
unit; nothing here converts.
"""

from __future__ import annotations

import re

import msgspec

from trading.base.errors import InvalidInput

FEN_PER_YUAN = 100
MAX_FEN = 10**15

_YUAN = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]{1,2}))?")
_MAX_TEXT = 32
_REMARK = re.compile(r"\s*[(,].*", re.DOTALL)
_MAX_UNIT_TEXT = 80

# What a faulty amount contains, looked for in this order, and the reason that is reported.
_FAULTS = (
    (re.compile(r"[^\x20-\x7e]"), "not_ascii"),
    (re.compile(r" "), "space"),
    (re.compile(r"[+-]"), "sign"),
    (re.compile(r","), "thousands_separator"),
    (re.compile(r"[0-9.][eE]"), "exponent"),
    (re.compile(r"0[0-9]+(\.[0-9]*)?$"), "leading_zero"),
    (re.compile(r"[0-9]+\.[0-9]{3,}$"), "too_many_decimals"),
)


def parse_yuan(text: str, field: str = "price") -> int:
    """Return the fen of an amount in yuan such as ``15600``, ``77880.3`` or ``0.50``.

    Only ASCII digits and one point before one or two decimals are taken. Raises InvalidInput
    with ``field`` and a ``reason``: ``empty``, ``not_ascii``, ``space``, ``sign``,
    ``thousands_separator``, ``exponent``, ``leading_zero``, ``too_many_decimals``, ``too_large``
    (over 10^15 fen) or ``malformed``.
    """
    matched = _YUAN.fullmatch(text) if len(text) <= _MAX_TEXT else None
    if not matched:
        raise InvalidInput(f"{field} is no amount", field=field, reason=_fault(text))
    fen = int(matched[1]) * FEN_PER_YUAN + int((matched[2] or "").ljust(2, "0"))
    if fen > MAX_FEN:
        raise InvalidInput(f"{field} is too large", field=field, reason="too_large")
    return fen


def _fault(text: str) -> str:
    """Name what is wrong with an amount that does not match."""
    if not text:
        return "empty"
    if len(text) > _MAX_TEXT:
        return "too_large" if text.isascii() and text.isdigit() else "malformed"
    for pattern, reason in _FAULTS:
        found = pattern.match(text) if reason == "leading_zero" else pattern.search(text)
        if found:
            return reason
    return "malformed"


def format_yuan(fen: int) -> str:
    """Write fen as yuan with two decimals and thousands separators: ``15,600.00``."""
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02d}"


def is_multiple(price_fen: int, base_fen: int, step_fen: int) -> bool:
    """Return whether a price is the base or a whole number of steps above it.

    Raises InvalidInput for a step under one fen.
    """
    if step_fen < 1:
        raise InvalidInput("the step must be positive", field="step_fen", reason="not_positive")
    return price_fen >= base_fen and (price_fen - base_fen) % step_fen == 0


AMOUNTS = {
    "fen": ("元", "CNY"),
    "jin_rice": ("斤稻谷", "jin of rice"),
}
QUANTITIES = {
    "lot": ("宗", "lot"),
    "mu": ("亩", "mu"),
    "m2": ("平方米", "m²"),
    "room": ("间", "room"),
    "unit": ("个", "unit"),
    "stall": ("摊位", "stall"),
    "bay": ("车位", "bay"),
}
PERIODS = {
    "year": ("年", "per year"),
    "half_year": ("半年", "per half-year"),
    "quarter": ("季", "per quarter"),
    "month": ("月", "per month"),
    "term": ("全期", "for the whole term"),
    "once": ("", ""),
}
_CURRENCY = "CNY"
_QUANTITY_ALIASES = {"sqm": "m2", "sqm_building": "m2", "bays": "bay"}
_PERIOD_ALIASES = {"term_total": "term"}
# Sums that published notices state for the lot as a whole.
_WHOLE_LOT = frozenset(
    {"CNY", "CNY all bays", "CNY project cost stated", "CNY total premium/revenue"}
)


class PriceUnit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Say what one unit of a price is: of what, per what quantity, per what period.

    ``amount`` is ``fen`` or the name of goods; ``per_period`` is ``once`` for a single sum.
    """

    amount: str
    per_quantity: str
    per_period: str

    def __post_init__(self) -> None:
        """Refuse a part that is not declared; raises InvalidInput."""
        known = (
            self.amount in AMOUNTS
            and self.per_quantity in QUANTITIES
            and self.per_period in PERIODS
        )
        if not known:
            raise InvalidInput("no such price unit", field="price_unit", reason="unknown_unit")

    @classmethod
    def parse(cls, text: str, field: str = "price_unit") -> PriceUnit:
        """Read ``CNY/mu/year``, ``jin_rice/mu/year``, ``CNY/lot``; a remark behind is dropped.

        A remark begins with a bracket or a comma. Raises InvalidInput for anything unknown.
        """
        stated = _REMARK.sub("", text[:_MAX_UNIT_TEXT]).strip()
        if stated in _WHOLE_LOT:
            return cls("fen", "lot", "once")
        parts = stated.split("/")
        if len(parts) == 2:  # noqa: PLR2004 - without a period it is a single sum
            parts.append("once")
        if len(parts) != 3 or parts[0] == "fen":  # noqa: PLR2004 - the three parts of the unit
            raise InvalidInput(f"no price unit {stated!r}", field=field, reason="unknown_unit")
        amount, quantity, period = parts
        try:
            return cls(
                "fen" if amount == _CURRENCY else amount,
                _QUANTITY_ALIASES.get(quantity, quantity),
                _PERIOD_ALIASES.get(period, period),
            )
        except InvalidInput:
            raise InvalidInput(
                f"no price unit {stated!r}", field=field, reason="unknown_unit"
            ) from None

    def __str__(self) -> str:
        """Write the unit as ``parse`` reads it."""
        amount = _CURRENCY if self.amount == "fen" else self.amount
        tail = "" if self.per_period == "once" else f"/{self.per_period}"
        return f"{amount}/{self.per_quantity}{tail}"

    def label(self, lang: str) -> str:
        """Return the unit for people: ``元/亩·年`` for ``zh``, ``CNY per mu per year`` for ``en``.

        Raises InvalidInput for another language.
        """
        if lang not in {"zh", "en"}:
            raise InvalidInput(f"no language {lang!r}", field="lang", reason="unknown_language")
        at = 0 if lang == "zh" else 1
        amount = AMOUNTS[self.amount][at]
        quantity = QUANTITIES[self.per_quantity][at]
        period = PERIODS[self.per_period][at]
        if lang == "zh":
            return f"{amount}/{quantity}·{period}" if period else f"{amount}/{quantity}"
        return f"{amount} per {quantity} {period}".rstrip()
