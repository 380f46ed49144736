"""What a form can say beforehand: the record knows it, and nobody has to copy it by hand.

What is filled in is only proposed; it is checked and decided like anything else.
"""

from __future__ import annotations

from typing import Any

import msgspec

from trading.awarding.guards import PLANNED
from trading.base.deadline import local_date
from trading.centre import Centre
from trading.engine.registry import CommandSpec
from trading.engine.stream import Stream
from trading.register.contracts import last_day
from trading.web.staff.forms import words
from trading.web.staff.forms.correcting import CORRECT, prefilled
from trading.web.staff.forms.shape import shape
from trading.web.staff.forms.typed import Values, typed

_OBJECTS = {
    "lot.sign": "lot", "case.amend": "case", "asset.update": "asset", CORRECT: "stream",
}  # fmt: skip


def object_of(spec: CommandSpec, name: str) -> str:
    """Return the stream that the form of ``spec`` is filled in from, empty where there is none."""
    kind = _OBJECTS.get(words.base(spec.kind), "")
    if kind == "stream":
        return name
    return f"{kind}/{name}" if kind and name else ""


def known(centre: Centre, spec: CommandSpec, state: Stream, field: str = "") -> Values:
    """Return what ``state`` says of the questions of ``spec``; a correction is of ``field``."""
    kind = words.base(spec.kind)
    if kind == CORRECT:
        return prefilled(centre, state, field)
    data: dict[str, Any] = {}
    if kind == "lot.sign":
        data = _contract(centre, state)
    elif kind == "case.amend":
        data = _plans(state)
    elif kind == "asset.update":
        data = {"description": _body(state.facets["asset"])}
    return typed(shape(spec.struct), data)


def name_field(spec: CommandSpec) -> str:
    """Return the question that names the object, empty where the form is not filled in."""
    return _OBJECTS.get(words.base(spec.kind), "")


def _contract(centre: Centre, state: Stream) -> dict[str, Any]:
    """Return the contract that equals notice and award, from today on."""
    terms, award = state.facets.get("terms"), state.facets.get("award")
    if terms is None or award is None:
        return {}
    starts, months = local_date(centre.clock.now_us()), terms.plan.term_months
    planned = {name: msgspec.to_builtins(getattr(terms.plan, name)) for name in PLANNED}
    return {
        "contract": {
            **planned, "quantity_thousandths": terms.quantity_thousandths,
            "quantity_unit": terms.quantity_unit, "price_fen": award.price_fen,
            "bidder": award.bidder, "starts_day": str(starts),
            "ends_day": str(last_day(starts, months)) if months else "",
        }
    }  # fmt: skip


def _plans(state: Stream) -> dict[str, Any]:
    """Return the lots and the times of the notice in force."""
    case = state.facets["case"]
    if case.notice is None:
        return {}
    times = ("registration_until_us", "opens_us", "closes_us")
    return {
        "lots": [_body(plan) for plan in case.lots],
        **{name: getattr(case.notice, name) for name in times},
    }


def _body(struct: Any) -> dict[str, Any]:
    return {
        name: msgspec.to_builtins(getattr(struct, name)) for name in struct.__struct_fields__
    }  # fmt: skip
