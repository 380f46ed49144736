"""Who may ask a route at all: declared for each one, and an undeclared route does not start.

Whoever may not is told nothing of it: the answer is that of a path that does not exist, or the
door for those who have not signed in yet. What may be seen of one object is for the room to say;
``objects`` names that rule for the table that is generated from here. Source: decision 16;
security brief, INV-27.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec
from litestar import Litestar
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler

from trading.base.errors import DefinitionError, NotFound, SignInFirst
from trading.web.viewer import Viewer

OPT = "access"
TWO_FACTORS = frozenset({"staff", "auditor"})
"""Rooms that one factor does not open."""
SURE = frozenset({"two", "passkey", "demo"})
"""How sure we must be of who enters those rooms."""
LIMITS = "limits"
"""In the ``opt`` of a route: the buckets of which a request spends a token (INV-31)."""
Objects = Literal["none", "public", "own", "org", "panel", "served", "seen"]
"""Whose objects are seen: none is named; published ones; one's own; those of an organisation
that a grant reaches; those of a panel one sits on; whatever the desks serve; whatever the viewer
may see wherever they are (``trading.web.visibility``)."""


class Access(msgspec.Struct, frozen=True):
    """Who may ask: everybody, or who is signed in to one of ``rooms`` with one of ``roles``.

    Empty ``roles`` means any role. ``halfway`` lets in who still owes the second factor.
    """

    everybody: bool = False
    rooms: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    objects: Objects = "none"
    halfway: bool = False

    def check(self, viewer: Viewer) -> None:
        """Raise ``SignInFirst`` for the public, ``NotFound`` for others who may not."""
        if self.everybody:
            return
        if not viewer.signed_in:
            raise SignInFirst("sign in first")
        if viewer.room in TWO_FACTORS and viewer.level not in SURE and not self.halfway:
            raise SignInFirst("sign in first")
        if viewer.room not in self.rooms:
            raise NotFound("no such page")
        if self.roles and not viewer.roles.intersection(self.roles):
            raise NotFound("no such page")


EVERYBODY = Access(everybody=True, objects="public")
STAFF = Access(rooms=("staff",), objects="org")
BIDDER = Access(rooms=("bidder",), objects="own")
REPRESENTATIVE = Access(rooms=("representative",), objects="panel")
AUDITOR = Access(rooms=("auditor",), roles=("auditor",), objects="served")
ANYONE_SIGNED_IN = Access(rooms=("staff", "bidder", "representative", "auditor"), halfway=True)
OFFICE = Access(rooms=("staff",), roles=("office",), objects="org")


def opt(access: Access) -> dict[str, Any]:
    """Return what a handler's ``opt`` says: ``@get(..., opt=opt(STAFF))``."""
    return {OPT: access}


def declared(app: Litestar) -> Iterable[tuple[str, str, Access]]:
    """Yield (method, path, access) of every route; raise ``DefinitionError`` for an undeclared one.

    Methods that the framework answers itself (OPTIONS) are not ours to declare.
    """
    for method, path, access, _handler in declared_handlers(app):
        yield method, path, access


def declared_handlers(
    app: Litestar,
) -> Iterable[tuple[str, str, Access, HTTPRouteHandler | ASGIRouteHandler]]:
    """Yield (method, path, access, handler) of every route, as ``declared`` does."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", None) or (route.route_handler,):  # type: ignore[union-attr]
            if isinstance(handler, HTTPRouteHandler | ASGIRouteHandler):
                methods = getattr(handler, "http_methods", None) or {"GET"}
                if methods == {"OPTIONS"}:
                    continue
                found = handler.opt.get(OPT)
                if not isinstance(found, Access):
                    raise DefinitionError("a route without declared roles", path=route.path)
                yield from ((str(m), route.path, found, handler) for m in sorted(methods))
