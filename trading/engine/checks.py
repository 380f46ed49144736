"""What a workflow must hold before anything may be decided by it: one function for each rule.

Each check raises the error of its first breach, in the order of the file. Besides names and
plain slips they prove what staff could otherwise cheat by: an edge that nobody was given, two
edges between which the order of the file would choose, a case that waits for nobody, and a path
that leaves out a step which the representatives must observe.

A workflow without final states is a standing register (a ledger, a roster): nothing in it waits
to be finished, so it may return to its first state and its states need only be writable.
Source: decisions 7 and 16; architecture brief, section 4.2; domain brief, section 8.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from trading.base import calendar
from trading.base.errors import AmbiguousEdge, DefinitionError, UnknownName, Unreachable
from trading.engine.definitions import Observation, Transition, Workflow

if TYPE_CHECKING:
    from trading.engine.loader import Names

STATES_MAX = 64
EDGES_MAX = 256
PERSONS = (1, 2)
CLOCK = "clock"
ENGINE_ROLES = frozenset({CLOCK, "writer"})
"""Roles of the engine itself: an edge of these alone has no person who could take it."""


def check(workflow: Workflow, names: Names) -> None:
    """Raise the error of the first check that ``workflow`` does not pass."""
    within_bounds(workflow)
    states_known(workflow)
    for named in NAMED:
        named(workflow, names)
    for formed in FORMED:
        formed(workflow)


def within_bounds(workflow: Workflow) -> None:
    """Refuse more than 64 states or 256 edges: nobody could review them."""
    for what, count, limit in (
        ("states", len(workflow.states), STATES_MAX),
        ("edges", len(workflow.transitions), EDGES_MAX),
    ):
        if count > limit:
            raise DefinitionError(
                f"{workflow.id}: {count} {what}, at most {limit}", what=what, count=count
            )


def states_known(workflow: Workflow) -> None:
    """Refuse a state that has no table of its own."""
    _known(workflow, "state", workflow.states, _states_named(workflow))


def roles_known(workflow: Workflow, names: Names) -> None:
    """Refuse a role that is not registered."""
    found = ((_edge(edge), role) for edge in workflow.transitions for role in edge.roles)
    _known(workflow, "role", names.roles, found)


def guards_known(workflow: Workflow, names: Names) -> None:
    """Refuse a guard that is not registered, those of the required steps included."""
    found = (
        (_edge(edge), guard)
        for edge in workflow.transitions
        for guard in (*edge.all_guards, *edge.unless)
    )
    _known(workflow, "guard", names.guards, found)


def steps_known(workflow: Workflow, names: Names) -> None:
    """Refuse an observation step that is not registered."""
    _known(workflow, "observation step", names.steps, _steps_named(workflow))


def instants_known(workflow: Workflow, names: Names) -> None:
    """Refuse a timer at an instant that is not registered."""
    found = ((_timer(t.source, t.trigger), t.at) for t in workflow.timers if t.at)
    _known(workflow, "instant", names.instants, found)


def policy_keys_known(workflow: Workflow, names: Names) -> None:
    """Refuse a timer after a period that is no declared policy key."""
    found = ((_timer(t.source, t.trigger), t.after) for t in workflow.timers if t.after)
    _known(workflow, "policy key", names.policy_keys, found)


def timers_limited(workflow: Workflow, names: Names) -> None:
    """Refuse a period that is not counted in time, or without bounds that can be computed."""
    for timer in workflow.timers:
        if timer.after:
            spec = names.policy_keys[timer.after]
            timed = bool(spec.units) and set(spec.units) <= set(calendar.UNITS)
            if not timed or not 0 <= spec.minimum <= spec.maximum <= calendar.MAX_COUNT:
                where = _timer(timer.source, timer.trigger)
                raise DefinitionError(
                    f"{workflow.id}: {where} has no limits: {timer.after!r} is no period"
                    f" of 0 to {calendar.MAX_COUNT} units of time",
                    where=where,
                    name=timer.after,
                )


def timers_fire(workflow: Workflow) -> None:
    """Refuse a timer whose trigger leaves no edge, or one that the clock may not take alone."""
    for timer in workflow.timers:
        where = _timer(timer.source, timer.trigger)
        edges = workflow.edges.get((timer.source, timer.trigger))
        if edges is None:
            raise UnknownName(
                f"{workflow.id}: {where}: no edge of this trigger leaves {timer.source!r}",
                where=where,
                name=timer.trigger,
            )
        if any(CLOCK not in edge.roles or edge.persons > 1 for edge in edges):
            raise DefinitionError(
                f"{workflow.id}: {where}: an edge is not for the role {CLOCK!r} alone to take",
                where=where,
            )


def roles_declared(workflow: Workflow) -> None:
    """Refuse an edge without roles: what nobody was given, nobody may do."""
    for edge in workflow.transitions:
        if not edge.roles:
            raise DefinitionError(f"{workflow.id}: {_edge(edge)} has no roles", where=_edge(edge))


def persons_countable(workflow: Workflow) -> None:
    """Refuse any number of persons but one and two."""
    for edge in workflow.transitions:
        if edge.persons not in PERSONS:
            raise DefinitionError(
                f"{workflow.id}: {_edge(edge)} takes {edge.persons} persons, not 1 or 2",
                where=_edge(edge),
            )


def edges_distinct(workflow: Workflow) -> None:
    """Refuse an edge that stands there twice."""
    for edges in workflow.edges.values():
        for edge, other in combinations(edges, 2):
            if edge == other:
                raise DefinitionError(
                    f"{workflow.id}: {_edge(edge)} stands there twice", where=_edge(edge)
                )


def edges_passable(workflow: Workflow) -> None:
    """Refuse an edge that wants one guard both true and false."""
    for edge in workflow.transitions:
        for guard in edge.unless:
            if guard in edge.all_guards:
                raise DefinitionError(
                    f"{workflow.id}: {_edge(edge)} can never be taken: {guard!r} must hold"
                    " and must not",
                    where=_edge(edge),
                    name=guard,
                )


def edges_complementary(workflow: Workflow) -> None:
    """Refuse two edges of one state and trigger unless a guard of one bars the other."""
    for edges in workflow.edges.values():
        for edge, other in combinations(edges, 2):
            if not _bars(edge, other) and not _bars(other, edge):
                raise AmbiguousEdge(
                    f"{workflow.id}: {_edge(edge)}: both to {edge.dest!r} and to {other.dest!r},"
                    " and no guard of one is an 'unless' of the other",
                    where=_edge(edge),
                )


def ends_closed(workflow: Workflow) -> None:
    """Refuse an edge out of a final state, and one into the initial state of what can end."""
    for edge in workflow.transitions:
        if edge.source in workflow.final:
            raise DefinitionError(
                f"{workflow.id}: {_edge(edge)}: a final state has no way out", where=_edge(edge)
            )
        if workflow.final and edge.dest == workflow.initial:
            raise DefinitionError(
                f"{workflow.id}: {_edge(edge)}: nothing returns to the initial state",
                where=_edge(edge),
            )


def states_reached(workflow: Workflow) -> None:
    """Refuse a state to which no path leads from the initial one."""
    for name in workflow.states:
        if _path(workflow.transitions, workflow.initial, name) is None:
            raise Unreachable(f"{workflow.id}: nothing leads to state {name!r}", state=name)


def states_left(workflow: Workflow) -> None:
    """Refuse a state from which no final state can be reached; in a register, one without edges."""
    sources = {edge.source for edge in workflow.transitions}
    for name in workflow.states:
        if not workflow.final and name not in sources:
            raise Unreachable(f"{workflow.id}: nothing can be done in state {name!r}", state=name)
        ends = (_path(workflow.transitions, name, end) for end in workflow.final)
        if workflow.final and all(path is None for path in ends):
            raise Unreachable(
                f"{workflow.id}: no final state can be reached from {name!r}", state=name
            )


def states_driven(workflow: Workflow) -> None:
    """Refuse a state that can end but waits for nobody: no person and no deadline leaves it.

    An edge that returns to its own state does not leave it. The initial state is exempt: what is
    in it does not exist yet.
    """
    if not workflow.final:
        return
    for name in workflow.states:
        if name == workflow.initial or name in workflow.final:
            continue
        leaving = [e for e in workflow.transitions if e.source == name and e.dest != name]
        deadlines = {timer.trigger for timer in workflow.timers_of.get(name, ())}
        if not any(set(e.roles) - ENGINE_ROLES or e.trigger in deadlines for e in leaving):
            raise Unreachable(
                f"{workflow.id}: no person and no deadline leaves state {name!r}", state=name
            )


def steps_kept(workflow: Workflow) -> None:
    """Refuse a path that avoids an observation step; show the shortest one.

    With the edges removed that require a step or declare it waived, the end must be out of reach
    from the start. The start itself may not be avoided either, and the end must be reachable, or
    the proof would be about nothing.
    """
    seen = workflow.observation
    if seen is None:
        return
    edges = workflow.transitions
    if _path(edges, seen.start, seen.end) is None:
        raise Unreachable(
            f"{workflow.id}: observation ends in {seen.end!r}, which {seen.start!r} never reaches",
            state=seen.end,
        )
    if not seen.steps:
        raise DefinitionError(f"{workflow.id}: observation has no steps")
    if workflow.initial != seen.start:
        around = [edge for edge in edges if edge.dest != seen.start]
        _refuse_path(workflow, around, workflow.initial, seen, seen.start)
    for step in seen.steps:
        open_edges = [e for e in edges if step not in e.requires and step not in e.waives]
        _refuse_path(workflow, open_edges, seen.start, seen, step)


NAMED: tuple[Callable[[Workflow, Names], None], ...] = (
    roles_known,
    guards_known,
    steps_known,
    instants_known,
    policy_keys_known,
    timers_limited,
)
"""The checks against what is registered, in the order in which they run."""

FORMED: tuple[Callable[[Workflow], None], ...] = (
    timers_fire,
    roles_declared,
    persons_countable,
    edges_distinct,
    edges_passable,
    edges_complementary,
    ends_closed,
    states_reached,
    states_left,
    states_driven,
    steps_kept,
)
"""The checks of form, in the order in which they run; names and states are known by then."""


def _known(
    workflow: Workflow, what: str, known: Iterable[str], found: Iterable[tuple[str, str]]
) -> None:
    registered = set(known)
    for where, name in found:
        if name not in registered:
            raise UnknownName(
                f"{workflow.id}: {where}: no {what} {name!r}", where=where, what=what, name=name
            )


def _states_named(workflow: Workflow) -> Iterator[tuple[str, str]]:
    yield "initial", workflow.initial
    yield from (("final", name) for name in workflow.final)
    for edge in workflow.transitions:
        yield _edge(edge), edge.source
        yield _edge(edge), edge.dest
    yield from ((_timer(timer.source, timer.trigger), timer.source) for timer in workflow.timers)
    if workflow.observation is not None:
        yield "observation", workflow.observation.start
        yield "observation", workflow.observation.end


def _steps_named(workflow: Workflow) -> Iterator[tuple[str, str]]:
    for edge in workflow.transitions:
        yield from ((_edge(edge), step) for step in (*edge.requires, *edge.waives))
    if workflow.observation is not None:
        yield from (("observation", step) for step in workflow.observation.steps)


def _edge(edge: Transition) -> str:
    return f"transition {edge.trigger!r} from {edge.source!r}"


def _timer(source: str, trigger: str) -> str:
    return f"timer {trigger!r} in {source!r}"


def _bars(edge: Transition, other: Transition) -> bool:
    return not set(edge.all_guards).isdisjoint(other.unless)


def _path(edges: Iterable[Transition], start: str, end: str) -> tuple[Transition, ...] | None:
    """Return a shortest path, the first in the order of the file, or None where there is none."""
    leaving: dict[str, list[Transition]] = {}
    for edge in edges:
        leaving.setdefault(edge.source, []).append(edge)
    paths: dict[str, tuple[Transition, ...]] = {start: ()}
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        for edge in leaving.get(state, ()):
            if edge.dest not in paths:
                paths[edge.dest] = (*paths[state], edge)
                waiting.append(edge.dest)
    return paths.get(end)


def _refuse_path(
    workflow: Workflow, edges: Iterable[Transition], start: str, seen: Observation, avoided: str
) -> None:
    path = _path(edges, start, seen.end)
    if path is not None:
        shown = start + "".join(f" -[{edge.trigger}]-> {edge.dest}" for edge in path)
        raise Unreachable(f"{workflow.id}: {shown} avoids {avoided}", path=shown, avoided=avoided)
