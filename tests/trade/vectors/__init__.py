"""For every edge of every workflow, and every guard of it, what breaks that guard alone.

A scene is a command with the states before it. ``BREAKS`` changes a passing scene so that exactly
one guard turns; ``test_vectors`` proves that nothing is missing and nothing is left over. By
(workflow, trigger, first role of the edge) it holds: guard -> what turns this guard alone.
"""

from __future__ import annotations

from tests.trade.vectors import (
    awarding,
    builtin,
    corrections,
    deposits,
    disputes,
    listing,
    lot,
    notifications,
    observing,
    people,
    register,
    registration,
)
from tests.trade.vectors.build import Breaks
from trading.engine.definitions import Transition

BREAKS: Breaks = {
    **builtin.BREAKS,
    **corrections.BREAKS,
    **people.BREAKS,
    **register.BREAKS,
    **listing.BREAKS,
    **registration.BREAKS,
    **deposits.BREAKS,
    **notifications.BREAKS,
    **observing.BREAKS,
    **lot.BREAKS,
    **awarding.BREAKS,
    **disputes.BREAKS,
}


def key(workflow: str, edge: Transition) -> tuple[str, str, str]:
    """Return the key of an edge in ``BREAKS``."""
    return workflow.partition("@")[0], edge.trigger, edge.roles[0]
