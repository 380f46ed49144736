"""What turns one guard of a notification alone."""

from __future__ import annotations

from tests.trade.vectors.build import Break, Breaks, Vector, data, facet, given
from trading.notifications.rules import ATTEMPTS_MAX, Attempt, Recipient, Telling


def _twice(v: Vector) -> Vector:
    return data(recipients=(Recipient("bidder-101", "lost"),) * 2)(v)


def _used_up(v: Vector) -> Vector:
    tellings = (Telling("bidder-101", "lost", attempts=ATTEMPTS_MAX),)
    return facet(f"notification/{v.env.data.notification}", "notification", tellings=tellings)(v)


def _confirmed(v: Vector) -> Vector:
    tellings = (Telling("bidder-101", "lost", confirmed_us=1),)
    return facet(f"notification/{v.env.data.notification}", "notification", tellings=tellings)(v)


_STRANGER: Break = data(attempts=(Attempt("somebody", "call", reached=True),))
BREAKS: Breaks = {
    ("notification", "queue", "writer"): {"recipients_once_v1": _twice},
    ("notification", "attempt", "writer"): {
        "addressed_v1": _STRANGER,
        "attempts_left_v1": _used_up,
    },
    ("notification", "confirm", "bidder"): {
        "addressed_v1": _confirmed,
        "own_or_called_v1": given(actor="bidder-202"),
    },
}
