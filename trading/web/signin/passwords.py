"""Signing in with a password and, for staff and auditors, the code of the half minute."""

from __future__ import annotations

from typing import Any

import segno
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery

from trading.base.errors import NotAuthenticated, RateLimited, TradingError
from trading.people.accounts import Account
from trading.people.sessions import Room
from trading.web.access import EVERYBODY, TWO_FACTORS, Access, opt
from trading.web.shell import (
    Asked,
    Page,
    Shell,
    form_of,
    local_path,
    see_other,
    viewer_of,
)
from trading.web.signin.keys import FRONT, Keys, onward, with_next

NAME_MAX = 64
HALFWAY = Access(rooms=tuple(TWO_FACTORS), halfway=True)
CENTRE = "Trading centre"


def routes(shell: Shell, keys: Keys) -> list[HTTPRouteHandler]:
    """Return the pages on which a name, a password and a code are typed."""

    @get("/signin", sync_to_thread=True, opt=opt(EVERYBODY))
    def choose(request: Asked, wanted: FromQuery[str] = "", next: FromQuery[str] = "") -> Any:  # noqa: A002 - the name in the address
        viewer = viewer_of(request)
        wanted = local_path(next or wanted) if next or wanted else ""
        if viewer.level == "one" and viewer.room in TWO_FACTORS:
            return see_other(with_next("/signin/second", wanted))
        if viewer.signed_in:
            own = wanted.startswith(FRONT[viewer.room])
            return see_other(wanted if own else "/signin/me")
        return shell.page(request, "signin/choose.html", wanted=wanted)

    @get("/signin/staff", sync_to_thread=True, opt=opt(EVERYBODY))
    def staff(request: Asked, next: FromQuery[str] = "") -> Page:  # noqa: A002 - as above
        return _form(shell, request, "staff", next)

    @get("/signin/bidder", sync_to_thread=True, opt=opt(EVERYBODY))
    def bidder(request: Asked, next: FromQuery[str] = "") -> Page:  # noqa: A002 - as above
        return _form(shell, request, "bidder", next)

    @post(["/signin/staff", "/signin/bidder"], sync_to_thread=True, opt=opt(EVERYBODY))
    def password(request: Asked) -> Response[Any]:
        door = request.scope["path"].rpartition("/")[2]
        return _enter(shell, keys, request, door)

    @get("/signin/second", sync_to_thread=True, opt=opt(HALFWAY))
    def second(request: Asked, next: FromQuery[str] = "") -> Any:  # noqa: A002 - as above
        return _second(shell, keys, request, next)

    @post("/signin/second", sync_to_thread=True, opt=opt(HALFWAY))
    def code(request: Asked) -> Response[Any]:
        return _enter_second(shell, keys, request)

    return [choose, staff, bidder, password, second, code]


def _form(
    shell: Shell, request: Asked, door: str, wanted: str, *, status: int = 200, **told: Any
) -> Page:
    return shell.page(
        request, "signin/password.html", status=status, door=door,
        wanted=local_path(wanted) if wanted else "", **{"told": None, "name": "", **told},
    )  # fmt: skip


def _enter(shell: Shell, keys: Keys, request: Asked, door: str) -> Response[Any]:
    """Check name and password; who is unknown is told exactly what a wrong password is told."""
    form = form_of(request)
    name, given = str(form.get("name", ""))[:NAME_MAX].strip(), str(form.get("password", ""))
    wanted = local_path(str(form.get("next", "")))
    rooms = {"bidder"} if door == "bidder" else TWO_FACTORS

    def known() -> Account | None:
        found = keys.accounts.knows_password(name, given)
        return found if found is not None and found.room in rooms else None

    try:
        found = keys.tried(name, request, known, NotAuthenticated("name or password is not right"))
    except (NotAuthenticated, RateLimited) as error:
        page = _form(
            shell, request, door, wanted, status=error.status,
            told=shell.explain(request, error), name=name,
        )  # fmt: skip
        page.headers.update(_wait(error))
        return page
    second = found.room in TWO_FACTORS
    onto = with_next("/signin/second", wanted) if second else onward(found.room, wanted)
    answer = see_other(onto)
    shell.sign_in(request, answer, found.person, found.room, "one")
    return answer


def _wait(error: TradingError) -> dict[str, str]:
    seconds = error.params.get("retry_after_seconds")
    return {"Retry-After": str(seconds)} if seconds else {}


def _second(
    shell: Shell, keys: Keys, request: Asked, wanted: str, *, status: int = 200, told: Any = None
) -> Response[Any]:
    """Ask for the code; who has no second factor yet is given one first."""
    viewer = viewer_of(request)
    secret = keys.accounts.pending_second(viewer.person)
    picture = ""
    if secret:
        uri = f"otpauth://totp/{CENTRE}:{viewer.person}?secret={secret}&issuer={CENTRE}"
        picture = segno.make(uri.replace(" ", "%20"), error="m").svg_data_uri(scale=5)
    return shell.page(
        request, "signin/second.html", status=status, secret=secret, picture=picture, told=told,
        wanted=local_path(wanted) if wanted else "",
    )  # fmt: skip


def _enter_second(shell: Shell, keys: Keys, request: Asked) -> Response[Any]:
    viewer, form = viewer_of(request), form_of(request)
    code = str(form.get("code", "")).replace(" ", "")
    wanted = local_path(str(form.get("next", "")))
    try:
        keys.tried(
            f"second/{viewer.person}", request,
            lambda: keys.accounts.knows_second(viewer.person, code),
            NotAuthenticated("the code is not right"),
        )  # fmt: skip
    except (NotAuthenticated, RateLimited) as error:
        told = shell.explain(request, error)
        page = _second(shell, keys, request, wanted, status=error.status, told=told)
        page.headers.update(_wait(error))
        return page
    answer = see_other(onward(viewer.room, wanted))
    room: Room = "auditor" if viewer.room == "auditor" else "staff"
    shell.sign_in(request, answer, viewer.person, room, "two")
    return answer
