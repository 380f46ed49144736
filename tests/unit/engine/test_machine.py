"""Both steppers, one specification: the edge taken, and the traps of the library behind one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import pytest

from tests.unit.engine.samples import edge, flow, stall
from trading.engine.definitions import Transition
from trading.engine.machine import _ATTRIBUTE, MachineStepper, _Cursor
from trading.engine.table import TableStepper

Stepper = MachineStepper | TableStepper
STEPPERS = pytest.mark.parametrize("stepper", [MachineStepper, TableStepper])

LED = {"has_lead_v1": True, "observed_o7_v1": True}


def _dest(taken: Transition | None) -> str:
    return "" if taken is None else taken.dest


@STEPPERS
@pytest.mark.parametrize(
    ("state", "trigger", "results", "dest"),
    [
        ("new", "open", {"not_held_v1": True}, "bidding"),
        ("new", "open", {"not_held_v1": False}, ""),
        ("bidding", "end", LED, "posted"),
        ("bidding", "end", {**LED, "observed_o7_v1": False}, ""),
        ("bidding", "end", {**LED, "has_lead_v1": False}, "failed"),
        ("bidding", "end", {"has_lead_v1": False}, "failed"),
        ("bidding", "stop", {}, "failed"),
        ("posted", "stop", {}, "failed"),
        ("posted", "close", {"unasked_v1": False}, "done"),
        # another source, an unknown trigger, an unknown state: no step and no error
        ("new", "stop", {}, ""),
        ("done", "stop", {}, ""),
        ("new", "fly", {}, ""),
        ("nowhere", "stop", {}, ""),
        ("", "", {}, ""),
        # what is missing or not a truth value lets nothing pass, in either direction
        ("new", "open", {}, ""),
        ("bidding", "end", {}, ""),
        ("new", "open", {"not_held_v1": "yes"}, ""),
        ("new", "open", {"not_held_v1": 1}, ""),
        ("bidding", "end", {"has_lead_v1": None}, ""),
        ("bidding", "end", {"has_lead_v1": 0}, ""),
    ],
)
def test_the_edge_taken(
    stepper: type[Stepper], state: str, trigger: str, results: dict[str, Any], dest: str
) -> None:
    assert _dest(stepper(stall()).step(state, trigger, results)) == dest


@STEPPERS
def test_the_edge_itself_is_returned_and_not_its_source_or_twin(stepper: type[Stepper]) -> None:
    workflow = stall()
    taken = stepper(workflow).step("posted", "stop", {})
    assert taken is workflow.transitions[5]


@STEPPERS
def test_results_are_read_and_not_kept(stepper: type[Stepper]) -> None:
    steps, results = stepper(stall()), {"not_held_v1": True}
    assert _dest(steps.step("new", "open", results)) == "bidding"
    assert _dest(steps.step("new", "open", {})) == ""
    assert results == {"not_held_v1": True}


@STEPPERS
def test_names_that_the_library_uses_itself_are_free(stepper: type[Stepper]) -> None:
    triggers = ("state", "trigger", "initial", "model", "events", "to_done", "may_go", "results")
    steps = stepper(flow(*(edge(trigger, "new", "done") for trigger in triggers)))
    assert {_dest(steps.step("new", trigger, {})) for trigger in triggers} == {"done"}


@STEPPERS
def test_an_edge_may_return_to_its_state(stepper: type[Stepper]) -> None:
    workflow = flow(edge("note", "new", "new"), edge("go", "new", "done"))
    assert stepper(workflow).step("new", "note", {}) is workflow.transitions[0]


@STEPPERS
def test_a_dotted_guard_is_never_called(
    stepper: type[Stepper], capsys: pytest.CaptureFixture[str]
) -> None:
    workflow = flow(edge("go", "new", "done", guards=["builtins.print"], unless=["this.s"]))
    steps = stepper(workflow)
    assert steps.step("new", "go", {}) is None
    assert _dest(steps.step("new", "go", {"builtins.print": True, "this.s": False})) == "done"
    assert capsys.readouterr().out == ""


def test_the_library_itself_stands_where_the_edge_leads() -> None:
    workflow = flow(edge("note", "new", "new"), *stall().transitions, states=stall().states)
    steps = MachineStepper(workflow)
    for taken in workflow.transitions:
        results = {**dict.fromkeys(taken.all_guards, True), **dict.fromkeys(taken.unless, False)}
        cursor = _Cursor(taken.source, results)
        assert steps._events[taken.trigger].trigger(cursor, cursor) is True
        assert cursor.taken is taken
        assert getattr(cursor, _ATTRIBUTE) == taken.dest


def test_what_is_remembered_is_what_the_library_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    steps, results = MachineStepper(stall()), {"not_held_v1": True}
    taken = steps.step("new", "open", results)
    assert _dest(taken) == "bidding"
    monkeypatch.setattr(MachineStepper, "_walk", lambda *_: pytest.fail("walked again"))
    assert steps.step("new", "open", results) is taken


def test_a_number_never_finds_what_a_truth_value_was_answered() -> None:
    steps = MachineStepper(stall())
    odd: Any = {"not_held_v1": 1}
    assert _dest(steps.step("new", "open", {"not_held_v1": True})) == "bidding"
    assert steps.step("new", "open", odd) is None


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trading.engine.machine.REMEMBERED_MAX", 1)
    steps = MachineStepper(stall())
    for trigger in ("open", "stop", "fly"):
        steps.step("new", trigger, {"not_held_v1": True})
    assert len(steps._taken) == 1


def test_nothing_is_registered_with_the_machine() -> None:
    steps = MachineStepper(stall())
    machine = steps._events["stop"].machine
    before = {name: len(event.transitions) for name, event in machine.events.items()}
    for state, trigger in product(("new", "bidding", "nowhere"), ("open", "stop", "fly")):
        steps.step(state, trigger, {"not_held_v1": True})
    assert machine.models == []
    assert {name: len(event.transitions) for name, event in machine.events.items()} == before


def test_threads_share_a_machine() -> None:
    steps = MachineStepper(stall())

    def run(number: int) -> bool:
        lead = number % 2 == 0
        taken = steps.step("bidding", "end", {"has_lead_v1": lead, "observed_o7_v1": True})
        return _dest(taken) == ("posted" if lead else "failed")

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(run, range(2000)))
