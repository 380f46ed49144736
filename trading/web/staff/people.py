"""Organisations, people and what they may do: for the office, by ids, without names.

A name is sealed; reading one is not done here. Source: decisions 6, 16 and 17.
"""

from __future__ import annotations

from typing import Any

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from sqlalchemy import select

from trading.people.organisations import Orgs
from trading.people.rules import Grant, Person
from trading.store.schema import stream_state
from trading.web.access import Access, opt
from trading.web.shell import Asked, Page, Shell, chosen_language
from trading.words.language import pick, speaking, word

OFFICE = Access(rooms=("staff",), roles=("office",))
PAGE = 50
_BEGIN = "person/"


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the pages of people and of organisations."""

    @get("/staff/people", sync_to_thread=True, opt=opt(OFFICE))
    def people(request: Asked, q: FromQuery[str] = "", after: FromQuery[str] = "") -> Page:
        with speaking(chosen_language(request)):
            rows, more = _people(shell, q[:64], after[:64])
            return shell.page(
                request, "staff/people.html", title=pick("人员与岗位", "People"), rows=rows,
                more=more, q=q, tree=list(_tree(shell.orgs())),
                orgs={name: node.name_zh for name, node in shell.orgs().nodes.items()},
            )  # fmt: skip

    return [people]


def _people(shell: Shell, q: str, after: str) -> tuple[list[dict[str, Any]], str]:
    """Return a page of persons with their grants, by id."""
    name = stream_state.c.stream
    query = select(name).where(name.startswith(f"{_BEGIN}{q}", autoescape=True))
    query = query.where(name > f"{_BEGIN}{after}").order_by(name).limit(PAGE + 1)
    with shell.reading() as connection:
        names = list(connection.execute(query).scalars())
    rows = [row for stream in names[:PAGE] if (row := _row(shell, stream)) is not None]
    return rows, names[PAGE - 1].removeprefix(_BEGIN) if len(names) > PAGE else ""


def _row(shell: Shell, stream: str) -> dict[str, Any] | None:
    state = shell.centre.state(stream)
    person = state.facets.get("person") if state else None
    if not isinstance(person, Person):
        return None
    now_us = shell.centre.clock.now_us()
    return {
        "person": stream.removeprefix(_BEGIN), "named": bool(person.name_digest),
        "phone": bool(person.phone_digest), "accounts": person.accounts,
        "grants": [_grant(grant, now_us) for grant in person.grants],
    }  # fmt: skip


def _grant(grant: Grant, now_us: int) -> dict[str, Any]:
    return {
        "role": grant.role, "role_word": word("roles", grant.role), "org": grant.org,
        "deputy_of": grant.deputy_of, "held": grant.from_us <= now_us < grant.to_us,
        "from_us": grant.from_us, "to_us": grant.to_us,
    }  # fmt: skip


def _tree(orgs: Orgs, parent: str = "", depth: int = 0) -> Any:
    """Yield every organisation below ``parent`` with its depth."""
    for name, node in sorted(orgs.nodes.items()):
        if node.parent == parent:
            yield {"org": name, "name": node.name_zh, "level": node.level, "depth": depth,
                   "successor": node.successor, "to_us": node.to_us}  # fmt: skip
            yield from _tree(orgs, name, depth + 1)
