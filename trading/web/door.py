"""The door: finds who asks, refuses who may not, and takes no act that a foreign page has sent.

Source: decisions 16 and 20; security brief, INV-26, INV-27 and INV-29.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import anyio.to_thread
import msgspec
from litestar.connection import ASGIConnection, Request
from litestar.handlers.base import BaseRouteHandler

from trading.base.errors import NotPermitted
from trading.base.units import SECOND_US
from trading.centre import Centre
from trading.people.rules import Person, held_at
from trading.people.sessions import Session, Sessions
from trading.web.access import OPT, Access
from trading.web.viewer import PUBLIC, Viewer

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
VIEWER, FORM = "viewer", "form"
KNOWN_US = SECOND_US
"""How long a worker may go on believing a session that ended: INV-26 allows a second."""
KNOWN_MAX = 10_000
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

Bearer = Callable[[str], Awaitable[Viewer]]
"""Finds who speaks by a bearer token; raises ``NotAuthenticated`` for a bad one."""


class Door:
    """Finds the viewer of a request and guards every route by its declared access."""

    def __init__(self, centre: Centre, sessions: Sessions) -> None:
        """Let in who has one of ``sessions``; ``bearer`` is set by the API."""
        self.bearer: Bearer | None = None
        self._centre = centre
        self._sessions = sessions
        self._known: dict[str, tuple[int, Viewer]] = {}

    async def guard(self, connection: ASGIConnection[Any, Any, Any, Any], handler: object) -> None:
        """Raise unless the caller may ask this route, and sent this form from a page of ours."""
        assert isinstance(handler, BaseRouteHandler)
        viewer = await self.viewer(connection)
        connection.scope["state"][VIEWER] = viewer
        access: Access = handler.opt[OPT]
        access.check(viewer)
        if isinstance(connection, Request) and connection.method not in SAFE:
            await check_origin(connection, viewer)

    async def viewer(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Viewer:
        """Return who asks; the public where no session is known."""
        header = connection.headers.get("Authorization", "")
        if header.startswith("Bearer ") and self.bearer is not None:
            return await self.bearer(header.removeprefix("Bearer ").strip())
        token = connection.cookies.get(cookie_name("session", connection.scope), "")
        found = await self._of_session(token) if token else PUBLIC
        form = connection.cookies.get(cookie_name("form", connection.scope), "")
        if found.signed_in or not form:
            return found
        return msgspec.structs.replace(found, csrf=form_token(form))

    async def _of_session(self, token: str) -> Viewer:
        known = self._known.get(token)
        if known is not None and self._centre.clock.now_us() - known[0] < KNOWN_US:
            return known[1]
        return await anyio.to_thread.run_sync(self.find, token)

    def find(self, token: str) -> Viewer:
        """Return the viewer of a session's token, looked up now."""
        found = self._sessions.find(token)
        viewer = self.known(found, form_token(token)) if found is not None else PUBLIC
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()
        self._known[token] = (self._centre.clock.now_us(), viewer)
        return viewer

    def forget(self, token: str) -> None:
        """Look ``token`` up anew at the next request."""
        self._known.pop(token, None)

    def known(self, session: Session, csrf: str, *, api: bool = False) -> Viewer:
        """Return the viewer of ``session`` with the grants that are held now."""
        state = self._centre.state(f"person/{session.person}")
        person = state.facets.get("person") if state else None
        now_us = self._centre.clock.now_us()
        grants = held_at(person, now_us) if isinstance(person, Person) else ()
        return Viewer(
            session.person, session.room, session.level, grants, session.id.hex(), csrf, api
        )


async def check_origin(request: Request[Any, Any, Any], viewer: Viewer) -> None:
    """Raise ``NotPermitted`` for an unsafe request that no page of ours has sent.

    A bearer token is no cookie: no foreign page can make a browser send it.
    """
    if viewer.api:
        return
    origin = request.headers.get("Origin", "")
    if origin and urlsplit(origin).netloc != request.headers.get("Host", ""):
        raise NotPermitted("sent from another site")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise NotPermitted("sent from another site")
    sent = request.headers.get(CSRF_HEADER, "")
    if request.headers.get("Content-Type", "").startswith(_FORMS):
        form = await request.form()
        request.scope["state"][FORM] = form
        sent = sent or str(form.get(CSRF_FIELD, ""))
    if not viewer.csrf or not hmac.compare_digest(sent.encode(), viewer.csrf.encode()):
        raise NotPermitted("the page is too old: open it again and send the form once more")


def cookie_name(name: str, scope: Any) -> str:
    """Return what a cookie is called: on HTTPS the prefix binds it to this host."""
    return f"__Host-{name}" if scope["scheme"] == "https" else name


def form_token(token: str) -> str:
    """Return what forms must bring back where the cookie is ``token``."""
    return hmac.new(token.encode(), b"form", sha256).hexdigest()
