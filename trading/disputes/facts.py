"""Instants of disputes that timers use."""

from __future__ import annotations

from trading.disputes.rules import Objection
from trading.engine.stream import Stream


def answer_due(stream: Stream) -> int | None:
    """Return before when the next answer to an objection is due, None where none is."""
    objection: Objection | None = stream.facets.get("objection")
    return objection.due_us or None if objection else None
