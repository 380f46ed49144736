"""Passkeys: sign in with one, make one, forget one. These pages need scripts; no other way does."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery

from trading.base.errors import NotFound, Refused, TradingError
from trading.people.passkeys import Passkey
from trading.web.access import EVERYBODY, Access, opt
from trading.web.i18n import gettext as _
from trading.web.shell import (
    Asked,
    Page,
    Shell,
    chosen_language,
    form_of,
    local_path,
    see_other,
    viewer_of,
)
from trading.web.signin.keys import Keys, address_of, onward, site_of
from trading.words.language import speaking

INSIDE = Access(rooms=("staff", "bidder", "representative", "auditor"))
"""Who owes the second factor makes no passkey: it would stand for both."""
JSON = "application/json"


def routes(shell: Shell, keys: Keys) -> list[HTTPRouteHandler]:
    """Return the pages of passkeys."""
    return [*_signing_in(shell, keys), *_own(shell, keys)]


def _signing_in(shell: Shell, keys: Keys) -> list[HTTPRouteHandler]:
    @get("/signin/passkey", sync_to_thread=True, opt=opt(EVERYBODY))
    def show(request: Asked, next: FromQuery[str] = "") -> Page:  # noqa: A002 - the name in the address
        wanted = local_path(next) if next else ""
        return shell.page(request, "signin/passkey.html", told=None, wanted=wanted)

    @post("/signin/passkey/ask", sync_to_thread=True, opt=opt(EVERYBODY))
    def ask(request: Asked) -> Response[str]:
        keys.throttle.check("passkey", address_of(request))
        return Response(keys.passkeys.ask(site_of(request)), media_type=JSON, status_code=200)

    @post("/signin/passkey", sync_to_thread=True, opt=opt(EVERYBODY))
    def enter(request: Asked) -> Response[Any]:
        form, address = form_of(request), address_of(request)
        wanted = local_path(str(form.get("next", "")))
        try:
            keys.throttle.check("passkey", address)
            found = _checked(keys, request, str(form.get("answer", "")))
        except Refused as error:
            keys.throttle.failed("passkey", address)
            told = shell.explain(request, error)
            return shell.page(
                request, "signin/passkey.html", status=error.status, told=told, wanted=wanted
            )
        answer = see_other(onward(found.room, wanted))
        shell.sign_in(request, answer, found.person, found.room, "passkey")
        return answer

    return [show, ask, enter]


def _checked(keys: Keys, request: Asked, answer: str) -> Passkey:
    found = keys.passkeys.check(site_of(request), answer)
    keys.check_enabled(found.person)
    return found


def _own(shell: Shell, keys: Keys) -> list[HTTPRouteHandler]:
    @get("/signin/passkeys", sync_to_thread=True, opt=opt(INSIDE))
    def own(request: Asked) -> Page:
        return _page(shell, keys, request)

    @post("/signin/passkeys/offer", sync_to_thread=True, opt=opt(INSIDE))
    def offer(request: Asked) -> Response[str]:
        with speaking(chosen_language(request)):
            name = _("社区公共资源交易中心")
        options = keys.passkeys.offer(viewer_of(request).person, site_of(request), name)
        return Response(options, media_type=JSON, status_code=200)

    @post("/signin/passkeys", sync_to_thread=True, opt=opt(INSIDE))
    def add(request: Asked) -> Response[Any]:
        viewer, answer = viewer_of(request), str(form_of(request).get("answer", ""))
        try:
            session = next(
                (s for s in shell.sessions.of(viewer.person) if s.id.hex() == viewer.session), None
            )
            if session is None:
                raise NotFound("no such page")
            keys.passkeys.add(viewer.person, session.room, site_of(request), answer)
        except TradingError as error:
            told = shell.explain(request, error)
            return _page(shell, keys, request, status=error.status, told=told)
        return see_other("/signin/passkeys")

    @post("/signin/passkeys/remove", sync_to_thread=True, opt=opt(INSIDE))
    def remove(request: Asked) -> Response[Any]:
        given = str(form_of(request).get("passkey", ""))
        mine = [one.id for one in keys.passkeys.of(viewer_of(request).person)]
        number = next((one for one in mine if one.hex() == given), None)
        if number is None:
            raise NotFound("no such page")
        keys.passkeys.remove(viewer_of(request).person, number)
        return see_other("/signin/passkeys")

    return [own, offer, add, remove]


def _page(shell: Shell, keys: Keys, request: Asked, *, status: int = 200, told: Any = None) -> Page:
    known = keys.passkeys.of(viewer_of(request).person)
    return shell.page(request, "signin/passkeys.html", status=status, told=told, known=known)
