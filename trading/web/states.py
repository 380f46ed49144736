"""How a state is shown in every room: its word with a tone, and the tone with an icon.

The words stand in the workflows; here is only whether a state is good, waits for somebody, went
wrong, or is none of these.
"""

from __future__ import annotations

from typing import Literal

from trading.centre import Centre
from trading.engine.stream import CLEAR
from trading.words.telling import place_label

Tone = Literal["good", "wait", "bad", "calm"]
WAIT = frozenset({
    "listed", "qualifying", "ready", "bidding", "thin", "negotiating", "provisional", "publicity",
    "drafted", "reviewing", "street_review", "office_review", "submitted", "checking", "filed",
    "admitted", "queued", "refund_due", "called", "committed", "open", "held", "returned",
    "expiring_first", "expiring_second", "expiring_third", "expiring_last", "suspended",
})  # fmt: skip
GOOD = frozenset({
    "confirmed", "cleared", "awarded", "contracted", "certified", "resolved", "approved",
    "accepted", "qualified", "issued", "active", "refunded", "converted", "in_force", "let",
    "seated", "checked",
})  # fmt: skip
BAD = frozenset({
    "stalled", "defaulted", "failed", "terminated", "voided", "rejected", "forfeited", "frozen",
    "refund_overdue", "unanswered", "lost", "lapsed", "expired", "cancelled",
})  # fmt: skip


def tone(place: str, hold: str = CLEAR) -> Tone:
    """Return the tone of ``place``; what is held waits."""
    if hold != CLEAR:
        return "wait"
    if place in GOOD:
        return "good"
    if place in BAD:
        return "bad"
    return "wait" if place in WAIT else "calm"


def shown(centre: Centre, kind: str, place: str, hold: str = CLEAR) -> tuple[str, Tone]:
    """Return the word and the tone of ``place`` of a stream of ``kind``, as it stands now."""
    return place_label(centre, kind, place if hold == CLEAR else hold), tone(place, hold)
