"""The first password of an account, or a new one, by a link that a member of the office made."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import InvalidInput
from trading.people.accounts import check_password
from trading.web.access import EVERYBODY, TWO_FACTORS, opt
from trading.web.shell import Asked, Page, Shell, form_of, see_other
from trading.web.signin.keys import FRONT, Keys, typed_twice


def routes(shell: Shell, keys: Keys) -> list[HTTPRouteHandler]:
    """Return the page on which a password is set."""

    @get("/signin/setup/{token:str}", sync_to_thread=True, opt=opt(EVERYBODY))
    def setup(request: Asked, token: FromPath[str]) -> Page:
        found = keys.invitations.look(token, with_code=False)
        return shell.page(request, "signin/setup.html", token=token, person=found.person, told=None)

    @post("/signin/setup/{token:str}", sync_to_thread=True, opt=opt(EVERYBODY))
    def take(request: Asked, token: FromPath[str]) -> Response[Any]:
        form = form_of(request)
        found = keys.invitations.look(token, with_code=False)
        try:
            given = typed_twice(str(form.get("password", "")), str(form.get("again", "")))
            check_password(given, found.person)
        except InvalidInput as error:
            return shell.page(
                request, "signin/setup.html", status=error.status, token=token,
                person=found.person, told=shell.explain(request, error),
            )  # fmt: skip
        keys.check_enabled(found.person)
        keys.invitations.spend(token, "", with_code=False)  # of two tabs one comes further
        keys.accounts.set_password(found.person, found.room, given)
        keys.accounts.forget_second(found.person)
        shell.sessions.end_all(found.person)
        answer = see_other("/signin/second" if found.room in TWO_FACTORS else FRONT[found.room])
        shell.sign_in(request, answer, found.person, found.room, "one")
        return answer

    return [setup, take]
