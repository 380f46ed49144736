"""One click and a visitor is somebody of the demonstration; elsewhere this page does not exist."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from trading.base.errors import NotFound
from trading.web.access import EVERYBODY, opt
from trading.web.shell import Asked, Page, Shell, form_of, see_other
from trading.web.signin.keys import FRONT


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the page of the cast."""

    @get("/signin/demo", sync_to_thread=True, opt=opt(EVERYBODY))
    def cast(request: Asked) -> Page:
        if not shell.demo:
            raise NotFound("no such page")
        return shell.page(request, "signin/demo.html")

    @post("/signin/demo", sync_to_thread=True, opt=opt(EVERYBODY))
    def become(request: Asked) -> Response[Any]:
        wanted = form_of(request).get("person", "")
        found = next((one for one in shell.demo if one.person == wanted), None)
        if found is None:
            raise NotFound("no such page")
        answer = see_other(FRONT[found.room])
        shell.sign_in(request, answer, found.person, found.room, "demo")
        return answer

    return [cast, become]
