"""Breaches of one edge, name or timer: each with its error and the twin that passes."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from tests.unit.engine.samples import edge, flow
from trading.base.errors import AmbiguousEdge, DefinitionError, UnknownName
from trading.engine.definitions import Observation, Timer, Transition, Workflow

GO = edge("go", "new", "done")
CLOCKED = edge("go", "new", "done", roles=["clock"])
BARRED = edge("go", "new", "done", unless=["has_lead_v1"])
LED = edge("go", "new", "other", guards=["has_lead_v1"])
BACK = edge("back", "other", "done")
OBSERVED = edge("go", "new", "done", requires=["O2"])


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


def timed(first: Transition, **timer: str) -> Workflow:
    """Return a workflow of one edge with a timer on it."""
    return flow(first, timers=(Timer("new", timer.pop("trigger", "go"), **timer),))


def seen(*edges: Transition, steps: tuple[str, ...] = ("O2",)) -> Workflow:
    """Return a workflow that is observed from its first state to its last."""
    return flow(*edges, observation=Observation("new", "done", steps))


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
        timed(CLOCKED, at="opening"),
    ),
    Case(
        "states_known",
        flow(GO, observation=Observation("x", "done", ("O2",))),
        UnknownName,
        "observation: no state 'x'",
        seen(OBSERVED),
    ),
    Case(
        "states_known",
        flow(GO, observation=Observation("new", "x", ("O2",))),
        UnknownName,
        "observation: no state 'x'",
        seen(OBSERVED),
    ),
    Case(
        "timers_fire",
        timed(CLOCKED, at="opening", trigger="stop"),
        UnknownName,
        "timer 'stop' in 'new': no edge of this trigger leaves 'new'",
        timed(CLOCKED, at="opening"),
    ),
    Case(
        "timers_fire",
        flow(CLOCKED, edge("on", "mid", "done"), timers=(Timer("mid", "go", at="opening"),)),
        UnknownName,
        "timer 'go' in 'mid'",
        timed(CLOCKED, at="opening"),
    ),
    Case(
        "timers_fire",
        timed(GO, at="opening"),
        DefinitionError,
        "timer 'go' in 'new': an edge is not for the role 'clock' alone",
        timed(edge("go", "new", "done", roles=["office", "clock"]), at="opening"),
    ),
    Case(
        "timers_fire",
        flow(CLOCKED, BARRED, timers=(Timer("new", "go", at="opening"),)),
        DefinitionError,
        "not for the role 'clock'",
        timed(CLOCKED, at="opening"),
    ),
    Case(
        "timers_fire",
        timed(msgspec.structs.replace(CLOCKED, persons=2), at="opening"),
        DefinitionError,
        "alone to take",
        timed(CLOCKED, at="opening"),
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
        seen(OBSERVED, steps=("O2", "O12")),
        UnknownName,
        "observation: no observation step 'O12'",
        seen(OBSERVED),
    ),
    Case(
        "instants_known",
        timed(CLOCKED, at="noon"),
        UnknownName,
        "timer 'go' in 'new': no instant 'noon'",
        timed(CLOCKED, at="opening"),
    ),
    Case(
        "policy_keys_known",
        timed(CLOCKED, after="nap_days"),
        UnknownName,
        "timer 'go' in 'new': no policy key 'nap_days'",
        timed(CLOCKED, after="signing_days"),
    ),
    Case(
        "timers_limited",  # money is no time
        timed(CLOCKED, after="tier_street_fen"),
        DefinitionError,
        "timer 'go' in 'new' has no limits: 'tier_street_fen' is no period",
        timed(CLOCKED, after="silence_hours"),
    ),
    Case(
        "timers_limited",  # more seconds than a period can be computed for
        timed(CLOCKED, after="free_period_seconds"),
        DefinitionError,
        "no period of 0 to 3660 units of time",
        timed(CLOCKED, after="outage_seconds"),
    ),
]
