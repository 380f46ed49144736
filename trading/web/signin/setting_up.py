"""The first password of an account, or a new one, by a link that a member of the office made."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import InvalidInput
from trading.people.accounts import check_password
from trading.people.invitations import Invitation
from trading.web.access import EVERYBODY, TWO_FACTORS, opt
from trading.web.shell import Asked, Page, Shell, form_of, see_other
from trading.web.signin.keys import FRONT, Keys, typed_twice


def routes(shell: Shell, keys: Keys) -> list[HTTPRouteHandler]:
    """Return the page on which a password is set."""

    @get("/signin/setup/{token:str}", sync_to_thread=True, opt=opt(EVERYBODY))
    def setup(request: Asked, token: FromPath[str]) -> Page:
        found = keys.invitations.look(token, with_code=False)
        return _page(shell, request, token, found)

    @post("/signin/setup/{token:str}", sync_to_thread=True, opt=opt(EVERYBODY))
    def take(request: Asked, token: FromPath[str]) -> Response[Any]:
        form = form_of(request)
        found = keys.invitations.look(token, with_code=False)
        try:
            given = typed_twice(str(form.get("password", "")), str(form.get("again", "")))
            check_password(given, found.person)
        except InvalidInput as error:
            return _page(shell, request, token, found, error)
        keys.check_enabled(found.person)
        code = str(form.get("code", "")).strip()
        if keys.invitations.spend(token, code, with_code=False) is None:
            wrong = InvalidInput("these are not the six digits", field="code", rule="code")
            return _page(shell, request, token, found, wrong)
        keys.accounts.set_password(found.person, found.room, given)
        keys.accounts.forget_second(found.person)
        shell.sessions.end_all(found.person)
        answer = see_other("/signin/second" if found.room in TWO_FACTORS else FRONT[found.room])
        shell.sign_in(request, answer, found.person, found.room, "one")
        return answer

    return [setup, take]


def _page(
    shell: Shell, request: Asked, token: str, found: Invitation, error: InvalidInput | None = None
) -> Page:
    return shell.page(
        request, "signin/setup.html", status=error.status if error else 200, token=token,
        found=found, told=shell.explain(request, error) if error else None,
    )  # fmt: skip
