"""The table and the machine, written apart, answer alike on every definition (decision 9)."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.engine.samples import RANDOM_NAMES, SHIPPED, names_in, workflows
from trading.engine import checks
from trading.engine.definitions import Transition, Workflow
from trading.engine.loader import load
from trading.engine.machine import MachineStepper
from trading.engine.table import TableStepper

ALL_GUARDS_MAX = 8

RESULTS = st.sampled_from((True, False))
ODD_RESULTS = st.sampled_from((True, False, None, 1, 0, "yes", ""))


class Both:
    """Both steppers of one workflow, and the rule itself as a third opinion."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.machine, self.table = MachineStepper(workflow), TableStepper(workflow)

    def places(self) -> list[tuple[str, str]]:
        """Return every pair of state and trigger, unknown ones too."""
        triggers = sorted({edge.trigger for edge in self.workflow.transitions})
        return [*product((*self.workflow.states, "nowhere"), (*triggers, "fly"))]

    def guards(self, state: str, trigger: str) -> tuple[str, ...]:
        return self.workflow.guards_of.get((state, trigger), ())

    def step(self, state: str, trigger: str, results: dict[str, Any]) -> Transition | None:
        """Return what both answer; a valid workflow lets one edge pass at most."""
        taken = self.machine.step(state, trigger, results)
        assert self.table.step(state, trigger, results) is taken
        passing = [
            edge
            for edge in self.workflow.transitions
            if (edge.source, edge.trigger) == (state, trigger)
            and all(results.get(guard) is True for guard in edge.all_guards)
            and all(results.get(guard) is False for guard in edge.unless)
        ]
        assert passing == ([] if taken is None else [taken])
        return taken


BOTH = {name: Both(load(text, names_in(text))) for name, text in SHIPPED.items()}


@given(st.data())
def test_they_agree_on_random_workflows(data: st.DataObject) -> None:
    workflow = data.draw(workflows())
    checks.check(workflow, RANDOM_NAMES)
    both = Both(workflow)
    guards = {guard for found in workflow.guards_of.values() for guard in found}
    plain = data.draw(st.fixed_dictionaries(dict.fromkeys(sorted(guards), RESULTS)))
    odd = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(sorted(guards), ODD_RESULTS)))
    for state, trigger in both.places():
        for results in ({}, dict.fromkeys(guards, True), dict.fromkeys(guards, False), plain, odd):
            both.step(state, trigger, results)


@pytest.mark.parametrize("both", BOTH.values(), ids=BOTH)
def test_they_agree_on_the_shipped_workflows(both: Both) -> None:
    taken = set()
    for state, trigger in both.places():
        guards = both.guards(state, trigger)
        some = guards[:ALL_GUARDS_MAX]
        for truth in product((True, False), repeat=len(some)):
            results = {**dict.fromkeys(guards, True), **dict(zip(some, truth, strict=True))}
            taken.add(both.step(state, trigger, results))
    assert taken - {None} == set(both.workflow.transitions)


@pytest.mark.parametrize("both", BOTH.values(), ids=BOTH)
@given(data=st.data())
def test_they_agree_on_any_results(both: Both, data: st.DataObject) -> None:
    state, trigger = data.draw(st.sampled_from(both.places()))
    guards = both.guards(state, trigger)
    results = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(guards, ODD_RESULTS)))
    both.step(state, trigger, results)
