"""Notifications: who has to be told what, how often it was tried, and who has confirmed.

All who must hear of one entry stand in one notification, so that how many they are shows nowhere.
A channel is tried a few times, further and further apart; whoever has not confirmed by then is
called from the printed sheet. Source: security brief, section 2.1; decisions 4 and 6.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from trading.base.text import Id
from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.engine.stream import Event, Facet

ATTEMPTS_MAX = 5
RETRY_AFTER_US = (10 * MINUTE_US, HOUR_US, 6 * HOUR_US, DAY_US)
"""Pause after each attempt but the last."""
RECIPIENTS_MAX = 64


class Recipient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who has to be told; ``message`` is the key of the text."""

    person: Id
    message: Id


class Attempt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One attempt to tell ``person``: over which channel, and whether it got through."""

    person: Id
    channel: Id
    reached: bool


class Telling(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How far one recipient has been told; ``confirmed_us`` is 0 until they have confirmed."""

    person: str
    message: str
    attempts: int = 0
    last_us: int = 0
    channel: str = ""
    reached: bool = False
    confirmed_us: int = 0


class Notification(Facet, frozen=True):
    """All who have to hear of entry ``entry``, which moved the stream ``about``."""

    about: str
    entry: int
    queued_us: int
    tellings: tuple[Telling, ...]


class Queued(Event, frozen=True, tag="notification_queued/1"):
    """Somebody, or nobody, has to be told of an entry."""

    about: str
    entry: int
    queued_us: int
    recipients: tuple[Recipient, ...]


class Attempted(Event, frozen=True, tag="notification_attempted/1"):
    """It was tried to tell these people."""

    attempts: tuple[Attempt, ...]
    at_us: int


class Confirmed(Event, frozen=True, tag="notification_confirmed/1"):
    """A recipient has taken note."""

    person: str
    at_us: int


class CallSheet(Facet, frozen=True):
    """How many sheets with telephone numbers were printed, and the digest of the last one."""

    printed: int = 0
    sheet: str = ""


class SheetPrinted(Event, frozen=True, tag="call_sheet_printed/1"):
    """A sheet of ``people`` telephone numbers left the system; ``sheet`` is its SHA-256."""

    sheet: str
    people: int


Recipients = Annotated[tuple[Recipient, ...], Meta(max_length=RECIPIENTS_MAX)]
Attempts = Annotated[tuple[Attempt, ...], Meta(min_length=1, max_length=RECIPIENTS_MAX)]


def queued(_found: Notification | None, event: Queued) -> Notification:
    """Fold the beginning: nobody has been told."""
    tellings = tuple(Telling(one.person, one.message) for one in event.recipients)
    return Notification(event.about, event.entry, event.queued_us, tellings)


def attempted(found: Notification, event: Attempted) -> Notification:
    """Fold one round of attempts."""
    tried = {attempt.person: attempt for attempt in event.attempts}
    return _with(
        found,
        {
            telling.person: msgspec.structs.replace(
                telling,
                attempts=telling.attempts + 1,
                last_us=event.at_us,
                channel=tried[telling.person].channel,
                reached=tried[telling.person].reached,
            )
            for telling in found.tellings
            if telling.person in tried
        },
    )


def confirmed(found: Notification, event: Confirmed) -> Notification:
    """Fold a confirmation."""
    return _with(
        found,
        {
            telling.person: msgspec.structs.replace(telling, confirmed_us=event.at_us)
            for telling in found.tellings
            if telling.person == event.person
        },
    )


def sheet_printed(found: CallSheet | None, event: SheetPrinted) -> CallSheet:
    """Fold a printed sheet."""
    return CallSheet((found.printed if found else 0) + 1, event.sheet)


def _with(found: Notification, changed: dict[str, Telling]) -> Notification:
    tellings = tuple(changed.get(telling.person, telling) for telling in found.tellings)
    return msgspec.structs.replace(found, tellings=tellings)


def waiting(found: Notification) -> tuple[Telling, ...]:
    """Return the recipients who have not confirmed."""
    return tuple(telling for telling in found.tellings if not telling.confirmed_us)


def next_attempt_us(telling: Telling) -> int | None:
    """Return from when the next attempt may be made, None when none is left or needed."""
    if telling.reached or telling.confirmed_us or telling.attempts >= ATTEMPTS_MAX:
        return None
    if not telling.attempts:
        return 0
    return telling.last_us + RETRY_AFTER_US[telling.attempts - 1]
