"""Guards of observing, and one guard per step that other subjects' edges require."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from trading.base.signature import verify
from trading.base.units import HOUR_US
from trading.bidding.rules import Sale
from trading.engine.context import Context
from trading.engine.definitions import step_guard
from trading.engine.registry import GuardSpec
from trading.listing.rules import Terms, case_of_lot
from trading.observing.draws import commitment_of
from trading.observing.facts import conflicts_known, signing_device, stated, waived_steps
from trading.observing.rules import (
    DEVICE_KEY,
    STEPS,
    Opening,
    Panel,
    Roster,
    complete,
    opening_showing,
    statement_bytes,
)

_RULE = "domain brief 8"
_START = ("listed", "qualifying", "stalled", "ready")
_RESULT = (*_START, "thin", "negotiating", "bidding")
_PUBLICITY = (*_RESULT, "provisional", "confirmed", "publicity")
TOO_EARLY = {
    "O4": ("listed",),
    "O5": ("listed",),
    "O6": _START,
    "O7": _RESULT,
    "O8": _RESULT,
    "O9": _PUBLICITY,
    "O10": (*_PUBLICITY, "cleared", "awarded"),
    "O11": (*_PUBLICITY, "cleared", "awarded", "contracted"),
}
"""Places of a lot in which what a step is about has not happened yet."""


def _members_distinct(context: Context) -> bool:
    members = [row.member for row in context.data.rows]
    return len(set(members)) == len(members)


def _roster_ordered(context: Context) -> bool:
    keys = [(row.group, row.number) for row in context.data.rows]
    return all(key < after for key, after in pairwise(keys))


def _roster_large_enough(context: Context) -> bool:
    roster = context.find(Roster, f"roster/{context.data.org}")
    return roster is not None and len(roster.rows) >= context.policy("observers_count")


def _roster_of_owner(context: Context) -> bool:
    return bool(context.stream.org == context.data.org)


def _on_roster(context: Context) -> bool:
    roster = context.of(Roster, f"roster/{context.of(Panel).org}")
    return any(row.member == context.data.member for row in roster.rows)


def _caller_apart(context: Context) -> bool:
    return context.another_person(context.of(Panel).committed_by)


def _seed_opens(context: Context) -> bool:
    return commitment_of(context.data.seed) == context.of(Panel).commitment


def _roster_unchanged(context: Context) -> bool:
    panel = context.of(Panel)
    return context.of(Roster, f"roster/{panel.org}").digest == panel.roster_digest


def _enough_eligible(context: Context) -> bool:
    panel = context.of(Panel)
    barred = {*panel.excluded, *conflicts_known(context)}
    rows = context.of(Roster, f"roster/{panel.org}").rows
    left = [row for row in rows if row.member not in barred]
    return bool(len(left) >= context.policy("observers_count"))


def _lots_of_notice(context: Context) -> bool:
    lots: tuple[str, ...] = context.data.lots
    if len(set(lots)) != len(lots):
        return False
    return all(case_of_lot(lot) == context.data.case and _running(context, lot) for lot in lots)


def _running(context: Context, lot: str) -> bool:
    state = context.states.get(f"lot/{lot}")
    return state is not None and state.place not in context.catalogue.workflow(state.workflow).final


def _step_due(context: Context) -> bool:
    early = TOO_EARLY.get(context.data.step, ())
    return all(context.place(f"lot/{lot}") not in early for lot in context.data.lots)


def _evidence_new(context: Context) -> bool:
    return opening_showing(context.of(Panel), context.data.step, context.data.shown) is None


def _on_panel(context: Context) -> bool:
    return context.env.actor in context.of(Panel).members


def _opening(context: Context) -> Opening | None:
    return opening_showing(context.of(Panel), context.data.step, context.data.shown)


def _shown_as_opened(context: Context) -> bool:
    return _opening(context) is not None


def _lots_as_opened(context: Context) -> bool:
    opening, data = _opening(context), context.data
    if opening is None:
        return True
    if data.lot:
        return data.lot in opening.lots and not data.except_lots
    return bool(set(data.except_lots) < set(opening.lots))


def _states_once(context: Context) -> bool:
    opening, data = _opening(context), context.data
    if opening is None:
        return True
    lots = (data.lot,) if data.lot else set(opening.lots) - set(data.except_lots)
    return not any(
        statement.member == context.env.actor and statement.covers(lot)
        for statement in opening.statements
        for lot in lots
    )


def _refusal_reasoned(context: Context) -> bool:
    return bool(context.data.verdict == "seen" or context.data.reason_zh.strip())


def _signature_valid(context: Context) -> bool:
    data = context.data
    if data.assurance != DEVICE_KEY:
        return not data.device and not data.signature
    device = signing_device(context)
    if device is None or not device.usable:
        return False
    message = statement_bytes(data.case, data.step, data.shown, stated(context), data.reason_zh)
    return verify(device.algorithm, device.public_key, message, data.signature)


def _quorum_missed(context: Context) -> bool:
    opening = _opening(context)
    wait_us = context.policy("observers_retry_hours") * HOUR_US
    return opening is None or bool(context.at_us >= opening.opened_us + wait_us)


def _member_seated(context: Context) -> bool:
    return context.data.member in context.of(Panel).members


def _waivable_here(context: Context) -> bool:
    workflow = context.catalogue.workflow(context.stream.workflow)
    edges = workflow.edges[context.stream.place, "waive"]
    return any(context.data.step in edge.waives for edge in edges)


def _step_missing(context: Context) -> bool:
    return not _observed(context, context.data.step)


BEFORE_THE_CLOSE = frozenset({"O1", "O2", "O3"})


def _observed(context: Context, step: str) -> bool:
    """Tell whether nothing is left to observe: not required, waived, or complete for this lot."""
    terms = context.find(Terms)
    if (terms is not None and step not in terms.steps) or step in waived_steps(context):
        return True
    lot = context.stream.name.partition("/")[2]
    panel = context.find(Panel, f"panel/{case_of_lot(lot)}")
    weak_ratio = context.policy("session_code_max_ratio")
    return complete(panel, step, lot, weak_ratio, _counts_since(context, step))


def _counts_since(context: Context, step: str) -> int:
    """Return since when an opening of ``step`` counts, 0 where any does."""
    # What was seen before the registration closed is not touched when a result falls.
    if step in BEFORE_THE_CLOSE:
        return 0
    rerun_us: int = context.fact("rerun_us")
    sale = context.find(Sale)
    # Who saw the winner has not seen the runner-up; the opening of the bidding was the same.
    return max(rerun_us, sale.offered_us) if sale and step == "O7" else rerun_us


GUARDS = (
    GuardSpec("members_distinct_v1", _members_distinct, "rows", _RULE),
    GuardSpec("roster_ordered_v1", _roster_ordered, "rows", _RULE),
    GuardSpec("roster_large_enough_v1", _roster_large_enough, "org", _RULE),
    GuardSpec("roster_of_owner_v1", _roster_of_owner, "org", _RULE),
    GuardSpec("on_roster_v1", _on_roster, "member", _RULE),
    GuardSpec("caller_apart_v1", _caller_apart, "actor", "ADR 0009"),
    GuardSpec("seed_opens_v1", _seed_opens, "seed", "ADR 0009"),
    GuardSpec("roster_unchanged_v1", _roster_unchanged, "case", "ADR 0009"),
    GuardSpec("enough_eligible_v1", _enough_eligible, "case", _RULE),
    GuardSpec("lots_of_notice_v1", _lots_of_notice, "lots", "ADR 0009"),
    GuardSpec("step_due_v1", _step_due, "step", _RULE),
    GuardSpec("evidence_new_v1", _evidence_new, "shown", "decision 18"),
    GuardSpec("on_panel_v1", _on_panel, "actor", _RULE),
    GuardSpec("shown_as_opened_v1", _shown_as_opened, "shown", "decision 18"),
    GuardSpec("lots_as_opened_v1", _lots_as_opened, "except_lots", "ADR 0009"),
    GuardSpec("states_once_v1", _states_once, "step", _RULE),
    GuardSpec("refusal_reasoned_v1", _refusal_reasoned, "reason_zh", _RULE),
    GuardSpec("signature_valid_v1", _signature_valid, "signature", "decision 18"),
    GuardSpec("quorum_missed_v1", _quorum_missed, "step", _RULE),
    GuardSpec("member_seated_v1", _member_seated, "member", _RULE),
    GuardSpec("waivable_here_v1", _waivable_here, "step", _RULE),
    GuardSpec("step_missing_v1", _step_missing, "step", _RULE),
    *(
        GuardSpec(step_guard(step), partial(_observed, step=step), "observation", _RULE)
        for step in STEPS
    ),
)
