"""Guards of disputes: who may object, until when, and what a ruling may order."""

from __future__ import annotations

from trading.bidding.rules import Roll, bidder_number
from trading.disputes.rules import (
    COMPLAINT,
    DISPUTABLE,
    RERUN_FROM,
    Disputes,
    Objection,
)
from trading.engine.context import Context
from trading.engine.registry import GuardSpec

_RULES = "招标投标法实施条例 54, 60-62"
_ROW_19 = "domain brief 6, row 19"


def _disputable(context: Context) -> bool:
    """An objection while the result is posted; a complaint within its days of the posting."""
    lot = f"lot/{context.data.lot}"
    place = context.place(lot)
    if context.data.kind == COMPLAINT:
        until_us = context.seen_from(lot).fact("complaint_end_us") if place in DISPUTABLE else 0
        return bool(context.at_us < until_us)
    return place == "publicity"


def _party(context: Context) -> bool:
    """Staff and representatives bring what residents say; a bidder must be one of this lot."""
    if context.env.role != "bidder":
        return True
    roll = context.find(Roll, f"roll/{context.data.lot}")
    return roll is not None and bidder_number(context.env.actor) in roll.listed.values()


def _numbered(context: Context) -> bool:
    disputes = context.find(Disputes, f"lot/{context.data.lot}") or Disputes()
    return bool(context.data.number == disputes.count + 1)


def _filed_as(name: str) -> GuardSpec:
    def check(context: Context) -> bool:
        return any(document.name == name for document in context.env.docs)

    return GuardSpec(f"{name}_filed_v1", check, "docs", _RULES)


def _own(context: Context) -> bool:
    objection = context.find(Objection)
    return objection is not None and objection.by == context.env.actor


def _remedy_possible(context: Context) -> bool:
    """Only a result that was not awarded yet is run again, without those who are struck."""
    data, lot = context.data, f"lot/{context.data.lot}"
    if data.remedy == "void":
        return not data.struck and context.place(lot) in DISPUTABLE
    roll = context.find(Roll, f"roll/{data.lot}") or Roll()
    return (
        context.place(lot) in RERUN_FROM
        and len(set(data.struck)) == len(data.struck)
        and set(data.struck) <= set(roll.qualified)
    )


def _none_open(context: Context) -> bool:
    return not (context.find(Disputes) or Disputes()).open


def _none_admitted(context: Context) -> bool:
    return not (context.find(Disputes) or Disputes()).admitted


GUARDS = (
    GuardSpec("disputable_v1", _disputable, "lot", _RULES),
    GuardSpec("party_v1", _party, "actor", _RULES),
    GuardSpec("objection_numbered_v1", _numbered, "number", "decision 3"),
    _filed_as("objection"),
    _filed_as("answer"),
    GuardSpec("own_objection_v1", _own, "actor", _ROW_19),
    GuardSpec("remedy_possible_v1", _remedy_possible, "remedy", _ROW_19),
    GuardSpec("no_open_objection_v1", _none_open, "lot", "domain brief 6, row 20"),
    GuardSpec("no_admitted_objection_v1", _none_admitted, "lot", _ROW_19),
)
