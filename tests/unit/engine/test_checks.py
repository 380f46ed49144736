"""Every check refuses the smallest workflow that breaks it and lets its twin pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import msgspec
import pytest

from tests.unit.engine.samples import NAMES, SHIPPED, edge, flow, names_in, stall
from trading.base.errors import AmbiguousEdge, DefinitionError, UnknownName, Unreachable
from trading.engine import builtin, checks
from trading.engine.definitions import Observation, State, Timer, Transition, Workflow
from trading.engine.loader import Names, load
from trading.engine.policy_keys import KEYS, KeySpec

GO = edge("go", "new", "done")
CLOCKED = edge("go", "new", "done", roles=["clock"])
BARRED = edge("go", "new", "done", unless=["has_lead_v1"])
LED = edge("go", "new", "other", guards=["has_lead_v1"])
BACK = edge("back", "other", "done")


class Case(NamedTuple):
    """A breach, the error it gives, what the error says, and the twin that passes."""

    check: str
    breach: Workflow
    error: type[DefinitionError]
    said: str
    twin: Workflow


def _wide(states: int) -> Workflow:
    middle = [f"s{number}" for number in range(states - 2)]
    return flow(*(e for s in middle for e in (edge(s, "new", s), edge("go", s, "done"))))


def _many(edges: int) -> Workflow:
    return flow(*(edge(f"t{number}", "new", "done") for number in range(edges)))


def _timed(first: Transition, **timer: str) -> Workflow:
    return flow(first, timers=(Timer("new", timer.pop("trigger", "go"), **timer),))


def _seen(*edges: Transition, steps: tuple[str, ...] = ("O2",), **more: object) -> Workflow:
    return flow(*edges, observation=Observation("new", "done", steps), **more)


O2 = edge("go", "new", "mid", requires=["O2"])
O2_WAIVED = edge("waive", "new", "mid", waives=["O2"])
ON = edge("on", "mid", "done")
LONGER = (
    edge("a", "new", "a"),
    edge("b", "new", "b"),
    edge("c", "b", "c"),
    edge("e", "c", "done"),
    edge("d", "a", "done"),
)
AROUND = (
    edge("list", "new", "listed"),
    edge("sell", "listed", "done", requires=["O2"]),
    edge("jump", "new", "done", requires=["O2"]),
)

FORM = [
    Case("within_bounds", _wide(65), DefinitionError, "65 states, at most 64", _wide(64)),
    Case("within_bounds", _many(257), DefinitionError, "257 edges, at most 256", _many(256)),
    Case(
        "states_known", flow(GO, initial="x"), UnknownName, "initial: no state 'x'", flow(GO)
    ),
    Case(
        "states_known", flow(GO, final=("x",)), UnknownName, "final: no state 'x'", flow(GO)
    ),
    Case(
        "states_known",
        flow(GO, edge("go", "x", "done"), states=flow(GO).states),
        UnknownName,
        "transition 'go' from 'x': no state 'x'",
        flow(GO),
    ),
    Case(
        "states_known",
        flow(edge("go", "new", "x"), states=flow(GO).states),
        UnknownName,
        "transition 'go' from 'new': no state 'x'",
        flow(GO),
    ),
    Case(
        "states_known",
        flow(CLOCKED, timers=(Timer("x", "go", at="opening"),)),
        UnknownName,
        "timer 'go' in 'x': no state 'x'",
        _timed(CLOCKED, at="opening"),
    ),
    Case(
        "states_known",
        flow(AROUND[1], observation=Observation("x", "done", ("O2",))),
        UnknownName,
        "observation: no state 'x'",
        _seen(O2, ON),
    ),
    Case(
        "states_known",
        flow(AROUND[1], observation=Observation("new", "x", ("O2",))),
        UnknownName,
        "observation: no state 'x'",
        _seen(O2, ON),
    ),
    Case(
        "timers_fire",
        _timed(CLOCKED, at="opening", trigger="stop"),
        UnknownName,
        "timer 'stop' in 'new': no edge of this trigger leaves 'new'",
        _timed(CLOCKED, at="opening"),
    ),
    Case(
        "timers_fire",
        flow(CLOCKED, edge("on", "mid", "done"), timers=(Timer("mid", "go", at="opening"),)),
        UnknownName,
        "timer 'go' in 'mid'",
        _timed(CLOCKED, at="opening"),
    ),
    Case(
        "timers_fire",
        _timed(GO, at="opening"),
        DefinitionError,
        "timer 'go' in 'new': an edge is not for the role 'clock' alone",
        _timed(edge("go", "new", "done", roles=["office", "clock"]), at="opening"),
    ),
    Case(
        "timers_fire",
        flow(CLOCKED, BARRED, timers=(Timer("new", "go", at="opening"),)),
        DefinitionError,
        "not for the role 'clock'",
        _timed(CLOCKED, at="opening"),
    ),
    Case(
        "timers_fire",
        _timed(msgspec.structs.replace(CLOCKED, persons=2), at="opening"),
        DefinitionError,
        "alone to take",
        _timed(CLOCKED, at="opening"),
    ),
    Case(
        "roles_declared",
        flow(edge("go", "new", "done", roles=[])),
        DefinitionError,
        "transition 'go' from 'new' has no roles",
        flow(GO),
    ),
    Case(
        "persons_countable",
        flow(edge("go", "new", "done", persons=0)),
        DefinitionError,
        "takes 0 persons",
        flow(GO),
    ),
    Case(
        "persons_countable",
        flow(edge("go", "new", "done", persons=3)),
        DefinitionError,
        "takes 3 persons",
        flow(edge("go", "new", "done", persons=2)),
    ),
    Case(
        "edges_distinct",
        flow(GO, edge("more", "new", "done"), GO),
        DefinitionError,
        "transition 'go' from 'new' stands there twice",
        flow(GO, edge("more", "new", "done")),
    ),
    Case(
        "edges_distinct",  # nor with another between
        flow(LED, BARRED, LED, BACK),
        DefinitionError,
        "transition 'go' from 'new' stands there twice",
        flow(LED, BARRED, BACK),
    ),
    Case(
        "edges_passable",
        flow(edge("go", "new", "done", guards=["has_lead_v1"], unless=["has_lead_v1"])),
        DefinitionError,
        "can never be taken: 'has_lead_v1' must hold and must not",
        flow(edge("go", "new", "done", guards=["not_held_v1"], unless=["has_lead_v1"])),
    ),
    Case(
        "edges_passable",
        flow(edge("go", "new", "done", requires=["O2"], unless=["observed_o2_v1"])),
        DefinitionError,
        "'observed_o2_v1' must hold and must not",
        flow(edge("go", "new", "done", requires=["O2"], unless=["observed_o3_v1"])),
    ),
    Case(
        "edges_complementary",
        flow(GO, LED, BACK),
        AmbiguousEdge,
        "transition 'go' from 'new': both to 'done' and to 'other'",
        flow(BARRED, LED, BACK),
    ),
    Case(
        "edges_complementary",
        flow(LED, edge("go", "new", "done", unless=["not_held_v1"]), BACK),
        AmbiguousEdge,
        "no guard of one is an 'unless' of the other",
        flow(LED, BARRED, BACK),
    ),
    Case(
        "edges_complementary",  # each pair, not the first with each
        flow(
            LED,
            BARRED,
            edge("go", "new", "third", guards=["has_lead_v1"]),
            BACK,
            edge("back", "third", "done"),
        ),
        AmbiguousEdge,
        "both to 'other' and to 'third'",
        flow(
            BARRED,
            edge("go", "new", "other", guards=["has_lead_v1"], unless=["not_held_v1"]),
            edge("go", "new", "third", guards=["has_lead_v1", "not_held_v1"]),
            BACK,
            edge("back", "third", "done"),
        ),
    ),
    Case(
        "edges_complementary",
        flow(edge("go", "new", "done", requires=["O2"]), edge("go", "new", "other"), BACK),
        AmbiguousEdge,
        "both to 'done' and to 'other'",
        flow(
            edge("go", "new", "done", requires=["O2"]),
            edge("go", "new", "other", unless=["observed_o2_v1"]),
            BACK,
        ),
    ),
    Case(
        "ends_closed",
        flow(GO, edge("again", "done", "done")),
        DefinitionError,
        "transition 'again' from 'done': a final state has no way out",
        flow(GO),
    ),
    Case(
        "ends_closed",
        flow(GO, edge("on", "new", "mid"), ON, edge("undo", "mid", "new")),
        DefinitionError,
        "transition 'undo' from 'mid': nothing returns to the initial state",
        flow(GO, edge("undo", "done", "new"), final=()),
    ),
    Case(
        "states_reached",
        flow(GO, edge("on", "lost", "done")),
        Unreachable,
        "nothing leads to state 'lost'",
        flow(GO, edge("on", "lost", "done"), edge("lose", "new", "lost")),
    ),
    Case(
        "states_reached",
        flow(GO, states={**flow(GO).states, "alone": State("孤", "Alone")}),
        Unreachable,
        "nothing leads to state 'alone'",
        flow(GO),
    ),
    Case(
        "states_left",
        flow(GO, edge("on", "new", "trap")),
        Unreachable,
        "no final state can be reached from 'trap'",
        flow(GO, edge("on", "new", "trap"), edge("free", "trap", "done")),
    ),
    Case(
        "states_left",
        flow(GO, edge("on", "new", "a"), edge("x", "a", "b"), edge("y", "b", "a")),
        Unreachable,
        "no final state can be reached from 'a'",
        flow(GO, edge("on", "new", "a"), edge("x", "a", "b"), edge("y", "b", "done")),
    ),
    Case(
        "states_left",
        flow(GO, final=()),
        Unreachable,
        "nothing can be done in state 'done'",
        flow(GO, edge("write", "done", "done"), final=()),
    ),
    Case(
        "states_driven",
        flow(edge("on", "new", "mid"), edge("go", "mid", "done", roles=["clock", "writer"])),
        Unreachable,
        "no person and no deadline leaves state 'mid'",
        flow(
            edge("on", "new", "mid"), edge("go", "mid", "done", roles=["clock", "writer", "clerk"])
        ),
    ),
    Case(
        "states_driven",  # a person who only returns to the same state does not leave it
        flow(
            edge("on", "new", "mid"),
            edge("note", "mid", "mid"),
            edge("go", "mid", "done", roles=["clock"]),
        ),
        Unreachable,
        "leaves state 'mid'",
        flow(
            edge("on", "new", "mid"),
            edge("note", "mid", "mid"),
            edge("go", "mid", "done", roles=["clock"]),
            timers=(Timer("mid", "go", at="opening"),),
        ),
    ),
    Case(
        "states_driven",  # nor does a deadline that does
        flow(
            edge("on", "new", "mid"),
            edge("note", "mid", "mid", roles=["clock"]),
            edge("go", "mid", "done", roles=["writer"]),
            timers=(Timer("mid", "note", at="opening"),),
        ),
        Unreachable,
        "leaves state 'mid'",
        flow(edge("go", "new", "done", roles=["writer"])),
    ),
    Case(
        "steps_kept",
        _seen(O2, ON, edge("jump", "new", "done")),
        Unreachable,
        "new -[jump]-> done avoids O2",
        _seen(O2, ON, edge("jump", "new", "done", requires=["O2"])),
    ),
    Case(
        "steps_kept",
        _seen(O2, ON, edge("look", "new", "mid")),
        Unreachable,
        "new -[look]-> mid -[on]-> done avoids O2",
        _seen(O2, ON, O2_WAIVED),
    ),
    Case(
        "steps_kept",  # of the path with three edges and the one with two, the shorter is shown
        _seen(O2, ON, *LONGER),
        Unreachable,
        ": new -[a]-> a -[d]-> done avoids O2",
        _seen(O2, ON, edge("a", "new", "a", requires=["O2"]), edge("d", "a", "done")),
    ),
    Case(
        "steps_kept",  # every step, not one of them
        _seen(O2, ON, steps=("O2", "O4")),
        Unreachable,
        "new -[go]-> mid -[on]-> done avoids O4",
        _seen(O2, edge("on", "mid", "done", requires=["O4"]), steps=("O2", "O4")),
    ),
    Case(
        "steps_kept",
        _seen(O2, ON, steps=()),
        DefinitionError,
        "observation has no steps",
        _seen(O2, ON),
    ),
    Case(
        "steps_kept",
        flow(GO, observation=Observation("done", "new", ("O2",))),
        Unreachable,
        "observation ends in 'new', which 'done' never reaches",
        flow(edge("go", "new", "done", requires=["O2"]),
             observation=Observation("new", "done", ("O2",))),
    ),
    Case(
        "steps_kept",  # the observed part as a whole can be avoided
        flow(*AROUND, observation=Observation("listed", "done", ("O2",))),
        Unreachable,
        "new -[jump]-> done avoids listed",
        flow(*AROUND[:2], observation=Observation("listed", "done", ("O2",))),
    ),
]  # fmt: skip

NAMING = [
    Case(
        "roles_known",
        flow(edge("go", "new", "done", roles=["office", "mayor"])),
        UnknownName,
        "transition 'go' from 'new': no role 'mayor'",
        flow(GO),
    ),
    Case(
        "guards_known",
        flow(edge("go", "new", "done", guards=["lucky_v1"])),
        UnknownName,
        "no guard 'lucky_v1'",
        flow(edge("go", "new", "done", guards=["not_held_v1"])),
    ),
    Case(
        "guards_known",
        flow(edge("go", "new", "done", unless=["lucky_v1"])),
        UnknownName,
        "no guard 'lucky_v1'",
        flow(edge("go", "new", "done", unless=["not_held_v1"])),
    ),
    Case(
        "steps_known",
        flow(edge("go", "new", "done", waives=["O12"])),
        UnknownName,
        "no observation step 'O12'",
        flow(edge("go", "new", "done", waives=["O11"])),
    ),
    Case(
        "steps_known",
        _seen(O2, ON, steps=("O2", "O12")),
        UnknownName,
        "observation: no observation step 'O12'",
        _seen(O2, ON),
    ),
    Case(
        "instants_known",
        _timed(CLOCKED, at="noon"),
        UnknownName,
        "timer 'go' in 'new': no instant 'noon'",
        _timed(CLOCKED, at="opening"),
    ),
    Case(
        "policy_keys_known",
        _timed(CLOCKED, after="nap_days"),
        UnknownName,
        "timer 'go' in 'new': no policy key 'nap_days'",
        _timed(CLOCKED, after="signing_days"),
    ),
    Case(
        "timers_limited",  # money is no time
        _timed(CLOCKED, after="tier_street_fen"),
        DefinitionError,
        "timer 'go' in 'new' has no limits: 'tier_street_fen' is no period",
        _timed(CLOCKED, after="silence_hours"),
    ),
    Case(
        "timers_limited",  # more seconds than a period can be computed for
        _timed(CLOCKED, after="free_period_seconds"),
        DefinitionError,
        "no period of 0 to 3660 units of time",
        _timed(CLOCKED, after="outage_seconds"),
    ),
]


def _ids(cases: list[Case]) -> list[str]:
    return [f"{number}-{case.check}" for number, case in enumerate(cases)]


def _check_alone(case: Case) -> Callable[[Workflow], None]:
    check: Callable[..., None] = getattr(checks, case.check)
    return (lambda workflow: check(workflow, NAMES)) if check in checks.NAMED else check


@pytest.mark.parametrize("case", FORM + NAMING, ids=_ids(FORM + NAMING))
def test_a_breach_is_refused_and_its_twin_passes(case: Case) -> None:
    alone = _check_alone(case)
    with pytest.raises(DefinitionError) as caught:
        alone(case.breach)
    assert type(caught.value) is case.error
    assert case.said in caught.value.detail
    assert caught.value.detail.startswith("flow@1: ")
    alone(case.twin)
    checks.check(case.twin, NAMES)


@pytest.mark.parametrize("case", FORM + NAMING, ids=_ids(FORM + NAMING))
def test_a_breach_does_not_pass_all_checks_together(case: Case) -> None:
    with pytest.raises(DefinitionError):
        checks.check(case.breach, NAMES)


def test_every_check_is_run_and_has_a_breach() -> None:
    run = {check.__name__ for check in (*checks.NAMED, *checks.FORMED)}
    assert {case.check for case in FORM + NAMING} == run | {"within_bounds", "states_known"}


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
    workflow = _timed(CLOCKED, after="signing_days")
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
        checks.steps_kept(_seen(O2, ON, edge("jump", "new", "done")))
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
