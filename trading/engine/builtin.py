"""What the kernel itself records: definitions, the centre's own incidents, holds.

The built-in workflow is code because it must exist before the first definition is in the log.
While a log is ``founding`` the writer enters the shipped definitions and the first grants; the
entry ``centre.found`` ends that for ever (decision 16).
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from trading.base.errors import TradingError
from trading.base.text import Digest, ShortText
from trading.engine.catalogue import parsed
from trading.engine.context import Context
from trading.engine.definitions import State, Transition, Workflow
from trading.engine.policy import Pack
from trading.engine.registry import (
    ENGINE,
    HOLD,
    RESTRICTED,
    CommandSpec,
    Effect,
    GuardSpec,
    StreamSpec,
    Subject,
    Then,
)
from trading.engine.stream import Command, Event, Facet, Stream

CENTRE, DEFINITIONS, SECURITY, DECOY = "centre", "definitions", "security", "decoy"
WRITER, CLOCK, OFFICE = "writer", "clock", "office"
FOUNDING, OPEN = "founding", "open"


class EnterDefinition(Command, frozen=True):
    """Enter the body of a workflow, a policy pack, a calendar or a vote table."""

    kind: Literal["workflow", "pack", "calendar", "votes"]
    name: ShortText
    digest: Digest
    body: dict[str, Any]


class Found(Command, frozen=True):
    """End the founding: from here on every grant and definition needs two people."""

    origin: ShortText


class SimulateClock(Command, frozen=True):
    """Declare that this log runs on a simulated clock; only ever its first entry."""

    reason: str


class Outage(Command, frozen=True):
    """The service was away from ``from_us`` to ``to_us`` while ``lots`` were live."""

    from_us: int
    to_us: int
    lots: tuple[str, ...]


class Incident(Command, frozen=True):
    """The clock cannot be trusted; ``lots`` that were live stand still."""

    cause: str
    drift_us: int
    lots: tuple[str, ...]


class Delay(Command, frozen=True):
    """A timely command reached us at ``received_us``, before the end, and was decided after."""

    stream: str
    received_us: int


class Suppressed(Command, frozen=True):
    """``count`` further refusals of one actor in one minute stand in this one entry."""

    actor: str
    count: int


class Decoy(Command, frozen=True):
    """Say nothing: its leaves look like those of a registration."""


class Due(Command, frozen=True):
    """A timer of ``stream`` fell due at ``due_us``."""

    stream: str
    due_us: int


class Suspended(Event, frozen=True, tag="suspended/1"):
    """The stream stands still since ``since_us``; before ``until_us`` unless that is 0."""

    cause: str
    since_us: int
    until_us: int = 0
    note: str = ""


class Lifted(Event, frozen=True, tag="lifted/1"):
    """The stream goes on after ``held_us`` microseconds."""

    held_us: int


class Hold(Facet, frozen=True):
    """Why a stream stands still; empty when it does not.

    ``until_us`` is when the hold ends by itself, 0 where only people may end it.
    """

    cause: str = ""
    since_us: int = 0
    until_us: int = 0
    note: str = ""


def _edge(source: str, trigger: str, dest: str, roles: tuple[str, ...], persons: int = 1,
          guards: tuple[str, ...] = ()) -> Transition:  # fmt: skip
    return Transition(trigger, source, dest, roles, guards=guards, persons=persons)


BUILTIN = Workflow(
    name="builtin",
    version=1,
    stream="centre",
    title_zh="系统自有记录",
    title_en="The system's own records",
    initial=FOUNDING,
    final=(),
    states={FOUNDING: State("初始化", "Founding"), OPEN: State("运行", "Open")},
    transitions=(
        _edge(FOUNDING, "enter", FOUNDING, (WRITER,), guards=("new_version_v1", "sound_v1")),
        _edge(FOUNDING, "found", OPEN, (WRITER,)),
        _edge(OPEN, "enter", OPEN, (OFFICE,), persons=2, guards=("new_version_v1", "sound_v1")),
        _edge(FOUNDING, "simulate", FOUNDING, (WRITER,), guards=("first_entry_v1",)),
        *(
            _edge(state, trigger, state, (WRITER,))
            for state in (FOUNDING, OPEN)
            for trigger in ("outage", "incident", "suppress", "decoy")
        ),
    ),
)


def suspension(lot: str, cause: str, since_us: int, until_us: int = 0) -> Then:
    """Return the part that holds ``lot`` since ``since_us``, of itself until ``until_us``."""
    return Then(lot, "halt", (Suspended(cause, since_us, until_us),), HOLD, since_us)


def hold_until(stream: Stream) -> int | None:
    """Return when the hold of ``stream`` ends by itself, None where only people may end it."""
    hold: Hold | None = stream.facets.get("hold")
    return hold.until_us or None if hold else None


def _stopped(context: Context, cause: str, since_us: int) -> Effect:
    """Hold every live lot; one that is held already is no longer let go by the clock."""
    parts: list[Then] = []
    for lot in context.data.lots:
        state = context.states.get(lot)
        if state is not None and state.held:
            held_us = state.held_us
            parts.append(Then(lot, "prolong", (Suspended(cause, held_us),), HOLD, held_us))
        else:
            parts.append(suspension(lot, cause, since_us))
    return Effect(then=tuple(parts))


def _outage(context: Context) -> Effect:
    return _stopped(context, "outage", context.data.from_us)


def _incident(context: Context) -> Effect:
    return _stopped(context, context.data.cause, context.at_us)


def _delay(context: Context) -> Effect:
    since_us = context.data.received_us
    return Effect(events=(Suspended("delay", since_us),), since_us=since_us)


def _nothing(_context: Context) -> Effect:
    return Effect()


def _found(_context: Context) -> Effect:
    return Effect(then=(Then(DEFINITIONS, "found"),))


def _new_version(context: Context) -> bool:
    return not context.catalogue.knows(context.data.kind, context.data.name)


def _sound(context: Context) -> bool:
    """Tell whether the body is what name and digest say: a bad one would stop every writer."""
    data: EnterDefinition = context.data
    try:
        found = parsed(data.kind, data.body)
    except (TradingError, msgspec.ValidationError):
        return False
    if isinstance(found, Workflow):
        whole = _closed(found)
    elif isinstance(found, Pack):
        whole = not found.extends or context.catalogue.knows("pack", found.extends)
    else:
        whole = True
    return whole and (found.id, found.digest) == (data.name, data.digest)


def _closed(workflow: Workflow) -> bool:
    """Tell whether every state that the workflow names is one of its own."""
    named = {workflow.initial, *workflow.final, *(timer.source for timer in workflow.timers)}
    named.update(state for edge in workflow.transitions for state in (edge.source, edge.dest))
    return named <= set(workflow.states)


def founding(context: Context) -> bool:
    """Tell whether this log is still being founded; declared stream: ``definitions``."""
    return context.place(DEFINITIONS) in {"", FOUNDING}


def _evidence_filed(context: Context) -> bool:
    return any(document.name == "evidence" for document in context.env.docs)


def _hold_end_ahead(context: Context) -> bool:
    until_us = context.data.until_us
    return not until_us or until_us > context.at_us


def _not_ended(context: Context) -> bool:
    workflow = context.catalogue.workflow(context.stream.workflow)
    return context.stream.place not in workflow.final


def _lots(env: Any, _states: object) -> tuple[str, ...]:
    return tuple(env.data.lots)


def _fixed(name: str) -> Any:
    return lambda _data: name


def _suspended(_hold: Hold | None, event: Suspended) -> Hold:
    return Hold(event.cause, event.since_us, event.until_us, event.note)


def _lifted(_hold: Hold | None, _event: Lifted) -> Hold:
    return Hold()


def _command(
    kind: str, struct: type[Command], stream: str, trigger: str, **more: Any
) -> CommandSpec:
    more.setdefault("effect", _nothing)
    return CommandSpec(kind, struct, _fixed(stream), trigger, owner=_fixed(""), **more)


SUBJECT = Subject(
    name="builtin",
    streams=(
        StreamSpec(CENTRE, "builtin@1"),
        StreamSpec(DEFINITIONS, "builtin@1"),
        StreamSpec(SECURITY, "builtin@1", audience=RESTRICTED),
        StreamSpec(DECOY, "builtin@1", audience=RESTRICTED),
    ),
    commands=(
        _command("definition.enter/1", EnterDefinition, DEFINITIONS, "enter"),
        _command("clock.simulated/1", SimulateClock, CENTRE, "simulate"),
        _command("centre.found/1", Found, CENTRE, "found", effect=_found,
                 reads=lambda _env, _states: (DEFINITIONS,)),
        _command("centre.outage/1", Outage, CENTRE, "outage", effect=_outage, reads=_lots),
        _command("centre.incident/1", Incident, CENTRE, "incident", effect=_incident, reads=_lots),
        _command("decoy.leaf/1", Decoy, DECOY, "decoy"),
        _command("refused.suppressed/1", Suppressed, SECURITY, "suppress"),
        CommandSpec("hold.delay/1", Delay, lambda data: str(data.stream), "halt", _delay,
                    region=HOLD),
    ),
    facets={"hold": Hold},
    evolves={Suspended: ("hold", _suspended), Lifted: ("hold", _lifted)},
    guards=(
        GuardSpec("new_version_v1", _new_version, "name", "decision 8"),
        GuardSpec("sound_v1", _sound, "body", "decision 7"),
        GuardSpec("first_entry_v1", lambda c: c.stream.seq == 0, "kind", "decisions, section 7"),
        GuardSpec("founding_v1", founding, "role", "decision 16"),
        GuardSpec("evidence_filed_v1", _evidence_filed, "docs", "domain brief 6, rows 28-30"),
        GuardSpec("not_ended_v1", _not_ended, "lot", "domain brief 6, row 28"),
        GuardSpec("hold_end_ahead_v1", _hold_end_ahead, "until_us", "domain brief 6, row 28"),
        GuardSpec("not_held_v1", lambda c: not c.stream.held, "lot", "domain brief 6, row 28"),
    ),
    instants={"hold_until": hold_until},
    roles={WRITER: ENGINE, CLOCK: ENGINE},
)  # fmt: skip


def timer_command(state: Stream) -> Due:
    """Return the command that fires the due timer of ``state``."""
    return Due(state.name, state.due_us)


def definition_of(data: object) -> tuple[str, dict[str, Any]] | None:
    """Return kind and body when ``data`` enters a definition."""
    if isinstance(data, EnterDefinition):
        return data.kind, data.body
    return None


class _Entered(msgspec.Struct):
    data: EnterDefinition


_entered = msgspec.json.Decoder(_Entered)


def definition_in(given: bytes) -> tuple[str, dict[str, Any]]:
    """Return kind and body of a stored ``in`` of ``definition.enter/1``."""
    found = _entered.decode(given).data
    return found.kind, found.body
