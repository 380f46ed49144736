"""The live stepper: one shared machine of the library ``transitions`` per workflow.

A cursor walks through ``machine.events[trigger]`` and is forgotten: it is never registered as a
model, so nothing is built per lot and nothing leaks. The library would take a truthy answer for a
false one, raise on a wrong source and import a dotted name; so conditions are callables that read
the results computed before, compare them with ``is``, and a wrong source never reaches it.
What the library answered is remembered: a step is a function of place, trigger and results, and
the walk through the library costs ten times the look-up. Source: decision 9; architecture brief,
section 2.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from transitions import Machine

from trading.engine.definitions import Transition, Workflow

# No identifier of a definition begins with an underscore, and the library refuses a trigger that
# is named like this attribute; its own default, "state", is a trigger of ours.
_ATTRIBUTE = "_place"
REMEMBERED_MAX = 4096
_TRUTHS = frozenset((bool,))

Walked = tuple[str, str, tuple[tuple[str, bool], ...]]


class MachineStepper:
    """Step a workflow with ``transitions``; shared by all streams and safe to share by threads."""

    def __init__(self, workflow: Workflow) -> None:
        """Build the machine of ``workflow``, which the loader has checked."""
        machine = Machine(
            model=None,
            states=list(workflow.states),
            initial=None,
            auto_transitions=False,
            model_attribute=_ATTRIBUTE,
        )
        for edge in workflow.transitions:
            machine.add_transition(
                edge.trigger,
                edge.source,
                # Nothing is left or entered by an edge that returns; a bid is the commonest one.
                None if edge.dest == edge.source else edge.dest,
                conditions=partial(_passes, edge.all_guards, edge.unless),
                after=partial(_take, edge),
            )
        self._events = machine.events
        self._taken: dict[Walked, Transition | None] = {}

    def step(self, state: str, trigger: str, results: Mapping[str, bool]) -> Transition | None:
        """Return the edge taken from ``state`` by ``trigger``, None when none passes.

        ``results`` holds the result of every guard; one that is missing lets nothing pass. An
        unknown trigger, and a state that the trigger does not leave, give None as well.
        """
        # 1 == True would find what True was answered; only truth values are looked up.
        if not _TRUTHS.issuperset(map(type, results.values())):
            return self._walk(state, trigger, results)
        walked = (state, trigger, tuple(results.items()))
        try:
            return self._taken[walked]
        except KeyError:
            taken = self._walk(state, trigger, results)
        if len(self._taken) < REMEMBERED_MAX:
            self._taken[walked] = taken
        return taken

    def _walk(self, state: str, trigger: str, results: Mapping[str, bool]) -> Transition | None:
        event = self._events.get(trigger)
        if event is None or state not in event.transitions:
            return None
        cursor = _Cursor(state, results)
        event.trigger(cursor, cursor)
        return cursor.taken


class _Cursor:
    """What walks: where it stands, the guards' results, and the edge it took."""

    __slots__ = (_ATTRIBUTE, "results", "taken")

    def __init__(self, state: str, results: Mapping[str, bool]) -> None:
        setattr(self, _ATTRIBUTE, state)
        self.results = results
        self.taken: Transition | None = None


def _passes(guards: tuple[str, ...], unless: tuple[str, ...], cursor: _Cursor) -> bool:
    results = cursor.results
    for guard in guards:
        if results.get(guard) is not True:
            return False
    return all(results.get(guard) is False for guard in unless)


def _take(edge: Transition, cursor: _Cursor) -> None:
    cursor.taken = edge
