"""The model of a workflow: states, transitions, timers, as data.

A definition is TOML in ``workflows/``; its identity is the SHA-256 of the canonical form of the
normalised model, so that comments and layout do not matter. ``loader`` reads and checks it.
Source: decisions 7 and 9; architecture brief, section 4.2.
"""

from __future__ import annotations

from functools import cached_property
from hashlib import sha256
from typing import Any

import msgspec

from trading.record import canonical

WORKFLOW_FORMAT = "trading.workflow/1"


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One state of a workflow.

    ``live`` marks a state in which a running clock decides (bidding): an outage holds it.
    """

    label_zh: str
    label_en: str
    live: bool = False


class Transition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One edge: who may fire which trigger from where to where, and what must hold.

    ``guards`` must all be true and ``unless`` all false. ``requires`` names observation steps
    (O1 to O11) that must be completed; ``waives`` names those that this edge declares waived.
    ``persons`` is 2 where the first person only proposes and another one executes.
    """

    trigger: str
    source: str
    dest: str
    roles: tuple[str, ...]
    guards: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    waives: tuple[str, ...] = ()
    persons: int = 1

    @property
    def all_guards(self) -> tuple[str, ...]:
        """Return every guard that must be true, the required observation steps included."""
        return self.guards + tuple(step_guard(step) for step in self.requires)


class Timer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A deadline that fires ``trigger`` while the stream is in ``source``.

    Exactly one of ``at`` (a named instant read from the state) and ``after`` (a policy key,
    counted from the entry into the state) is given.
    """

    source: str
    trigger: str
    at: str = ""
    after: str = ""


class Observation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which observation steps no path between two states may avoid."""

    start: str
    end: str
    steps: tuple[str, ...]


class Workflow(msgspec.Struct, frozen=True, dict=True):
    """A whole workflow, normalised: one ``Transition`` per source state."""

    name: str
    version: int
    stream: str
    title_zh: str
    title_en: str
    initial: str
    final: tuple[str, ...]
    states: dict[str, State]
    transitions: tuple[Transition, ...]
    timers: tuple[Timer, ...] = ()
    observation: Observation | None = None

    @property
    def id(self) -> str:
        """Return ``name@version``."""
        return f"{self.name}@{self.version}"

    @cached_property
    def edges(self) -> dict[tuple[str, str], tuple[Transition, ...]]:
        """Return the candidate edges by (state, trigger)."""
        found: dict[tuple[str, str], list[Transition]] = {}
        for edge in self.transitions:
            found.setdefault((edge.source, edge.trigger), []).append(edge)
        return {key: tuple(edges) for key, edges in found.items()}

    @cached_property
    def guards_of(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Return, by (state, trigger), every guard its candidate edges name, once each."""
        return {
            key: tuple(dict.fromkeys(g for e in edges for g in (*e.all_guards, *e.unless)))
            for key, edges in self.edges.items()
        }

    @cached_property
    def timers_of(self) -> dict[str, tuple[Timer, ...]]:
        """Return the timers by state."""
        found: dict[str, tuple[Timer, ...]] = {}
        for timer in self.timers:
            found[timer.source] = (*found.get(timer.source, ()), timer)
        return found

    @cached_property
    def body(self) -> dict[str, Any]:
        """Return the canonical body that is entered in the log."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return {"format": WORKFLOW_FORMAT, **plain}

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical body, in hex."""
        return sha256(canonical.encode(self.body)).hexdigest()


def from_body(body: dict[str, Any]) -> Workflow:
    """Return the workflow of a body taken from the log; the inverse of ``Workflow.body``."""
    return msgspec.convert({k: v for k, v in body.items() if k != "format"}, Workflow)


def step_guard(step: str) -> str:
    """Return the name of the guard that holds when observation step ``step`` is complete."""
    return f"observed_{step.lower()}_v1"
