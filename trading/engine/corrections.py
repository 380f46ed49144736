"""Corrections of keyed facts: what somebody mistyped is put right by two people, and in the open.

Nothing is edited: a correction is an entry of its own, which names the entry that was wrong, the
value it had, the value it gets, and why. A subject declares which fields of which facet were
keyed; all else follows from acts and is never typed over. What a certificate rests on stays as it
is: there the certificate itself is corrected. Source: decision 17; domain brief, sections 6 and 11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta

from trading.base.text import Id, ShortText, StreamName
from trading.base.units import FOR_EVER_US
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Correction, Effect, GuardSpec, Subject
from trading.engine.stream import Command, Facet, States

CERTIFIED = "certified"

Value = Annotated[int, Meta(ge=0, le=FOR_EVER_US)] | Annotated[str, Meta(max_length=2000)]


class CorrectFact(Command, frozen=True):
    """Put ``field`` of a facet right: entry ``entry`` of ``stream`` said ``old``, it is ``new``.

    A field within a field is named with a dot.
    """

    stream: StreamName
    facet: Id
    field: Id
    entry: Annotated[int, Meta(ge=1, le=FOR_EVER_US)]
    old: Value
    new: Value
    reason_zh: ShortText


def keyed(command: type[Command], *paths: str) -> Mapping[str, Any]:
    """Return the fields at ``paths`` with the bounds within which ``command`` takes them."""
    return {path: _bounds(command, path) for path in paths}


def _bounds(struct: Any, path: str) -> Any:
    field, _dot, inner = path.partition(".")
    hint = get_type_hints(struct, include_extras=True)[field]
    return _bounds(hint, inner) if inner else hint


def corrected(facet: Facet, event: Any) -> Facet:
    """Fold a correction."""
    found: Facet = _with(facet, event.field, event.new)
    return found


def _with(struct: Any, path: str, value: Any) -> Any:
    field, _dot, inner = path.partition(".")
    new = _with(getattr(struct, field), inner, value) if inner else value
    return msgspec.structs.replace(struct, **{field: new})


def _correction(context: Context) -> Correction | None:
    """Return what is declared of the field, None where it is no keyed fact of this stream."""
    data: CorrectFact = context.data
    found = context.registry.corrections.get(data.facet)
    if found is None or data.field not in found.fields or data.facet not in context.stream.facets:
        return None
    return found


def _correctable(context: Context) -> bool:
    return _correction(context) is not None


def _old_as_recorded(context: Context) -> bool:
    data: CorrectFact = context.data
    if _correction(context) is None:
        return True
    return bool(attrgetter(data.field)(context.stream.facets[data.facet]) == data.old)


def _entry_known(context: Context) -> bool:
    return bool(context.data.entry <= context.stream.seq)


def _new_fits(context: Context) -> bool:
    data: CorrectFact = context.data
    declared = _correction(context)
    if declared is None:
        return True
    try:
        msgspec.convert(data.new, declared.fields[data.field], strict=True)
    except msgspec.ValidationError:
        return False
    return data.new != data.old


def _not_certified(context: Context) -> bool:
    declared = _correction(context)
    lot = declared.lot(context.stream) if declared else ""
    return not lot or context.place(lot) != CERTIFIED


def _correct(context: Context) -> Effect:
    data: CorrectFact = context.data
    event = context.registry.corrections[data.facet].event
    return Effect((event(data.field, data.entry, data.old, data.new, data.reason_zh),))


GUARDS = (
    GuardSpec("correctable_v1", _correctable, "field", "decision 17"),
    GuardSpec("old_as_recorded_v1", _old_as_recorded, "old", "decision 17"),
    GuardSpec("entry_known_v1", _entry_known, "entry", "decision 17"),
    GuardSpec("new_fits_v1", _new_fits, "new", "decision 17"),
    GuardSpec("not_certified_v1", _not_certified, "stream", "domain brief 6 and 11"),
)


def subject(subjects: Iterable[Subject]) -> Subject:
    """Return the subject that corrects what ``subjects`` declare as keyed."""
    declared = {correction.facet: correction for s in subjects for correction in s.corrections}

    def reads(env: Envelope, states: States) -> tuple[str, ...]:
        correction, state = declared.get(env.data.facet), states.get(env.data.stream)
        if correction is None or state is None or correction.facet not in state.facets:
            return ()
        lot = correction.lot(state)
        return (lot,) if lot else ()

    command = CommandSpec(
        "fact.correct/1", CorrectFact, lambda data: str(data.stream), "correct", _correct, reads
    )
    return Subject(name="corrections", commands=(command,), guards=GUARDS)
