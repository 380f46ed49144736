"""Commands of disputes: file, admit, reject, withdraw, dismiss, uphold, and the clock's mark."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from trading.base.calendar import compute
from trading.base.text import Id, ShortText
from trading.bidding.commands import BidderNumber, around
from trading.bidding.holds import lifted
from trading.bidding.rules import Rejected, Struck, registration_stream
from trading.disputes.rules import (
    CAUSE,
    COMPLAINT,
    DISPUTABLE,
    Admitted,
    AnswerOverdue,
    Disputes,
    Filed,
    Ground,
    Kind,
    Objection,
    ObjectionClosed,
    ObjectionRaised,
    ObjectionTaken,
    Ruled,
    RunAgain,
    objection_stream,
)
from trading.engine.builtin import Due, Hold, Suspended
from trading.engine.context import Context, Envelope
from trading.engine.registry import HOLD, CommandSpec, Effect, Then
from trading.engine.stream import Command, Event, States, Stream

OBJECTIONS_MAX = 99
STRUCK_MAX = 10
FIRST_ANSWER = {"objection": "objection_answer_days", COMPLAINT: "complaint_accept_days"}
Number = Annotated[int, Meta(ge=1, le=OBJECTIONS_MAX)]


class FileObjection(Command, frozen=True):
    """Object to the posted result, or complain of it to the office."""

    lot: Id
    number: Number
    kind: Kind
    ground: Ground


class AdmitObjection(Command, frozen=True):
    """Take an objection up: from now on the clock of its lot stands still."""

    lot: Id
    number: Number


class RejectObjection(Command, frozen=True):
    """Refuse to take an objection up, with the reason that is told to who filed it."""

    lot: Id
    number: Number
    reason_zh: ShortText


class WithdrawObjection(Command, frozen=True):
    """Take an own objection back."""

    lot: Id
    number: Number
    reason_zh: ShortText


class DismissObjection(Command, frozen=True):
    """Rule that the result stands: the lot goes on with the exact time it had left."""

    lot: Id
    number: Number
    reason_zh: ShortText


class UpholdObjection(Command, frozen=True):
    """Rule that the result falls: qualify again without ``struck``, or void the lot."""

    lot: Id
    number: Number
    reason_zh: ShortText
    remedy: Literal["rerun", "void"]
    struck: Annotated[tuple[BidderNumber, ...], Meta(max_length=STRUCK_MAX)] = ()


def _objection(data: Any) -> str:
    return objection_stream(data.lot, data.number)


def _lot(data: Any) -> str:
    return f"lot/{data.lot}"


def _due_us(context: Context, key: str) -> int:
    count, unit = context.policy(key), context.unit(key)
    return compute(context.at_us, count, unit, context.calendar, source="", rule=key).end_us


def _file(context: Context) -> Effect:
    data: FileObjection = context.data
    rule = FIRST_ANSWER[data.kind]
    due_us = _due_us(context, rule)
    event = Filed(data.kind, data.ground, context.env.actor, rule, context.at_us, due_us)
    raised = Then(_lot(data), "dispute", (ObjectionRaised(data.number),))
    return Effect((event,), (raised,))


def _admit(context: Context) -> Effect:
    objection = context.of(Objection)
    event = Admitted(objection.rule, objection.since_us, objection.due_us)
    if objection.kind == COMPLAINT:
        rule = "complaint_decide_days"
        event = Admitted(rule, context.at_us, _due_us(context, rule))
    lot = context.states.get(_lot(context.data))
    then = () if lot is None else _taken(lot, context.data.number, context.at_us)
    return Effect((event,), then)


def _taken(lot: Stream, number: int, at_us: int) -> tuple[Then, ...]:
    """Return the part that holds ``lot``.

    One that people hold already keeps its cause; a hold that would end by itself no longer does.
    """
    taken = ObjectionTaken(number)
    if lot.place not in DISPUTABLE:
        return ()
    if not lot.held:
        return (Then(lot.name, "halt", (Suspended(CAUSE, at_us), taken), HOLD, at_us),)
    hold: Hold = lot.facets["hold"]
    if not hold.until_us:
        return (Then(lot.name, "dispute", (taken,)),)
    suspended = Suspended(CAUSE, lot.held_us)
    return (Then(lot.name, "prolong", (suspended, taken), HOLD, lot.held_us),)


def _closed(context: Context) -> tuple[Then, ...]:
    """Return the part that closes the objection and lets its lot go on if nothing else holds it."""
    lot, number = context.states.get(_lot(context.data)), context.data.number
    if lot is None or lot.place not in DISPUTABLE:
        return ()
    closed = ObjectionClosed(number)
    disputes: Disputes = lot.facets["disputes"]
    hold: Hold | None = lot.facets.get("hold")
    if hold is not None and hold.cause == CAUSE and disputes.admitted == (number,):
        return (Then(lot.name, "lift", (*lifted(lot, context.at_us), closed), HOLD),)
    return (Then(lot.name, "dispute", (closed,)),)


def _reject(context: Context) -> Effect:
    return Effect((Ruled("rejected", context.data.reason_zh),), _closed(context))


def _withdraw(context: Context) -> Effect:
    return Effect((Ruled("withdrawn", context.data.reason_zh),), _closed(context))


def _dismiss(context: Context) -> Effect:
    return Effect((Ruled("dismissed", context.data.reason_zh),), _closed(context))


def _uphold(context: Context) -> Effect:
    data: UpholdObjection = context.data
    then = _void(context) if data.remedy == "void" else _rerun(context)
    return Effect((Ruled("upheld", data.reason_zh, data.remedy),), then)


def _rerun(context: Context) -> tuple[Then, ...]:
    """Return the parts that undo the result and strike who may not bid again.

    The lot stays held: two people resume it, and set its new opening.
    """
    data: UpholdObjection = context.data
    fallen: tuple[Event, ...] = context.fact("result_fallen")
    parts = [Then(_lot(data), "rerun", (*fallen, RunAgain(context.at_us)))]
    rejected = Rejected(context.env.actor, ("other",), data.reason_zh)
    parts += [
        Then(registration_stream(data.lot, number), "disqualify", (rejected,))
        for number in data.struck
    ]
    if data.struck:
        parts.append(Then(f"roll/{data.lot}", "strike", tuple(Struck(n) for n in data.struck)))
    return tuple(parts)


def _void(context: Context) -> tuple[Then, ...]:
    data: UpholdObjection = context.data
    fallen: tuple[Event, ...] = context.fact("lot_voided")
    lot = context.seen_from(_lot(data))
    voided = Then(_lot(data), "annul", (*fallen, ObjectionClosed(data.number)))
    return (voided, *lot.fact("asset_release"), *lot.fact("settlements"))


def _lapse(context: Context) -> Effect:
    return Effect((AnswerOverdue(),), since_us=context.data.due_us)


def _with_roll(env: Envelope, _states: States) -> tuple[str, ...]:
    return (_lot(env.data), f"roll/{env.data.lot}")


def _with_lot(env: Envelope, _states: States) -> tuple[str, ...]:
    return (_lot(env.data),)


def _with_all(env: Envelope, states: States) -> tuple[str, ...]:
    data: UpholdObjection = env.data
    struck = (registration_stream(data.lot, number) for number in data.struck)
    return (_lot(data), *around(data.lot, states), *struck)


COMMANDS = (
    CommandSpec("objection.file/1", FileObjection, _objection, "file", _file, parent=_lot,
                reads=_with_roll, timely=True),
    CommandSpec("objection.admit/1", AdmitObjection, _objection, "admit", _admit,
                reads=_with_lot),
    CommandSpec("objection.reject/1", RejectObjection, _objection, "reject", _reject,
                reads=_with_lot),
    CommandSpec("objection.withdraw/1", WithdrawObjection, _objection, "withdraw", _withdraw,
                reads=_with_lot),
    CommandSpec("objection.dismiss/1", DismissObjection, _objection, "dismiss", _dismiss,
                reads=_with_lot),
    CommandSpec("objection.uphold/1", UpholdObjection, _objection, "uphold", _uphold,
                reads=_with_all),
    CommandSpec("objection.lapse/1", Due, lambda data: str(data.stream), "lapse", _lapse,
                clock=True),
)  # fmt: skip
