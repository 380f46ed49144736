"""Read a workflow file: TOML text in, a checked ``Workflow`` out.

The reading is strict: unknown keys, missing keys and wrong types are refused, numbers with a
point too, and every name is an identifier. A dotted name would be taken for a place in the code,
so no dot gets through; the name of a guard ends with the version of its meaning. What the words
of a definition mean together is the concern of ``checks``.
Source: decision 7; architecture brief, section 4.2.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from trading.base.errors import DefinitionError
from trading.engine import checks
from trading.engine.definitions import Observation, State, Timer, Transition, Workflow
from trading.engine.policy_keys import KeySpec

TEXT_MAX = 100_000
"""The longest workflow file, in characters."""

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,63}")
_GUARD = re.compile(r"[a-z][a-z0-9_]{0,59}_v[1-9][0-9]{0,2}")
_STEP = re.compile(r"O[1-9][0-9]?")
_LABEL_MAX = 64
_VERSION_MAX = 9999

_Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """Everything that is registered, and so may be named by a definition.

    ``policy_keys`` are declared with their units and bounds; ``steps`` are observation steps.
    """

    roles: frozenset[str]
    guards: frozenset[str]
    instants: frozenset[str]
    policy_keys: Mapping[str, KeySpec]
    steps: frozenset[str]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the tables of a workflow file, spelled as people write them."""


class _Head(_Part, frozen=True):
    name: str
    version: int
    stream: str
    title_zh: str
    title_en: str
    initial: str
    final: tuple[str, ...]


class _Transition(_Part, frozen=True):
    trigger: str
    source: str | tuple[str, ...] = msgspec.field(name="from")
    dest: str = msgspec.field(name="to")
    roles: tuple[str, ...]
    guards: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    waives: tuple[str, ...] = ()
    persons: int = 1

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,) if isinstance(self.source, str) else self.source


class _Timer(_Part, frozen=True):
    source: str = msgspec.field(name="from")
    trigger: str
    at: str | None = None
    after: str | None = None


class _Observation(_Part, frozen=True):
    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")
    steps: tuple[str, ...]


class _File(_Part, frozen=True):
    workflow: _Head
    states: dict[str, State]
    transition: tuple[_Transition, ...]
    timer: tuple[_Timer, ...] = ()
    observation: _Observation | None = None


def load(text: str, names: Names) -> Workflow:
    """Return the workflow that ``text`` spells, checked against the registered ``names``.

    Raises ``DefinitionError`` naming the part of the file and the field, or the subclass that
    ``checks.check`` raises.
    """
    file = _read(text)
    _refuse_odd_values(file)
    _refuse_odd_names(file)
    workflow = _normalised(file)
    checks.check(workflow, names)
    return workflow


def _read(text: str) -> _File:
    if len(text) > TEXT_MAX:
        raise DefinitionError(f"a workflow file has at most {TEXT_MAX} characters")
    try:
        raw: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DefinitionError(f"not TOML: {error}", reason="bad_toml") from None
    try:
        return msgspec.convert(raw, _File)
    except msgspec.ValidationError as error:
        raise DefinitionError(f"workflow file: {error}", reason="bad_field") from None


def _refuse_odd_values(file: _File) -> None:
    """Refuse what has the right type and is no version, label, list of names or deadline."""
    if not 1 <= file.workflow.version <= _VERSION_MAX:
        raise _odd("workflow.version", f"{file.workflow.version} is not within 1..{_VERSION_MAX}")
    for where, label in _labels(file):
        if not 0 < len(label) <= _LABEL_MAX or not label.isprintable() or label != label.strip():
            raise _odd(where, f"{label!r} is no label of 1 to {_LABEL_MAX} printable characters")
    for where, listed in _lists(file):
        if len(set(listed)) < len(listed):
            raise _odd(where, "a name stands there twice")
    for number, edge in enumerate(file.transition):
        if not edge.sources:
            raise _odd(f"transition[{number}].from", "no state is named")
    for number, timer in enumerate(file.timer):
        if (timer.at is None) == (timer.after is None):
            raise _odd(f"timer[{number}]", "a timer has either 'at' or 'after'")


def _refuse_odd_names(file: _File) -> None:
    """Refuse a name that is not spelled as names of its kind are."""
    for pattern, shape, found in (
        (_IDENTIFIER, "a name like 'close_registration'", _identifiers(file)),
        (_GUARD, "a guard like 'not_held_v1'", _guards(file)),
        (_STEP, "an observation step like 'O2'", _steps(file)),
    ):
        for where, name in found:
            if not pattern.fullmatch(name):
                raise _odd(where, f"{name!r} is not {shape}")


def _odd(where: str, what: str) -> DefinitionError:
    return DefinitionError(f"workflow file: {what} - at `$.{where}`", where=where)


def _labels(file: _File) -> Iterator[_Place]:
    yield "workflow.title_zh", file.workflow.title_zh
    yield "workflow.title_en", file.workflow.title_en
    for name, state in file.states.items():
        yield f"states.{name}.label_zh", state.label_zh
        yield f"states.{name}.label_en", state.label_en


def _lists(file: _File) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "workflow.final", file.workflow.final
    for number, edge in enumerate(file.transition):
        for field in ("sources", "roles", "guards", "unless", "requires", "waives"):
            key = "from" if field == "sources" else field
            yield f"transition[{number}].{key}", getattr(edge, field)
    if file.observation is not None:
        yield "observation.steps", file.observation.steps


def _identifiers(file: _File) -> Iterator[_Place]:
    for field in ("name", "stream", "initial"):
        yield f"workflow.{field}", getattr(file.workflow, field)
    yield from (("workflow.final", name) for name in file.workflow.final)
    yield from ((f"states.{name}", name) for name in file.states)
    for number, edge in enumerate(file.transition):
        where = f"transition[{number}]"
        yield f"{where}.trigger", edge.trigger
        yield f"{where}.to", edge.dest
        yield from ((f"{where}.from", name) for name in edge.sources)
        yield from ((f"{where}.roles", name) for name in edge.roles)
    for number, timer in enumerate(file.timer):
        for field, name in msgspec.structs.asdict(timer).items():
            if name is not None:
                yield f"timer[{number}].{'from' if field == 'source' else field}", name
    if file.observation is not None:
        yield "observation.from", file.observation.start
        yield "observation.to", file.observation.end


def _guards(file: _File) -> Iterator[_Place]:
    for number, edge in enumerate(file.transition):
        yield from ((f"transition[{number}].guards", name) for name in edge.guards)
        yield from ((f"transition[{number}].unless", name) for name in edge.unless)


def _steps(file: _File) -> Iterator[_Place]:
    for number, edge in enumerate(file.transition):
        yield from ((f"transition[{number}].requires", name) for name in edge.requires)
        yield from ((f"transition[{number}].waives", name) for name in edge.waives)
    if file.observation is not None:
        yield from (("observation.steps", name) for name in file.observation.steps)


def _normalised(file: _File) -> Workflow:
    """Return the model: one transition for each source state, in the order of the file."""
    edges = tuple(
        Transition(
            edge.trigger,
            source,
            edge.dest,
            edge.roles,
            edge.guards,
            edge.unless,
            edge.requires,
            edge.waives,
            edge.persons,
        )
        for edge in file.transition
        for source in edge.sources
    )
    seen = file.observation
    return Workflow(
        **msgspec.structs.asdict(file.workflow),
        states=file.states,
        transitions=edges,
        timers=tuple(Timer(t.source, t.trigger, t.at or "", t.after or "") for t in file.timer),
        observation=None if seen is None else Observation(seen.start, seen.end, seen.steps),
    )
