"""Facts and instants of disputes that others use."""

from __future__ import annotations

from trading.disputes.rules import Disputes, Objection
from trading.engine.context import Context
from trading.engine.stream import Stream


def objection_end(stream: Stream) -> int | None:
    """Return before when the next answer to an objection is due, None where none is."""
    objection: Objection | None = stream.facets.get("objection")
    return objection.due_us or None if objection else None


def answer_due(stream: Stream) -> int | None:
    """Return the same while it was not marked as missed: a mark is made once."""
    objection: Objection | None = stream.facets.get("objection")
    return None if objection is None or objection.late else objection_end(stream)


def rerun_us(context: Context) -> int:
    """Return since when this lot is run again, 0 where no result of it fell."""
    disputes = context.find(Disputes)
    return disputes.rerun_us if disputes else 0
