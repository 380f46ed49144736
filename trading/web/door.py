"""The door: finds who asks, refuses who may not, and takes no act that a foreign page has sent.

Source: decisions 16 and 20; security brief, INV-26, INV-27 and INV-29.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

import anyio.to_thread
import msgspec
from litestar.connection import ASGIConnection, Request
from litestar.datastructures import FormMultiDict
from litestar.handlers.base import BaseRouteHandler

from trading.base.errors import InvalidInput, NotFound, NotPermitted
from trading.base.units import SECOND_US
from trading.centre import Centre
from trading.people.reading import Reads
from trading.people.rules import Person, held_at
from trading.people.sessions import Session, Sessions
from trading.web.access import OPT, Access
from trading.web.together import Together
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


class Sent(msgspec.Struct):
    """What the door looks at in the headers of one request, read in one pass."""

    session: str = ""
    form: str = ""
    bearer: str = ""
    origin: str = ""
    host: str = ""
    site: str = "same-origin"
    csrf: str = ""
    content_type: str = ""
    key: str = ""

    @classmethod
    def of(cls, scope: Any) -> Sent:
        """Read the headers of ``scope``."""
        sent = cls()
        for name, value in scope["headers"]:
            field = _HEADERS.get(name)
            if field is not None:
                setattr(sent, field, value.decode("latin-1"))
            elif name == b"cookie":
                sent.session, sent.form = _cookies(value.decode("latin-1"), scope)
            elif name == b"authorization" and value.startswith(b"Bearer "):
                sent.bearer = value[7:].decode("latin-1").strip()
        return sent


_HEADERS = {
    b"origin": "origin",
    b"host": "host",
    b"sec-fetch-site": "site",
    b"x-csrf-token": "csrf",
    b"content-type": "content_type",
    b"idempotency-key": "key",
}


class Door:
    """Finds the viewer of a request and guards every route by its declared access."""

    def __init__(self, centre: Centre, sessions: Sessions) -> None:
        """Let in who has one of ``sessions``; ``bearer`` is set by the API."""
        self.bearer: Bearer | None = None
        self.reads: Reads | None = None
        self._centre = centre
        self._sessions = sessions
        self._known: dict[str, tuple[int, Viewer]] = {}
        self._lookups = Together(self.find_all)

    async def guard(self, connection: ASGIConnection[Any, Any, Any, Any], handler: object) -> None:
        """Raise unless the caller may ask this route, and sent this form from a page of ours."""
        assert isinstance(handler, BaseRouteHandler)
        if OPT not in handler.opt and connection.scope.get("method") == "OPTIONS":
            return  # the framework's own answer: which methods there are, and nothing else
        check_address(connection.scope)
        viewer = await self.viewer(connection)
        connection.scope["state"][VIEWER] = viewer
        access: Access = handler.opt[OPT]
        access.check(viewer)
        tells_more = not access.everybody or access.objects == "seen"
        if viewer.room == "auditor" and tells_more and self.reads is not None:
            asked = (
                f"{connection.scope.get('method', '')} {connection.url.path}?{connection.url.query}"
            )
            await anyio.to_thread.run_sync(self.reads.record_read, viewer.person, asked)
        if isinstance(connection, Request) and connection.method not in SAFE:
            await check_origin(connection, viewer)

    async def viewer(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Viewer:
        """Return who asks; the public where no session is known."""
        return await self.viewer_of(Sent.of(connection.scope))

    async def viewer_of(self, sent: Sent) -> Viewer:
        """Return who has sent those headers; the public where no session is known."""
        if sent.bearer and self.bearer is not None:
            return await self.bearer(sent.bearer)
        token = sent.session
        found = (self._fresh(token) or await self._look(token)) if token else PUBLIC
        if found.signed_in or not sent.form:
            return found
        return msgspec.structs.replace(found, csrf=form_token(sent.form))

    async def _look(self, token: str) -> Viewer:
        """Look up everybody who waits to be known, in one turn."""
        while (found := self._fresh(token)) is None:
            await self._lookups.ask(token)
        return found

    def _fresh(self, token: str) -> Viewer | None:
        known = self._known.get(token)
        if known is not None and self._centre.clock.now_us() - known[0] < KNOWN_US:
            return known[1]
        return None

    def find_all(self, tokens: set[str]) -> None:
        """Look up the viewers of the sessions of ``tokens`` now, and know them for a while."""
        now_us, sessions = self._centre.clock.now_us(), self._sessions.find_all(tokens)
        viewers = self.known(sessions)
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()
        self._known.update((token, (now_us, viewers.get(token, PUBLIC))) for token in tokens)

    def forget(self, token: str) -> None:
        """Look ``token`` up anew at the next request."""
        self._known.pop(token, None)

    def known(self, sessions: dict[str, Session], *, api: bool = False) -> dict[str, Viewer]:
        """Return the viewers of ``sessions``, by token, with the grants that are held now."""
        states = self._centre.states({f"person/{one.person}" for one in sessions.values()})
        now_us = self._centre.clock.now_us()
        found = {}
        for token, one in sessions.items():
            state = states.get(f"person/{one.person}")
            person = state.facets.get("person") if state else None
            grants = held_at(person, now_us) if isinstance(person, Person) else ()
            found[token] = Viewer(
                one.person, one.room, one.level, grants, one.id.hex(), form_token(token), api
            )
        return found


async def check_origin(request: Request[Any, Any, Any], viewer: Viewer) -> None:
    """Raise ``NotPermitted`` for an unsafe request that no page of ours has sent."""
    if viewer.api:
        return
    sent = Sent.of(request.scope)
    brought = sent.csrf
    if sent.content_type.startswith(_FORMS):
        check_site(sent)  # before anything of a foreign page is parsed
        form = await _form(request)
        request.scope["state"][FORM] = form
        brought = brought or str(form.get(CSRF_FIELD, ""))
        try:
            check_sent(sent, viewer, brought)
        except NotPermitted:
            await form.close()  # no handler will
            raise
        return
    check_sent(sent, viewer, brought)


async def _form(request: Request[Any, Any, Any]) -> FormMultiDict:
    """Return the form of ``request``; raise ``InvalidInput`` for what is no text that we keep."""
    try:
        form = await request.form()
    except (LookupError, UnicodeError) as error:  # a character set of its own, or none
        raise InvalidInput("the form cannot be read", rule="form") from error
    for _name, value in form.multi_items():
        if isinstance(value, str) and not storable(value):
            await form.close()
            raise InvalidInput("the form cannot be read", rule="form")
    return form


def storable(text: str) -> bool:
    """Tell whether every database of ours can take ``text``, if only to look for it."""
    return "\0" not in text and not any("\ud800" <= one <= "\udfff" for one in text)


def check_sent(sent: Sent, viewer: Viewer, brought: str) -> None:
    """Raise ``NotPermitted`` unless a page of ours has sent this and ``brought`` its token back.

    A bearer token is no cookie: no foreign page can make a browser send it.
    """
    if viewer.api:
        return
    check_site(sent)
    if not viewer.csrf or not hmac.compare_digest(brought.encode(), viewer.csrf.encode()):
        raise NotPermitted("the page is too old: open it again and send the form once more")


def check_site(sent: Sent) -> None:
    """Raise ``NotPermitted`` for what another site has sent."""
    if sent.origin and sent.origin.partition("://")[2] != sent.host:
        raise NotPermitted("sent from another site")
    if sent.site not in {"same-origin", "none"}:
        raise NotPermitted("sent from another site")


def check_address(scope: Any) -> None:
    """Raise ``NotFound`` for a name that nothing of ours has, ``InvalidInput`` for such a word."""
    if "\0" in scope["path"]:
        raise NotFound("no such page")
    if b"%00" in scope["query_string"]:
        raise InvalidInput("an address cannot hold this", rule="address")


def cookie_name(name: str, scope: Any) -> str:
    """Return what a cookie is called: on HTTPS the prefix binds it to this host."""
    return f"__Host-{name}" if scope["scheme"] == "https" else name


def _cookies(said: str, scope: Any) -> tuple[str, str]:
    """Return the session and the form of a Cookie header; our values need no unquoting."""
    found = dict(part.strip().partition("=")[::2] for part in said.split(";"))
    session, form = cookie_name("session", scope), cookie_name("form", scope)
    return found.get(session, ""), found.get(form, "")


def form_token(token: str) -> str:
    """Return what forms must bring back where the cookie is ``token``."""
    return hmac.new(token.encode(), b"form", sha256).hexdigest()
