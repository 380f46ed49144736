"""Guards of notifications: nobody is told twice, and nobody confirms for another but who called."""

from __future__ import annotations

from trading.engine.context import Context
from trading.engine.registry import GuardSpec
from trading.notifications.rules import ATTEMPTS_MAX, Notification, Telling, waiting

CALLER = "centre_clerk"
_SOURCE = "security brief 2.1"


def _named(context: Context) -> tuple[str, ...]:
    data = context.data
    attempts = getattr(data, "attempts", None)
    return (data.person,) if attempts is None else tuple(one.person for one in attempts)


def _waiting(context: Context) -> dict[str, Telling]:
    return {telling.person: telling for telling in waiting(context.of(Notification))}


def _recipients_once(context: Context) -> bool:
    people = [recipient.person for recipient in context.data.recipients]
    return len(set(people)) == len(people)


def _addressed(context: Context) -> bool:
    named = _named(context)
    return len(set(named)) == len(named) and set(named) <= _waiting(context).keys()


def _attempts_left(context: Context) -> bool:
    known = _waiting(context)
    return all(
        known[person].attempts < ATTEMPTS_MAX for person in _named(context) if person in known
    )


def _own_or_called(context: Context) -> bool:
    return context.env.role == CALLER or context.data.person == context.env.actor


GUARDS = (
    GuardSpec("recipients_once_v1", _recipients_once, "recipients", _SOURCE),
    GuardSpec("addressed_v1", _addressed, "person", _SOURCE),
    GuardSpec("attempts_left_v1", _attempts_left, "person", _SOURCE),
    GuardSpec("own_or_called_v1", _own_or_called, "person", _SOURCE),
)
