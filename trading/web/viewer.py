"""Who looks: the public, or a person with the grants that are held now.

Source: decisions 16 and 20; security brief, INV-27.
"""

from __future__ import annotations

import msgspec

from trading.people.organisations import Orgs, covers
from trading.people.rules import Grant
from trading.people.sessions import Level

OPEN_ROLES = {"bidder": "bidder", "representative": "resident_rep"}
"""The role that a room itself gives: nobody grants it, the rules of the trade do."""


class Viewer(msgspec.Struct, frozen=True):
    """One request's person; ``person`` is empty for the public.

    ``room`` is where they signed in, ``level`` how sure we are, ``grants`` what they hold now,
    ``session`` the id of the session (hex), ``csrf`` what their forms must bring back.
    ``api`` tells that a bearer token speaks: no cookie came, so no form can be forged.
    """

    person: str = ""
    room: str = "public"
    level: Level | str = ""
    grants: tuple[Grant, ...] = ()
    session: str = ""
    csrf: str = ""
    api: bool = False

    @property
    def signed_in(self) -> bool:
        """Tell whether anybody is signed in."""
        return bool(self.person)

    @property
    def roles(self) -> frozenset[str]:
        """Return the roles that are held now anywhere, the open role of the room included."""
        held = {grant.role for grant in self.grants}
        return frozenset(held | ({OPEN_ROLES[self.room]} if self.room in OPEN_ROLES else set()))

    def holds(self, role: str, org: str, orgs: Orgs) -> bool:
        """Tell whether ``role`` is held on ``org`` or above it."""
        return any(g.role == role and covers(orgs, g.org, org) for g in self.grants)

    def reaches(self, org: str, orgs: Orgs) -> bool:
        """Tell whether any grant reaches ``org``."""
        return any(covers(orgs, grant.org, org) for grant in self.grants)


PUBLIC = Viewer()
