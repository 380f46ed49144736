"""Commands of notifications: queue, attempt, confirm, and print the sheet of calls."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from trading.base.text import Digest, Id, IdOrNone, StreamName
from trading.base.units import FOR_EVER_US
from trading.engine.context import Context
from trading.engine.registry import CommandSpec, Effect
from trading.engine.stream import Command
from trading.notifications.rules import (
    Attempted,
    Attempts,
    Confirmed,
    Queued,
    Recipients,
    SheetPrinted,
)

SHEET = "call_sheet"
Count = Annotated[int, Meta(ge=0, le=FOR_EVER_US)]


class QueueNotification(Command, frozen=True):
    """Note who has to hear of the entry at index ``entry``, which moved ``about``."""

    notification: Id
    org: IdOrNone
    about: StreamName
    entry: Count
    recipients: Recipients


class AttemptNotification(Command, frozen=True):
    """Record what came of trying to tell these people."""

    notification: Id
    attempts: Attempts


class ConfirmNotification(Command, frozen=True):
    """Record that ``person`` has taken note: by oneself, or by the clerk who called."""

    notification: Id
    person: Id


class PrintCallSheet(Command, frozen=True):
    """Record that a sheet with telephone numbers was printed; ``sheet`` is its digest."""

    sheet: Digest
    people: Count


def _queue(context: Context) -> Effect:
    data: QueueNotification = context.data
    return Effect((Queued(data.about, data.entry, context.at_us, data.recipients),))


def _attempt(context: Context) -> Effect:
    return Effect((Attempted(context.data.attempts, context.at_us),))


def _confirm(context: Context) -> Effect:
    return Effect((Confirmed(context.data.person, context.at_us),))


def _print(context: Context) -> Effect:
    data: PrintCallSheet = context.data
    return Effect((SheetPrinted(data.sheet, data.people),))


def _stream(data: Any) -> str:
    return f"notification/{data.notification}"


COMMANDS = (
    CommandSpec("notification.queue/1", QueueNotification, _stream, "queue", _queue,
                owner=lambda data: str(data.org)),
    CommandSpec("notification.attempt/1", AttemptNotification, _stream, "attempt", _attempt),
    CommandSpec("notification.confirm/1", ConfirmNotification, _stream, "confirm", _confirm),
    CommandSpec("call_sheet.print/1", PrintCallSheet, lambda _data: SHEET, "print", _print,
                owner=lambda _data: ""),
)  # fmt: skip
