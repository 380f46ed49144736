"""What a role could see of a lot's objects at one instant of its history.

Public objects are seen by everybody. Registrations, the list of bidders and deposits are veiled
until the award; before it whoever checks one registration sees neither list nor count, and the
cashier sees deposits alone. What is restricted is seen by auditors. Source: decisions 4 and 17.
"""

from __future__ import annotations

from collections.abc import Mapping

from trading.engine.registry import PUBLIC, Registry
from trading.engine.stream import Stream
from trading.listing.tables import AWARDED_PLACES

EVERYTHING = "auditor"
ROLES = ("public", "resident_rep", "bidder", "centre_clerk", "centre_cashier", "office", EVERYTHING)
RESTRICTED = "restricted"
_CHECKS = {"centre_clerk": {"registration"}, "centre_cashier": {"deposit"}}


def seen_by(
    role: str, registry: Registry, states: Mapping[str, Stream], lot: str
) -> dict[str, Stream]:
    """Return those of ``states`` that ``role`` could see while they stood so."""
    if role == EVERYTHING:
        return dict(states)
    found = states.get(f"lot/{lot}")
    opened = found is not None and found.place in AWARDED_PLACES
    checks = _CHECKS.get(role, set())

    def is_seen(state: Stream) -> bool:
        audience = registry.streams[state.kind].audience
        if audience == PUBLIC:
            return True
        return audience != RESTRICTED and (opened or state.kind in checks)

    return {name: state for name, state in states.items() if is_seen(state)}
