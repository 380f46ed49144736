"""Passing scenes of notifications."""

from __future__ import annotations

from tests.support.acts import LOT, ORG, Act, bidder, staff
from tests.support.trade import Places
from tests.trade.vectors.build import Break, Vector, engine, placed
from trading.engine.stream import Stream
from trading.notifications.commands import (
    AttemptNotification,
    ConfirmNotification,
    PrintCallSheet,
    QueueNotification,
)
from trading.notifications.rules import Attempt, Notification, Recipient, Telling

NAME = "9-1"


def scenes(places: Places) -> list[Vector]:
    """Return passing vectors of every edge of notifications."""

    def at(act: Act, *breaks: Break) -> Vector:
        return placed(places, "founded", act, *breaks)

    recipients = (Recipient("bidder-101", "lost"), Recipient("rep-03", "seated"))
    attempts = (Attempt("bidder-101", "call", reached=True),)
    queue = QueueNotification(NAME, ORG, f"lot/{LOT}", 9, recipients)
    return [
        at(engine("notification.queue/1", queue)),
        at(engine("notification.attempt/1", AttemptNotification(NAME, attempts)), _queued),
        at(bidder("notification.confirm/1", ConfirmNotification(NAME, "bidder-101"), 101),
           _queued),
        at(staff("call_sheet.print/1", PrintCallSheet("0" * 64, 2), "centre_clerk")),
    ]  # fmt: skip


def _queued(v: Vector) -> Vector:
    found = Notification(f"lot/{LOT}", 9, 0, (Telling("bidder-101", "lost"),))
    name = f"notification/{NAME}"
    state = Stream(name, 1, org=ORG, workflow="notification@1", place="queued",
                   edition=v.states["orgs"].edition, facets={"notification": found})  # fmt: skip
    return Vector(v.env, {**v.states, name: state}, v.at_us)
