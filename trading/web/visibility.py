"""Who may see what: one rule for every room and for programs, of a viewer, an object and the time.

What the log says openly everybody may see, for it stands in the tiles. Registrations, rolls and
deposits are closed until their lot is awarded: before that their own bidder sees them, and whoever
checks one sees that one, and neither list nor count. What stays restricted is for the few roles
named here. Auditors see everything. Source: decisions 4, 6, 16 and 17; security brief, INV-27.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from trading.awarding.certificates import certificate_stream
from trading.base.errors import NotFound
from trading.bidding.rules import bidder_number, registration_stream
from trading.centre import Centre
from trading.engine.desks import Waiting
from trading.engine.registry import PUBLIC, RESTRICTED, Registry
from trading.engine.stream import Stream
from trading.listing.tables import AWARDED_PLACES
from trading.notifications.rules import Notification
from trading.observing.rules import Panel
from trading.papers.kinds import WINNER, PaperKind
from trading.people.organisations import Orgs
from trading.record.entry import Row
from trading.web.viewer import Viewer

EVERYTHING = "auditor"
SILENT = frozenset({"registration", "roll", "deposit"})
"""Kinds that keep silent until the lot is awarded."""
OWN = frozenset({"registration", "deposit"})
"""Silent kinds of which their own bidder is told at once."""
CHECKS = {"registration": {"centre_reviewer"}, "deposit": {"centre_cashier", "office"}}
"""Who looks at one such object before the award; ``office`` freezes and rules on deposits."""
ONLY = {
    "person": {"office"},
    "notification": {"centre_clerk", "centre_operator", "office"},
    "call_sheet": {"centre_clerk", "centre_operator", "office"},
}
"""Who looks at what stays restricted; what is not named here is for auditors alone."""
ROLES = (
    "public", "resident_rep", "bidder", "centre_clerk", "centre_reviewer", "centre_cashier",
    "office", EVERYTHING,
)  # fmt: skip
"""Roles through whose eyes an auditor may look at a lot."""
NAMED = frozenset({"award_notice", "contract", "handover", "certificate"})
"""Papers that need the winner's name, all of them later than the award."""


def lot_of(stream: str) -> str:
    """Return the lot that ``stream`` is or belongs to; of anything else, the name of no lot."""
    kind, _slash, name = stream.partition("/")
    return name if kind in {"lot", "roll"} else name.rpartition("-")[0]


def is_awarded(lot: Stream | None) -> bool:
    """Tell whether a lot that stands so has opened what was silent about it."""
    return lot is not None and lot.place in AWARDED_PLACES


def tells_bidders(notification: Stream, lot: Stream | None) -> bool:
    """Tell whether a notification about ``lot`` tells who bids, or how many, before the award."""
    found: Notification = notification.facets["notification"]
    return not is_awarded(lot) and any(bidder_number(one.person) for one in found.tellings)


def role_sees(role: str, registry: Registry, kind: str, *, opened: bool) -> bool:
    """Tell whether ``role`` sees objects of ``kind`` that are not their own.

    ``opened`` says that the lot was awarded; only silent kinds ask for it.
    """
    audience = registry.streams[kind].audience
    if audience == PUBLIC or role == EVERYTHING:
        return True
    if audience == RESTRICTED:
        return role in ONLY.get(kind, ())
    return opened or role in CHECKS.get(kind, ())


def seen_by(
    role: str, registry: Registry, states: Mapping[str, Stream], lot: str
) -> dict[str, Stream]:
    """Return those of ``states`` that ``role`` could see while they stood so around ``lot``."""
    opened = is_awarded(states.get(f"lot/{lot}"))
    return {
        name: state
        for name, state in states.items()
        if role_sees(role, registry, state.kind, opened=opened)
    }


def sits(panel: Stream, person: str) -> bool:
    """Tell whether ``person`` sits on this panel, or did."""
    found: Panel = panel.facets["panel"]
    return person in found.members or person in found.gone


def result(lot: Stream) -> Any:
    """Return the award once its result was published: before, nobody is told who won."""
    award = lot.facets.get("award")
    return award if award is not None and award.bidder and award.published_us else None


class Sight:
    """What one viewer may see now."""

    def __init__(
        self, centre: Centre, viewer: Viewer, orgs: Orgs, own: Callable[[Viewer], Collection[str]]
    ) -> None:
        """Look with the eyes of ``viewer``; ``own`` finds the silent streams of a bidder."""
        self._centre = centre
        self._viewer = viewer
        self._orgs = orgs
        self._find_own = own
        self._own: Collection[str] | None = None

    def reaches(self, org: str) -> bool:
        """Tell whether a grant of the viewer reaches ``org``; what has no owner is for all."""
        return not org or self._viewer.reaches(org, self._orgs)

    def sees(self, state: Stream) -> bool:
        """Tell whether the viewer may look at ``state``."""
        return self._sees(state, self._centre.state)

    def works_on(self, state: Stream) -> bool:
        """Tell whether ``state`` is for a desk of the viewer: it is seen and a grant reaches it."""
        return self.reaches(state.org) and self.sees(state)

    def at_desk(self, one: Waiting) -> bool:
        """Tell whether the viewer may know that ``one`` waits; a silent thing tells of bidders."""
        if not self.reaches(one.org) or one.stream.partition("/")[0] not in SILENT:
            return self.reaches(one.org)
        state = self._centre.state(one.stream)
        return state is not None and self.sees(state)

    def entries(self, rows: Collection[Row]) -> set[int]:
        """Return the positions of those of ``rows`` whose content the viewer may read."""
        closed = self._centre.states({row.stream for row in rows if row.audience != PUBLIC})
        lots = self._centre.states({f"lot/{_about(state)}" for state in closed.values()})
        seen = {name for name, state in closed.items() if self._sees(state, lots.get)}
        return {row.idx for row in rows if row.audience == PUBLIC or row.stream in seen}

    def documents(self, state: Stream) -> bool:
        """Tell whether the viewer may take the documents that acts on ``state`` name."""
        if self._audits():
            return True
        if self._viewer.room == "staff":
            return self.works_on(state)
        if self._viewer.room == "representative" and state.kind == "panel":
            return sits(state, self._viewer.person)
        return self._owns(state.name)

    def paper(self, kind: PaperKind, state: Stream) -> bool:
        """Tell whether the viewer may have a paper: it is public, for a role of theirs, theirs."""
        if kind.public:
            return True
        if self._viewer.room == "staff":
            return any(self._viewer.holds(role, state.org, self._orgs) for role in kind.roles)
        return WINNER in kind.roles and self._won(state)

    def _sees(self, state: Stream, lot_at: Callable[[str], Stream | None]) -> bool:
        """Tell whether the viewer may look at ``state``; ``lot_at`` finds the state of a lot."""
        audience = self._centre.kernel.registry.streams[state.kind].audience
        if audience == PUBLIC or self._audits():
            return True
        lot = lot_at(f"lot/{_about(state)}")
        if audience != RESTRICTED and (is_awarded(lot) or self._owns(state.name)):
            return True
        if state.name == f"person/{self._viewer.person}":
            return self._viewer.signed_in
        if state.kind == "notification" and tells_bidders(state, lot):
            return False
        return self._serves(state)

    def _serves(self, state: Stream) -> bool:
        """Tell whether a desk of the viewer looks at closed objects like ``state``."""
        if self._viewer.room != "staff":
            return False
        if state.kind in ONLY:
            return bool(self._viewer.roles & ONLY[state.kind]) and self.reaches(state.org)
        checks = CHECKS.get(state.kind, ())
        return any(self._viewer.holds(role, state.org, self._orgs) for role in checks)

    def _audits(self) -> bool:
        """Tell whether the viewer is an auditor: two persons gave that role, a room gives none."""
        return self._viewer.room == EVERYTHING and EVERYTHING in self._viewer.roles

    def _owns(self, stream: str) -> bool:
        if self._viewer.room != "bidder" or stream.partition("/")[0] not in OWN:
            return False
        if self._own is None:
            self._own = frozenset(self._find_own(self._viewer))
        return stream in self._own

    def _won(self, state: Stream) -> bool:
        if state.kind == "certificate":
            lot = self._centre.state(f"lot/{state.facets['certificate'].lot}")
            if lot is None or not _certifies(lot, state):
                return False
            state = lot
        award, lot_name = state.facets.get("award"), state.name.partition("/")[2]
        if award is None or not award.bidder:
            return False
        return self._owns(registration_stream(lot_name, award.bidder))


def names_shown(centre: Centre, kind: str, *, public: bool, state: Stream) -> bool:
    """Tell whether names may stand on a paper: never on a public one, never before the award."""
    name = state.name.partition("/")[2]
    lot = state.facets["certificate"].lot if state.kind == "certificate" else name
    return kind in NAMED and not public and is_awarded(centre.state(f"lot/{lot}"))


def stream_found(centre: Centre, stream: str) -> Stream:
    """Return the state of ``stream``; raise ``NotFound`` where there is none of that kind."""
    if stream.partition("/")[0] not in centre.kernel.registry.streams:
        raise NotFound("no such page")
    found = centre.state(stream)
    if found is None:
        raise NotFound("no such page")
    return found


def _about(state: Stream) -> str:
    """Return the lot that a closed object is about, the name of none where it is about no lot."""
    if state.kind == "notification":
        return lot_of(state.facets["notification"].about)
    return lot_of(state.name)


def _certifies(lot: Stream, certificate: Stream) -> bool:
    """Tell whether ``certificate`` is that of the result that stands, or came in its place."""
    award = lot.facets.get("award")
    names = {certificate.name, certificate_stream(certificate.facets["certificate"].former)}
    return award is not None and certificate_stream(award.certificate) in names
