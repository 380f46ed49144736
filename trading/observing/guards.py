"""Guards of observing, and one guard per step that other subjects' edges require."""

from __future__ import annotations

from functools import partial

from trading.engine.context import Context
from trading.engine.definitions import step_guard
from trading.engine.registry import GuardSpec
from trading.observing.rules import STEPS, Panel, Roster, complete

_RULE = "domain brief 8"


def _members_distinct(context: Context) -> bool:
    members = context.data.members
    return len(set(members)) == len(members)


def _roster_large_enough(context: Context) -> bool:
    roster = context.find(Roster, f"roster/{context.data.org}")
    lot = context.states.get(f"lot/{context.data.lot}")
    if roster is None or lot is None:
        return False
    return len(roster.members) >= context.catalogue.pack(lot.pack).count("observers_count")


def _roster_of_owner(context: Context) -> bool:
    lot = context.states.get(f"lot/{context.data.lot}")
    return lot is not None and bool(lot.org == context.data.org)


def _on_panel(context: Context) -> bool:
    panel = context.find(Panel)
    return panel is not None and context.env.actor in panel.members


def _states_once(context: Context) -> bool:
    panel = context.find(Panel)
    made = panel.statements.get(context.data.step, ()) if panel else ()
    return all(statement.member != context.env.actor for statement in made)


def _refusal_reasoned(context: Context) -> bool:
    return bool(context.data.verdict == "seen" or context.data.reason_zh.strip())


def _observed(context: Context, step: str) -> bool:
    lot = context.stream.name.partition("/")[2]
    return complete(context.find(Panel, f"panel/{lot}"), step)


GUARDS = (
    GuardSpec("members_distinct_v1", _members_distinct, "members", _RULE),
    GuardSpec("roster_large_enough_v1", _roster_large_enough, "lot", _RULE),
    GuardSpec("roster_of_owner_v1", _roster_of_owner, "org", _RULE),
    GuardSpec("on_panel_v1", _on_panel, "actor", _RULE),
    GuardSpec("states_once_v1", _states_once, "step", _RULE),
    GuardSpec("refusal_reasoned_v1", _refusal_reasoned, "reason_zh", _RULE),
    *(
        GuardSpec(step_guard(step), partial(_observed, step=step), "observation", _RULE)
        for step in STEPS
    ),
)
