"""Commands of what a panel says beside its statements, and of the clock that waits for answers."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from trading.base.calendar import compute
from trading.base.text import Id, ShortText
from trading.base.units import HOUR_US
from trading.engine.builtin import Due, suspension
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect
from trading.engine.stream import Command, States
from trading.observing.commands import panel_stream
from trading.observing.rules import Panel, Step
from trading.observing.talk import (
    AnswersLate,
    Attended,
    HoldAsked,
    QuestionAnswered,
    QuestionAsked,
    Remarked,
    Talk,
    TimeWorked,
    allowance_of,
    callers_needed,
    due_by,
    place_of,
)

Words = Annotated[str, Meta(min_length=1, max_length=2000)]
ANSWER_DAYS = "observer_answer_days"


class Attend(Command, frozen=True):
    """Come to an opened step."""

    case: Id
    step: Step


class FileRemark(Command, frozen=True):
    """File a remark on a step; its text is the document ``remark``."""

    case: Id
    step: Step


class AskQuestion(Command, frozen=True):
    """Ask the centre something about a step."""

    case: Id
    step: Step
    question_zh: Words


class AnswerQuestion(Command, frozen=True):
    """Answer a question by its number."""

    case: Id
    number: Annotated[int, Meta(ge=1, le=1_000_000)]
    answer_zh: Words


class AskHold(Command, frozen=True):
    """Ask to hold a lot at a step; with enough others it is held at once, and bids stand."""

    case: Id
    step: Step
    lot: Id
    reason_zh: ShortText


class RecordTime(Command, frozen=True):
    """Record how long a member who was present worked at a step."""

    case: Id
    step: Step
    member: Id
    minutes: Annotated[int, Meta(ge=1, le=24 * 60)]


def _attend(context: Context) -> Effect:
    return Effect((Attended(context.data.step, context.env.actor),))


def _remark(context: Context) -> Effect:
    digest = next(document.sha256 for document in context.env.docs if document.name == "remark")
    return Effect((Remarked(context.data.step, context.env.actor, digest),))


def _ask(context: Context) -> Effect:
    days, unit = context.policy(ANSWER_DAYS), context.unit(ANSWER_DAYS)
    due = compute(context.at_us, days, unit, context.calendar, source="", rule=ANSWER_DAYS)
    number = (context.find(Talk) or Talk()).asked + 1
    return Effect((QuestionAsked(number, context.data.step, context.env.actor, due.end_us),))


def _answer(context: Context) -> Effect:
    return Effect((QuestionAnswered(context.data.number),))


def _late(context: Context) -> Effect:
    return Effect((AnswersLate(due_by(context.of(Talk), context.data.due_us)),))


def _ask_hold(context: Context) -> Effect:
    data: AskHold = context.data
    called = (context.find(Talk) or Talk()).callers.get(place_of(data.step, data.lot), ())
    # Who has left the panel since does not count any more.
    members = context.of(Panel).members
    asking = {context.env.actor, *(member for member in called if member in members)}
    granted = len(asking) >= callers_needed(len(members), context.policy("observer_hold_ratio"))
    event = HoldAsked(data.step, data.lot, context.env.actor, granted)
    until_us = context.at_us + context.policy("observer_hold_hours") * HOUR_US
    held = suspension(f"lot/{data.lot}", "panel", context.at_us, until_us)
    return Effect((event,), (held,) if granted else ())


def _work(context: Context) -> Effect:
    data: RecordTime = context.data
    allowance_fen = allowance_of(data.minutes, context.policy("allowance_fen_per_hour"))
    return Effect((TimeWorked(data.step, data.member, data.minutes, allowance_fen),))


def _lot(env: Envelope, _states: States) -> tuple[str, ...]:
    return (f"lot/{env.data.lot}",)


COMMANDS = (
    CommandSpec("panel.attend/1", Attend, panel_stream, "attend", _attend),
    CommandSpec("panel.remark/1", FileRemark, panel_stream, "remark", _remark),
    CommandSpec("panel.ask/1", AskQuestion, panel_stream, "ask", _ask),
    CommandSpec("panel.answer/1", AnswerQuestion, panel_stream, "answer", _answer),
    CommandSpec("panel.answer_late/1", Due, lambda data: str(data.stream), "answer_late", _late,
                clock=True),
    CommandSpec("panel.ask_hold/1", AskHold, panel_stream, "ask_hold", _ask_hold, reads=_lot),
    CommandSpec("panel.record_time/1", RecordTime, panel_stream, "record_time", _work),
)  # fmt: skip
