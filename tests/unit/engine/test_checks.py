"""Every check refuses the smallest workflow that breaks it and lets its twin pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from tests.unit.engine.breaches import CLOCKED, FORM, NAMING, OBSERVED, Case, seen, timed
from tests.unit.engine.path_breaches import PATHS
from tests.unit.engine.samples import NAMES, SHIPPED, edge, flow, names_in, stall
from trading.base.errors import DefinitionError, UnknownName, Unreachable
from trading.engine import builtin, checks
from trading.engine.definitions import State, Workflow
from trading.engine.loader import Names, load
from trading.engine.policy_keys import KEYS, KeySpec

CASES = FORM + NAMING + PATHS


def _ids(cases: list[Case]) -> list[str]:
    return [f"{number}-{case.check}" for number, case in enumerate(cases)]


def _check_alone(case: Case) -> Callable[[Workflow], None]:
    check: Callable[..., None] = getattr(checks, case.check)
    return (lambda workflow: check(workflow, NAMES)) if check in checks.NAMED else check


@pytest.mark.parametrize("case", CASES, ids=_ids(CASES))
def test_a_breach_is_refused_and_its_twin_passes(case: Case) -> None:
    alone = _check_alone(case)
    with pytest.raises(DefinitionError) as caught:
        alone(case.breach)
    assert type(caught.value) is case.error
    assert case.said in caught.value.detail
    assert caught.value.detail.startswith("flow@1: ")
    alone(case.twin)
    checks.check(case.twin, NAMES)


@pytest.mark.parametrize("case", CASES, ids=_ids(CASES))
def test_a_breach_does_not_pass_all_checks_together(case: Case) -> None:
    with pytest.raises(DefinitionError):
        checks.check(case.breach, NAMES)


def test_every_check_is_run_and_has_a_breach() -> None:
    run = {check.__name__ for check in (*checks.NAMED, *checks.FORMED)}
    assert {case.check for case in CASES} == run | {"within_bounds", "states_known"}


@pytest.mark.parametrize(
    "spec",
    [
        KeySpec((), 0, 5, (), "", ""),
        KeySpec(("calendar_day", "fen"), 0, 5, (), "", ""),
        KeySpec(("calendar_day",), -1, 5, (), "", ""),
        KeySpec(("calendar_day",), 6, 5, (), "", ""),
        KeySpec(("calendar_day",), 0, 3661, (), "", ""),
    ],
    ids=["no unit", "not only time", "negative", "upside down", "too long"],
)
def test_a_period_needs_bounds_that_can_be_computed(spec: KeySpec) -> None:
    workflow = timed(CLOCKED, after="signing_days")
    loose: Names = replace(NAMES, policy_keys={**KEYS, "signing_days": spec})
    with pytest.raises(DefinitionError, match="has no limits"):
        checks.timers_limited(workflow, loose)
    exact = spec._replace(units=("calendar_day", "hour"), minimum=0, maximum=3660)
    checks.timers_limited(workflow, replace(NAMES, policy_keys={"signing_days": exact}))


def test_a_required_step_needs_its_registered_guard() -> None:
    workflow = flow(edge("go", "new", "done", requires=["O2"]))
    checks.check(workflow, NAMES)
    without: Names = replace(NAMES, guards=NAMES.guards - {"observed_o2_v1"})
    with pytest.raises(UnknownName, match="no guard 'observed_o2_v1'"):
        checks.check(workflow, without)


def test_the_error_carries_what_a_message_needs() -> None:
    with pytest.raises(Unreachable) as caught:
        checks.steps_kept(seen(OBSERVED, edge("jump", "new", "done")))
    assert caught.value.params == {"path": "new -[jump]-> done", "avoided": "O2"}


def test_the_first_breach_in_the_order_of_the_file_is_told() -> None:
    first, second = edge("a", "new", "done", persons=0), edge("b", "new", "done", persons=0)
    for edges, where in (((first, second), "'a'"), ((second, first), "'b'")):
        with pytest.raises(DefinitionError, match=where):
            checks.persons_countable(flow(*edges))


def test_a_standing_register_may_return_and_wait_for_nobody() -> None:
    checks.check(flow(edge("write", "new", "new", roles=["writer"]), states={
        "new": State("在用", "In use")
    }, final=()), NAMES)  # fmt: skip


def test_the_built_in_workflow_passes() -> None:
    roles = frozenset(role for e in builtin.BUILTIN.transitions for role in e.roles)
    guards = frozenset(guard.name for guard in builtin.SUBJECT.guards)
    checks.check(builtin.BUILTIN, replace(NAMES, roles=roles, guards=guards))


def test_the_workflow_of_the_tests_passes() -> None:
    checks.check(stall(), NAMES)


@pytest.mark.parametrize("step", ["O2", "O5", "O7", "O9", "O10"])
def test_no_step_can_be_dropped_from_the_shipped_lot(step: str) -> None:
    text = SHIPPED["lot_ascending@1"]
    lot = load(text, names_in(text))
    edges = tuple(
        msgspec.structs.replace(e, requires=tuple(s for s in e.requires if s != step))
        for e in lot.transitions
    )
    with pytest.raises(Unreachable, match=rf"^lot_ascending@1: listed -.* avoids {step}$"):
        checks.check(msgspec.structs.replace(lot, transitions=edges), names_in(text))
