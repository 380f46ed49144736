"""What can be done with an object now and by whom, and why not: every rule in words.

The rules that rest on the state alone are tried as the kernel would try them, on the committed
states and without writing. Those that rest on what will be typed are told as what is wanted.
Source: decision 9; issue brief of the rooms, part 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from trading import desks
from trading.base.errors import TradingError
from trading.centre import Centre
from trading.engine.context import Context, Envelope
from trading.engine.definitions import Transition
from trading.engine.registry import ENGINE, HOLD, CommandSpec
from trading.engine.stream import Stream
from trading.web import wants
from trading.web.staff.forms import words
from trading.web.staff.trying import Loaded, loaded
from trading.web.visibility import SILENT
from trading.words.language import language, messages, word
from trading.words.sources import in_words

_LIFTED_BY = {
    "not_held_v1": "office", "deposit_held_v1": "centre_cashier",
    "registrations_decided_v1": "centre_reviewer", "no_open_objection_v1": "office",
    "no_admitted_objection_v1": "office", "assets_free_v1": "office",
}  # fmt: skip
"""Whose act can make a rule hold that does not; steps are stated by the panel."""


class Rule(msgspec.Struct, frozen=True):
    """A rule that does not hold: its name, its words, its source and who can lift it."""

    name: str
    text: str
    source: str
    by: tuple[str, ...] = ()


class Possible(msgspec.Struct, frozen=True):
    """An act that this place knows: by which roles, by how many people, and what is in the way.

    ``may`` says that the viewer holds one of the roles here; ``wanted`` are rules that rest on
    what is typed.
    """

    kind: str
    title: str
    roles: tuple[str, ...]
    persons: int
    may: bool
    blocked: tuple[Rule, ...] = ()
    wanted: tuple[Rule, ...] = ()
    prefill: dict[str, str] = {}


class _AsksError(Exception):
    """A rule looked at what nobody has typed yet."""


class _Data:
    """The fields of a command that the object itself gives; any other asks."""

    def __init__(self, known: dict[str, Any]) -> None:
        self._known = known

    def __getattr__(self, name: str) -> Any:
        if name in self._known:
            return self._known[name]
        raise _AsksError(name)


class _Named(_Data):
    """The same where only streams are looked for: what nobody has typed names none that exists.

    Without it an act that begins another stream, such as a certificate, would be tried on nothing.
    """

    def __getattr__(self, name: str) -> Any:
        return self._known.get(name, "-")


class _Quiet(dict[str, Stream | None]):
    """The states for somebody who has no part in a decision: silent ones ask, and tell nothing.

    A rule about how many registered would give their number away. Source: decisions 4 and 17.
    """

    def get(self, name: str, default: Any = None) -> Any:
        """Return a state that is no secret."""
        if name.partition("/")[0] in SILENT:
            raise _AsksError(name)
        return super().get(name, default)


def possible(centre: Centre, state: Stream, person: str) -> list[Possible]:
    """Return every act of people from where ``state`` stands, those that go first."""
    found = [_of(centre, state, person, *each) for each in _candidates(centre, state)]
    return sorted(found, key=lambda one: (not one.may, bool(one.blocked)))


def _candidates(
    centre: Centre, state: Stream
) -> Iterator[tuple[CommandSpec, list[Transition]]]:  # fmt: skip
    """Yield the commands that have an edge from the place or the hold of ``state``."""
    catalogue, registry = centre.kernel.catalogue, centre.kernel.registry
    own = catalogue.workflow(state.workflow)
    hold = catalogue.workflow(catalogue.latest("workflow", HOLD, state.edition))
    for spec in registry.commands.values():
        if spec.clock or wants.stream_kind(spec) != state.kind:
            continue
        workflow, place = (hold, state.hold) if spec.region == HOLD else (own, state.place)
        edges = [
            edge for edge in workflow.edges.get((place, spec.trigger), ())
            if any(registry.roles.get(role) != ENGINE for role in edge.roles)
        ]  # fmt: skip
        if edges:
            yield spec, edges


def _of(
    centre: Centre, state: Stream, person: str, spec: CommandSpec, edges: list[Transition]
) -> Possible:
    registry, now_us = centre.kernel.registry, centre.clock.now_us()
    roles = tuple(dict.fromkeys(
        role for edge in edges for role in edge.roles if registry.roles.get(role) != ENGINE
    ))  # fmt: skip
    granted = [role for role in roles if registry.roles.get(role) == "granted"]
    may = any(desks.holds_on(centre, person, role, state.org, now_us) for role in granted)
    known = known_of(spec, state)
    blocked, wanted = _tried(centre, state, spec, edges, known, person, quiet=not may)
    return Possible(
        words.base(spec.kind), words.kind_title(spec.kind), roles,
        max(edge.persons for edge in edges), may, blocked, wanted,
        {name: str(value) for name, value in known.items()},
    )  # fmt: skip


def known_of(spec: CommandSpec, state: Stream) -> dict[str, Any]:
    """Return the fields of a command on ``state`` that its name gives."""
    name = state.name.partition("/")[2]
    fields = set(spec.struct.__struct_fields__)
    if state.kind in {"registration", "deposit", "objection"} and {"lot", "number"} <= fields:
        lot, _hyphen, number = name.rpartition("-")
        return {"lot": lot, "number": int(number)}
    if state.kind in {"panel", "case"} and "case" in fields:
        return {"case": name}
    if state.kind in fields:
        return {state.kind: name}
    return {}


def _tried(
    centre: Centre,
    state: Stream,
    spec: CommandSpec,
    edges: list[Transition],
    known: dict[str, Any],
    person: str,
    *,
    quiet: bool,
) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Return the rules that are in the way on the edge that comes nearest, and those that ask."""
    env = Envelope(spec.kind, _Data(known), person, edges[0].roles[0], 0, "")
    named = msgspec.structs.replace(env, data=_Named(known))
    states = _loaded(centre, named, state)
    if quiet:
        states = _Quiet(states)
    context = Context(
        centre.kernel.registry, centre.kernel.catalogue, env, states,
        state, centre.clock.now_us(),
    )  # fmt: skip
    tried: list[tuple[list[Rule], list[Rule]]] = []
    for edge in edges:
        blocked: list[Rule] = []
        wanted: list[Rule] = []
        rights = dict.fromkeys(edge.all_guards, True) | dict.fromkeys(edge.unless, False)
        for guard, right in rights.items():
            held = _held(context, guard)
            if held is None:
                wanted.append(_rule(centre, guard, edge))
            elif held is not right:
                blocked.append(_rule(centre, guard, edge))
        tried.append((blocked, wanted))
    blocked, wanted = min(tried, key=lambda one: len(one[0]))
    return tuple(blocked), tuple(wanted)


def _loaded(centre: Centre, env: Envelope, state: Stream) -> Loaded:
    try:
        return loaded(centre, env)
    except (_AsksError, TradingError, AttributeError, TypeError):
        return {state.name: state}


def _held(context: Context, guard: str) -> bool | None:
    """Tell whether ``guard`` holds; None where it rests on what is typed or brought."""
    spec = context.registry.guards[guard]
    if spec.field in {"docs", "facts"}:
        return None
    try:
        return spec.check(context) is True
    except (_AsksError, TradingError, AttributeError, TypeError, KeyError, IndexError):
        return None


def _rule(centre: Centre, guard: str, edge: Transition) -> Rule:
    spec = centre.kernel.registry.guards[guard]
    by: tuple[str, ...] = ()
    if guard.startswith("observed_"):
        by = ("resident_rep", "centre_operator")
    elif guard in _LIFTED_BY:
        by = (_LIFTED_BY[guard],)
    elif spec.field not in {"docs", "facts"}:
        by = tuple(role for role in edge.roles if role not in {"writer", "clock"})
    text = messages(language()).get(guard, guard)
    return Rule(guard, text, in_words(spec.source), tuple(word("roles", role) for role in by))
