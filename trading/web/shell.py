"""What every room is given: the centre, the viewer of a request, pages, acts and the way back.

A room is a folder with a function ``routes(shell)``; it knows the shell and the subjects, and no
other room. Source: decision 21; architecture brief, section 2.2.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Request, Response
from litestar.datastructures import Cookie, FormMultiDict
from sqlalchemy import Connection

from trading.base.entropy import SystemEntropy
from trading.base.errors import NotFound, TradingError
from trading.bidding.rules import bidder_number
from trading.centre import Centre
from trading.demo.sandbox import Sandbox
from trading.engine.stream import Command, Stream
from trading.people.organisations import Orgs
from trading.people.reading import Reads
from trading.people.sessions import Level, Room, Sessions
from trading.store import log
from trading.store.batch import Receipt
from trading.store.home import Home
from trading.web import templates
from trading.web.door import FORM, VIEWER, Door, cookie_name, form_token
from trading.web.limits import Limits
from trading.web.viewer import PUBLIC, Viewer
from trading.web.visibility import Sight
from trading.words.explaining import explain, worded
from trading.words.language import LANGUAGES, speaking

Asked = Request[Any, Any, Any]
FORM_TOKEN_BYTES = 16
KEY_BYTES = 12
LANGUAGE_SECONDS = 365 * 86_400
HTML = "text/html"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; media-src 'self' blob:; manifest-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


OnLot = tuple[str, str]
"""A person and a lot."""


class Shell:
    """The rooms' common ground; ``demo`` names who may be signed in as by one click, if anybody."""

    def __init__(self, centre: Centre, home: Home) -> None:
        """Serve ``centre``."""
        self.centre = centre
        self.home = home
        self.entropy = SystemEntropy()
        self.sessions = Sessions(centre.engine, centre.clock, self.entropy)
        self.door = Door(centre, self.sessions)
        self.door.reads = Reads(centre.engine, centre.clock, home.keys_dir)
        self.limits = Limits(centre)
        self.demo: tuple[Any, ...] = ()
        self.sandbox: Sandbox | None = None
        self.acting_all: Callable[[Collection[OnLot]], dict[OnLot, str]] = as_numbers
        """Returns the numbers under which bidders act on lots; set by the bidders' room."""
        self.own_streams: Callable[[Viewer], Collection[str]] = lambda _viewer: ()
        """Returns the registrations and deposits of a bidder; set by the bidders' room."""

    def acting(self, viewer: Viewer, lot: str) -> str:
        """Return under which name ``viewer`` acts on ``lot``.

        Raises ``NotFound`` where no number was drawn: what a person is called must not get into
        the record.
        """
        asked = (viewer.person, lot)
        found = self.acting_all([asked])[asked]
        if not found:
            raise NotFound("no such page")
        return found

    def page(self, request: Asked, template: str, *, status: int = 200, **values: Any) -> Page:
        """Return a page in the language of the reader; ``template`` lies in ``templates/pages``."""
        lang, drawn = chosen_language(request), _FormCookie(self, request)
        asked = request.scope
        values = {
            "viewer": viewer_of(request), "now_us": self.centre.clock.now_us(), "lang": lang,
            "csrf": drawn.token, "key": self.new_key, "path": asked["path"],
            "demo": self.demo, "sandbox": self.sandbox,
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            **values,
        }  # fmt: skip
        with speaking(lang):
            text = templates.render(template, values)
        headers = {"Content-Security-Policy": CSP, "Content-Language": _tag(lang)}
        return Response(
            text, status_code=status, media_type=HTML, headers=headers,
            cookies=[*drawn.cookies(), *_language_cookie(request)],
        )  # fmt: skip

    def act(
        self,
        request: Asked,
        kind: str,
        data: Command | bytes,
        role: str,
        *,
        key: str = "",
        **more: Any,
    ) -> Receipt:
        """Let the viewer do ``data`` and return the receipt; raise what it was refused with.

        ``key`` makes a double tap one act; that of the form is taken where none is given. More is
        as in ``Centre.envelope``: facts, docs, files, personal, org.
        """
        parsed = self.centre.parse(kind, data) if isinstance(data, bytes) else data
        key = key or str(form_of(request).get("key", ""))
        return self.centre.do(kind, parsed, viewer_of(request).person, role, key=key, **more)

    def state(self, stream: str) -> Stream:
        """Return the state of ``stream``; raise ``NotFound`` where it does not exist."""
        self.centre.refresh()
        found = self.centre.state(stream)
        if found is None:
            raise NotFound("no such page")
        return found

    def orgs(self) -> Orgs:
        """Return the organisations as they are known now."""
        state = self.centre.state("orgs")
        found = state.facets.get("orgs") if state else None
        return found if isinstance(found, Orgs) else Orgs()

    def sight(self, viewer: Viewer) -> Sight:
        """Return what tells whether ``viewer`` may see an object now."""
        return Sight(self.centre, viewer, self.orgs(), self.own_streams)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that reads one moment."""
        with log.reading(self.centre.reading) as connection:
            yield connection

    def explain(self, request: Asked, error: TradingError) -> dict[str, Any]:
        """Return ``error`` in the words of the reader: message, field, and every rule it broke."""
        with speaking(chosen_language(request)):
            told = explain(error, self.centre)
            return {**told, "detail": worded(told["detail"])} if "detail" in told else told

    def new_key(self) -> str:
        """Return a fresh key of idempotency for a form."""
        return self.entropy(KEY_BYTES).hex()

    def sign_in(
        self, request: Asked, answer: Response[Any], person: str, room: Room, level: Level
    ) -> None:
        """Let ``answer`` sign ``person`` in under a new session; the old one ends (INV-26)."""
        name = cookie_name("session", request.scope)
        old = request.cookies.get(name, "")
        token = self.sessions.begin(person, room, level, instead_of=old)
        self.door.forget(old)
        keep = 90 * 86_400 if room == "representative" else None
        answer.cookies.append(_cookie(request, "session", token, keep))

    def sign_out(self, request: Asked, answer: Response[Any]) -> None:
        """End the session of ``request``; its cookie goes with ``answer``."""
        token = request.cookies.get(cookie_name("session", request.scope), "")
        self.sessions.end(token)
        self.door.forget(token)
        answer.cookies.append(_cookie(request, "session", "", 0))


Page = Response[str]


class _FormCookie:
    """What forms of a page bring back; the public gets a cookie for it when a form asks."""

    def __init__(self, shell: Shell, request: Asked) -> None:
        self._shell, self._request = shell, request
        self._drawn = ""

    def token(self) -> str:
        viewer = viewer_of(self._request)
        if viewer.csrf:
            return viewer.csrf
        self._drawn = self._drawn or self._shell.entropy(FORM_TOKEN_BYTES).hex()
        return form_token(self._drawn)

    def cookies(self) -> list[Cookie]:
        return [_cookie(self._request, "form", self._drawn)] if self._drawn else []


def as_numbers(asked: Collection[OnLot]) -> dict[OnLot, str]:
    """Return the number that each person is, as players of a demonstration are, else nothing."""
    return {(person, lot): person if bidder_number(person) else "" for person, lot in asked}


def buckets_of(request: Asked) -> dict[str, str]:
    """Return of what a request spends, by scope: the account, the session and the address."""
    viewer, client = viewer_of(request), request.client
    address = client.host if client else ""
    return {"account": viewer.person, "session": viewer.session, "address": address}


def viewer_of(request: Asked) -> Viewer:
    """Return who asks."""
    found: Viewer = request.scope["state"].get(VIEWER, PUBLIC)
    return found


def form_of(request: Asked) -> FormMultiDict:
    """Return the form that came with ``request``; an empty one where none came."""
    found: FormMultiDict = request.scope["state"].get(FORM, FormMultiDict())
    return found


def see_other(path: str) -> Response[str]:
    """Return the answer to a form that was taken: look at ``path``, so that Back never repeats."""
    return Response("", status_code=303, headers={"Location": path}, media_type=HTML)


def local_path(given: str) -> str:
    """Return ``given`` if it is a path of ours, the front page otherwise (no open redirect)."""
    sound = given.startswith("/") and not given.startswith(("//", "/\\"))
    if not sound or not given.isprintable():
        return "/"
    parts = urlsplit(given)
    query = quote(parts.query, safe="=&/-._~%+:,;@!*'()$?")
    return quote(parts.path, safe="/-._~%") + (f"?{query}" if query else "")


def chosen_language(request: Asked) -> str:
    """Return the language of the reader: as just asked, as chosen before, else Chinese."""
    for said in (request.query_params.get("lang"), request.cookies.get("lang")):
        if said in LANGUAGES:
            return str(said)
    return "zh"


def _language_cookie(request: Asked) -> list[Cookie]:
    said = request.query_params.get("lang")
    if said not in LANGUAGES:
        return []
    secure = request.scope["scheme"] == "https"
    return [Cookie("lang", value=said, path="/", max_age=LANGUAGE_SECONDS, samesite="lax",
                   secure=secure, httponly=True)]  # fmt: skip


def _cookie(request: Asked, name: str, value: str, max_age: int | None = None) -> Cookie:
    return Cookie(
        cookie_name(name, request.scope), value=value, path="/", httponly=True, samesite="lax",
        secure=request.scope["scheme"] == "https", max_age=max_age,
    )  # fmt: skip


def _tag(lang: str) -> str:
    return "zh-CN" if lang == "zh" else "en"
