"""Notifications as they stand now, for the inbox and for the sheet of calls."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    Table,
    Text,
    func,
    select,
    tuple_,
)

from trading.engine.stream import Stream
from trading.notifications.rules import Notification, waiting
from trading.store.projection import Projection
from trading.store.schema import metadata

notification = Table(
    "projection_notification",
    metadata,
    Column("notification", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("entry", BigInteger, nullable=False, index=True),
    Column("people", Text, nullable=False),
    Column("waiting", Integer, nullable=False),
    Index("projection_notification_waiting", "waiting", "entry"),
)


def _row(state: Stream) -> dict[str, Any]:
    found: Notification = state.facets["notification"]
    return {
        "notification": state.name.partition("/")[2],
        "org": state.org,
        "about": found.about,
        "entry": found.entry,
        "people": "".join(f" {telling.person} " for telling in found.tellings),
        "waiting": len(waiting(found)),
    }


NOTIFICATION_PROJECTION = Projection(notification, "notification", _row)


def concerning(connection: Connection, person: str, before: int, limit: int) -> list[str]:
    """Return the notifications of ``person`` about entries before ``before``, newest first."""
    wanted = (
        select(notification.c.notification)
        .where(notification.c.people.contains(f" {person} ", autoescape=True))
        .where(notification.c.entry < before)
        .order_by(notification.c.entry.desc(), notification.c.notification)
        .limit(limit)
    )
    return [row.notification for row in connection.execute(wanted)]


def unconfirmed(
    connection: Connection, after: tuple[int, str], limit: int
) -> list[tuple[int, str]]:
    """Return (entry, notification) where somebody has not confirmed, in the order of entries."""
    entry, name = after
    wanted = (
        select(notification.c.entry, notification.c.notification)
        .where(notification.c.waiting > 0)
        .where(tuple_(notification.c.entry, notification.c.notification) > (entry, name))
        .order_by(notification.c.entry, notification.c.notification)
        .limit(limit)
    )
    return [(row.entry, row.notification) for row in connection.execute(wanted)]


def last_entry(connection: Connection) -> int:
    """Return the index of the last entry that anybody was told of, 0 before the first."""
    found = connection.execute(select(func.max(notification.c.entry))).scalar()
    return int(found or 0)
