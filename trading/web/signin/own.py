"""One's own account: where one is signed in, and how to leave, here or everywhere."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from trading.base.errors import NotAuthenticated, TradingError
from trading.web.access import ANYONE_SIGNED_IN, EVERYBODY, opt
from trading.web.shell import Asked, Page, Shell, form_of, see_other, viewer_of
from trading.web.signin.keys import FRONT, Keys, typed_twice


def routes(shell: Shell, keys: Keys) -> list[HTTPRouteHandler]:
    """Return the pages of one's own account."""

    @get("/signin/me", sync_to_thread=True, opt=opt(ANYONE_SIGNED_IN))
    def me(request: Asked) -> Page:
        return _me(shell, keys, request)

    @post("/signin/me", sync_to_thread=True, opt=opt(ANYONE_SIGNED_IN))
    def change(request: Asked) -> Response[Any]:
        viewer, form = viewer_of(request), form_of(request)
        old, given = str(form.get("old", "")), str(form.get("password", ""))
        try:
            found = keys.tried(
                viewer.person, request, lambda: keys.accounts.knows_password(viewer.person, old),
                NotAuthenticated("name or password is not right"),
            )  # fmt: skip
            given = typed_twice(given, str(form.get("again", "")))
            keys.accounts.set_password(viewer.person, found.room, given)
        except TradingError as error:
            told = shell.explain(request, error)
            return _me(shell, keys, request, status=error.status, told=told)
        return _leave(shell, request, everywhere=True)

    @post("/signin/out", sync_to_thread=True, opt=opt(ANYONE_SIGNED_IN))
    def out(request: Asked) -> Response[Any]:
        return _leave(shell, request, everywhere=form_of(request).get("everywhere") == "yes")

    @get("/.well-known/change-password", sync_to_thread=False, opt=opt(EVERYBODY))
    def well_known() -> Response[Any]:
        return see_other("/signin/me")

    return [me, change, out, well_known]


def _me(shell: Shell, keys: Keys, request: Asked, *, status: int = 200, told: Any = None) -> Page:
    viewer = viewer_of(request)
    return shell.page(
        request, "signin/me.html", status=status, told=told, front=FRONT[viewer.room],
        sessions=shell.sessions.of(viewer.person), account=keys.accounts.find(viewer.person),
    )  # fmt: skip


def _leave(shell: Shell, request: Asked, *, everywhere: bool) -> Response[Any]:
    answer = see_other("/signin")
    if everywhere:
        shell.sessions.end_all(viewer_of(request).person)
    shell.sign_out(request, answer)
    return answer
