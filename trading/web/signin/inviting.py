"""Representatives come by a link and six digits; the office invites, disables and lets in again."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from trading.base.errors import InvalidInput, NotAuthenticated, NotFound, TradingError
from trading.people.sessions import Room
from trading.web.access import EVERYBODY, OFFICE, opt
from trading.web.shell import Asked, Page, Shell, form_of, see_other, viewer_of
from trading.web.signin.keys import FRONT, Keys
from trading.web.viewer import Viewer

ROOMS: tuple[Room, ...] = ("staff", "representative", "bidder", "auditor")
NAME_MAX = 64


def routes(shell: Shell, keys: Keys) -> list[HTTPRouteHandler]:
    """Return the page of an invitation and that of the office."""

    @get("/signin/i/{token:str}", sync_to_thread=True, opt=opt(EVERYBODY))
    def look(request: Asked, token: FromPath[str]) -> Page:
        found = keys.invitations.look(token, with_code=True)
        return shell.page(request, "signin/code.html", token=token, left=None, found=found)

    @post("/signin/i/{token:str}", sync_to_thread=True, opt=opt(EVERYBODY))
    def enter(request: Asked, token: FromPath[str]) -> Response[Any]:
        code = str(form_of(request).get("code", "")).strip()
        found = keys.invitations.spend(token, code, with_code=True)
        if found is None:
            # Raises where that was the last try.
            left = keys.invitations.look(token, with_code=True)
            return shell.page(
                request, "signin/code.html", status=401, token=token, left=left, found=left
            )
        keys.check_enabled(found.person)
        answer = see_other("/watch/first" if found.room == "representative" else FRONT[found.room])
        shell.sign_in(request, answer, found.person, found.room, "code")
        return answer

    @get("/signin/people", sync_to_thread=True, opt=opt(OFFICE))
    def people(request: Asked, person: FromQuery[str] = "") -> Page:
        check_reach(shell, keys, viewer_of(request), person)
        return _people(shell, keys, request, person)

    @post("/signin/people", sync_to_thread=True, opt=opt(OFFICE))
    def change(request: Asked) -> Response[Any]:
        form = form_of(request)
        person, what = str(form.get("person", "")).strip(), str(form.get("what", ""))
        check_reach(shell, keys, viewer_of(request), person)
        try:
            made = _change(keys, viewer_of(request).person, person, what, str(form.get("room", "")))
        except TradingError as error:
            told = shell.explain(request, error)
            return _people(shell, keys, request, person, status=error.status, told=told)
        return _people(shell, keys, request, person, made=made)

    return [look, enter, people, change]


def check_reach(shell: Shell, keys: Keys, viewer: Viewer, person: str) -> None:
    """Raise ``NotFound`` for who holds a role where ``viewer`` is not of the office."""
    orgs = shell.orgs()
    if not all(viewer.holds("office", grant.org, orgs) for grant in keys.held(person)):
        raise NotFound("no such page")


def _people(
    shell: Shell, keys: Keys, request: Asked, person: str, *, status: int = 200,
    told: Any = None, made: tuple[str, str] | None = None,
) -> Page:  # fmt: skip
    """Show one account, if one is asked for, and the link that was just made."""
    found = keys.accounts.find(person[:NAME_MAX]) if person else None
    link = f"{request.base_url}".rstrip("/") + made[0] if made and made[0] else ""
    return shell.page(
        request, "signin/people.html", status=status, person=person, found=found, told=told,
        grants=keys.held(person), link=link, code=made[1] if made else "", rooms=ROOMS,
        changed=made is not None,
    )  # fmt: skip


def _change(keys: Keys, asker: str, person: str, what: str, room: str) -> tuple[str, str]:
    """Do what the office asked; return path and digits of an invitation, empty for the others."""
    if not person or len(person) > NAME_MAX:
        raise InvalidInput("name a person", field="person", rule="required")
    if what == "invite":
        if room not in ROOMS:
            raise InvalidInput("name a room", field="room", rule="required")
        chosen: Room = next(one for one in ROOMS if one == room)
        return keys.invite(person, chosen, asker)
    if what == "second":
        return "", keys.invitations.second(person, asker)
    if what not in {"disable", "enable"}:
        raise NotFound("no such page")
    if keys.accounts.find(person) is None and what == "enable":
        raise NotAuthenticated("there is no such account")
    if what == "disable":
        keys.disable(person)
    else:
        keys.accounts.disable(person, disabled=False)
    return "", ""
