"""What the subjects register: commands, events, facets, guards, facts, instants, streams.

The kernel knows subjects only through a registry that ``centre`` wires once. A name, once used in
a record, keeps its meaning; a changed meaning is a new name (decision 8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trading.base.errors import DefinitionError, UnknownName
from trading.engine.stream import Command, Corrected, Event, Facet, States, Stream

if TYPE_CHECKING:
    from trading.engine.context import Context, Envelope

PUBLIC = "public"
RESTRICTED = "restricted"
PLACE, HOLD = "place", "hold"
GRANTED, ENGINE, OPEN = "granted", "engine", "open"

Guard = Callable[["Context"], bool]
Fact = Callable[["Context"], Any]
Instant = Callable[[Stream], int | None]
Evolve = Callable[[Any, Any], Facet]


@dataclass(frozen=True, slots=True)
class Then:
    """A further part of a group: ``trigger`` fired on another ``stream`` with its events.

    A new stream is bound as the first part's is; with ``pack`` it begins something of its own,
    under that pack and the definitions that are in force now.
    """

    stream: str
    trigger: str
    events: tuple[Event, ...] = ()
    region: str = PLACE
    since_us: int = 0
    pack: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decided command does: events on its own stream, and further parts.

    ``since_us`` is the instant from which the new place or hold counts, when that is not the
    decisive time: the due instant of a timer, the beginning of an outage. ``pack`` binds a new
    stream to a policy pack.
    """

    events: tuple[Event, ...] = ()
    then: tuple[Then, ...] = ()
    since_us: int = 0
    pack: str = ""


@dataclass(frozen=True, slots=True)
class GuardSpec:
    """A named rule: ``field`` is the input it speaks of, ``source`` where the rule comes from."""

    name: str
    check: Guard
    field: str
    source: str


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """A kind of stream: its workflow and who may read the bodies of its entries.

    ``audience`` is ``public``, ``restricted`` or ``until:<event>``.
    """

    kind: str
    workflow: str
    audience: str = PUBLIC


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A kind of command: how it is read, which stream it moves and what it does.

    ``reads`` names the further streams that decide may look at; it is asked again with the
    states loaded so far until it names nothing new. A command that ``creates`` its stream
    inherits organisation, and inside a case the edition and the pack, from ``parent``, or takes
    the organisation from ``owner``. A ``timely`` command that was received before an end and
    decided after it, through our delay, holds the lot (decision 14).
    """

    kind: str
    struct: type[Command]
    stream: Callable[[Any], str]
    trigger: str
    effect: Callable[[Context], Effect]
    reads: Callable[[Envelope, States], Iterable[str]] = lambda _env, _states: ()
    region: str = PLACE
    parent: Callable[[Any], str] | None = None
    owner: Callable[[Any], str] | None = None
    timely: bool = False
    clock: bool = False

    @property
    def creates(self) -> bool:
        """Tell whether this command may be the first of its stream."""
        return self.parent is not None or self.owner is not None


@dataclass(frozen=True, slots=True)
class Correction:
    """The keyed fields of a facet, with the type that bounds each.

    ``event`` says field, entry, old, new and reason. ``lot`` names the lot whose certificate rests
    on the facet of a stream, empty where none does.
    """

    facet: str
    event: type[Corrected]
    fields: Mapping[str, Any]
    lot: Callable[[Stream], str] = lambda _stream: ""


@dataclass(frozen=True, slots=True)
class Desk:
    """In ``place`` a stream of kind ``stream`` waits for ``role``.

    It does so within the policy period ``within``, or until the instant named ``at``.
    """

    stream: str
    place: str
    role: str
    within: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject's registrations.

    One subject tells what permission rests on: ``permit_reads`` names the streams, of those
    loaded so far, and ``another_person`` tells whether the actor is another human than ``first``.
    """

    name: str
    streams: tuple[StreamSpec, ...] = ()
    commands: tuple[CommandSpec, ...] = ()
    facets: dict[str, type[Facet]] = field(default_factory=dict)
    evolves: dict[type[Event], tuple[str, Evolve]] = field(default_factory=dict)
    guards: tuple[GuardSpec, ...] = ()
    facts: dict[str, Fact] = field(default_factory=dict)
    instants: dict[str, Instant] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    desks: tuple[Desk, ...] = ()
    permit_reads: Callable[[Envelope, States], tuple[str, ...]] | None = None
    another_person: Callable[[Context, str], bool] | None = None


class Registry:
    """All subjects together; refuses a name that two of them claim."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        """Merge ``subjects``; raise ``DefinitionError`` on a name registered twice."""
        self.subjects = tuple(subjects)
        self.streams: dict[str, StreamSpec] = {}
        self.commands: dict[str, CommandSpec] = {}
        self.facets: dict[str, type[Facet]] = {}
        self.evolves: dict[type[Event], tuple[str, Evolve]] = {}
        self.guards: dict[str, GuardSpec] = {}
        self.facts: dict[str, Fact] = {}
        self.instants: dict[str, Instant] = {}
        self.roles: dict[str, str] = {}
        self.corrections: dict[str, Correction] = {}
        self.desks: dict[tuple[str, str], Desk] = {}
        for subject in self.subjects:
            _merge(self.streams, {s.kind: s for s in subject.streams})
            _merge(self.commands, {c.kind: c for c in subject.commands})
            _merge(self.facets, subject.facets)
            _merge(self.evolves, subject.evolves)
            _merge(self.guards, {g.name: g for g in subject.guards})
            _merge(self.facts, subject.facts)
            _merge(self.instants, subject.instants)
            _merge(self.roles, subject.roles)
            _merge(self.desks, {(d.stream, d.place): d for d in subject.desks})
            _merge(self.corrections, {c.facet: c for c in subject.corrections})
        self.facet_names = {struct: name for name, struct in self.facets.items()}
        self.clocked = {
            (c.kind.partition(".")[0], c.trigger): c for c in self.commands.values() if c.clock
        }
        self.permit_reads = next(
            (s.permit_reads for s in self.subjects if s.permit_reads), lambda _env, _states: ()
        )
        self.another_person = next(
            (s.another_person for s in self.subjects if s.another_person), _another_account
        )

    def command(self, kind: str) -> CommandSpec:
        """Return the command of ``kind``; raise ``UnknownName``."""
        spec = self.commands.get(kind)
        if spec is None:
            raise UnknownName(kind, name=kind)
        return spec


def _another_account(context: Context, first: str) -> bool:
    return context.env.actor != first


def _merge(into: dict[Any, Any], more: dict[Any, Any]) -> None:
    for name, value in more.items():
        if name in into:
            raise DefinitionError(f"registered twice: {name}", name=str(name))
        into[name] = value
