"""The form of a correction: its values are asked for as the corrected fact itself is declared.

A number that is money is typed in yuan, a text of digits stays a text: what is right is said by
the declaration of the keyed field, and nothing is guessed from what was typed. Source: decision 17.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

import msgspec

from trading import desks
from trading.centre import Centre
from trading.engine.registry import CommandSpec, Registry
from trading.engine.stream import Stream
from trading.record.player import Player
from trading.store import log
from trading.web.staff.forms import typed, words
from trading.web.staff.forms.shape import Field, declared, shape

CORRECT = "fact.correct"
TRIGGER = "correct"
_VALUES = ("old", "new")


class Keyed(msgspec.Struct, frozen=True):
    """A fact that was keyed: the name of its field, its label, and what the record says of it."""

    field: str
    label: str
    text: str


def questions(
    registry: Registry, spec: CommandSpec, said: Callable[[str], str]
) -> tuple[Field, ...]:  # fmt: skip
    """Return the questions of ``spec``; ``said`` tells what was answered to one so far."""
    found = shape(spec.struct)
    if words.base(spec.kind) != CORRECT:
        return found
    return tuple(_asked(registry, one, said("facet"), said("field")) for one in found)


def _asked(registry: Registry, one: Field, facet: str, field: str) -> Field:
    known = registry.corrections.get(facet)
    if one.name == "facet":
        return msgspec.structs.replace(one, widget="choice", codes=tuple(registry.corrections))
    if one.name == "field" and known is not None:
        return msgspec.structs.replace(one, widget="choice", codes=tuple(known.fields))
    if one.name in _VALUES and known is not None and field in known.fields:
        return declared(one.name, one.owner, field, known.fields[field])
    return one


def keyed(centre: Centre, state: Stream, person: str) -> Iterator[Keyed]:
    """Yield the facts of ``state`` that ``person`` may ask to correct where it stands now."""
    known = centre.kernel.registry.corrections.get(state.kind)
    if known is None or known.facet not in state.facets:
        return
    workflow = centre.kernel.catalogue.workflow(state.workflow)
    roles = {role for edge in workflow.edges.get((state.place, TRIGGER), ()) for role in edge.roles}
    now_us = centre.clock.now_us()
    if not any(desks.holds_on(centre, person, role, state.org, now_us) for role in roles):
        return
    for field, hint in known.fields.items():
        value = _value(state, field)
        if not isinstance(value, bool):
            asked = declared("old", "CorrectFact", field, hint)
            yield Keyed(field, words.value("field", field), typed.spoken(asked, value))


def prefilled(centre: Centre, state: Stream, field: str) -> typed.Values:
    """Return what the record says of ``field``, and by which entry of ``state``."""
    known = centre.kernel.registry.corrections.get(state.kind)
    if known is None or known.facet not in state.facets:
        return {}
    found: typed.Values = {"facet": [known.facet]}
    if field in known.fields:
        asked = declared("old", "CorrectFact", field, known.fields[field])
        found |= typed.typed((asked,), {"old": _value(state, field)})
        found["entry"] = [str(_said_by(centre, state, field))]
    return found


def _value(state: Stream, field: str) -> Any:
    return attrgetter(field)(state.facets[state.kind])


def _said_by(centre: Centre, state: Stream, field: str) -> int:
    """Return the number of the entry that gave ``field`` the value that it has."""
    player = Player(centre.kernel, log.entries_of(centre.reading, {state.name}))
    said, value = 1, None
    for at in range(1, player.length + 1):
        then = player.states(at)[state.name]
        now = _value(then, field) if state.kind in then.facets else None
        said, value = (said, value) if now == value else (at, now)
    return said
