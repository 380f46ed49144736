"""What a member of the staff may look at: the reach of the grants, and the silence before the end.

Public objects are seen wherever a grant reaches. Registrations, rolls and deposits are silent
until the award: before it whoever checks one registration sees that one, and neither list nor
count; the cashier sees the one deposit. Source: decisions 4, 16 and 17.
"""

from __future__ import annotations

from trading.base.errors import NotFound
from trading.bidding.rules import bidder_number
from trading.engine.registry import PUBLIC
from trading.engine.stream import Stream
from trading.listing.tables import AWARDED_PLACES
from trading.notifications.rules import Notification
from trading.web.shell import Asked, Shell, viewer_of
from trading.web.viewer import Viewer

RESTRICTED = "restricted"
ONLY_ONE = "-"
"""Stands in an address for the name of a stream that is the only one of its kind."""
CHECKS = {"registration": {"centre_reviewer"}, "deposit": {"centre_cashier", "office"}}
"""Who looks at one such object before the end; ``office`` freezes and rules on deposits."""
ONLY = {
    "person": {"office"},
    "notification": {"centre_clerk", "centre_operator", "office"},
    "call_sheet": {"centre_clerk", "centre_operator", "office"},
}
"""Who looks at what stays restricted; what is not named here is nobody's of the staff."""


def sees(shell: Shell, viewer: Viewer, state: Stream) -> bool:
    """Tell whether ``viewer`` may look at ``state``."""
    orgs = shell.orgs()
    audience = shell.centre.kernel.registry.streams[state.kind].audience
    if state.org and not viewer.reaches(state.org, orgs):
        return False
    if audience == PUBLIC:
        return True
    if audience == RESTRICTED:
        known = bool(viewer.roles & ONLY.get(state.kind, set()))
        return known and not (state.kind == "notification" and tells_bidders(shell, state))
    return _opened(shell, state) or any(
        viewer.holds(role, state.org, orgs) for role in CHECKS.get(state.kind, ())
    )


def stream_of(kind: str, name: str) -> str:
    """Return the stream that an address names; the only one of its kind has no name."""
    return kind if name == ONLY_ONE else f"{kind}/{name}"


def address_of(stream: str) -> tuple[str, str]:
    """Return kind and name under which ``stream`` is found; the inverse of ``stream_of``."""
    kind, _slash, name = stream.partition("/")
    return kind, name or ONLY_ONE


def visible(shell: Shell, request: Asked, stream: str) -> Stream:
    """Return ``stream``; raise ``NotFound`` where it does not exist or is not to be seen."""
    if stream.partition("/")[0] not in shell.centre.kernel.registry.streams:
        raise NotFound("no such page")
    state = shell.state(stream)
    if not sees(shell, viewer_of(request), state):
        raise NotFound("no such page")
    return state


def tells_bidders(shell: Shell, state: Stream) -> bool:
    """Tell whether a notification tells who bids, or how many do, before the award."""
    found: Notification = state.facets["notification"]
    to_bidders = any(bidder_number(telling.person) for telling in found.tellings)
    return to_bidders and not _awarded(shell, lot_of(found.about))


def _opened(shell: Shell, state: Stream) -> bool:
    """Tell whether the lot of a silent object has been awarded."""
    return _awarded(shell, lot_of(state.name))


def _awarded(shell: Shell, lot: str) -> bool:
    found = shell.centre.state(f"lot/{lot}")
    return found is not None and found.place in AWARDED_PLACES


def lot_of(stream: str) -> str:
    """Return the lot that ``stream`` is or belongs to; of anything else, the name of no lot."""
    kind, _slash, name = stream.partition("/")
    return name if kind in {"lot", "roll"} else name.rpartition("-")[0]
