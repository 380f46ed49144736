"""The draw of the representatives, step by step: roster, seed, called number, seats.

The seed is shown once to whoever commits to it and kept nowhere; the record holds its commitment.
Source: domain brief, section 8.
"""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import NotFound
from trading.observing.draws import commitment_of
from trading.observing.rules import Panel
from trading.web.access import STAFF, Access, opt
from trading.web.shell import Asked, Page, Shell, chosen_language, viewer_of
from trading.web.staff.addresses import visible
from trading.web.staff.possible import possible
from trading.words.language import pick, speaking

OFFICE = Access(rooms=("staff",), roles=("office",), objects="org")
SEED_BYTES = 32


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the page of a case's draw."""

    @get("/staff/draw/{case:str}", sync_to_thread=True, opt=opt(STAFF))
    def show(request: Asked, case: FromPath[str]) -> Page:
        return _page(shell, request, case)

    @post("/staff/draw/{case:str}", sync_to_thread=True, opt=opt(OFFICE), status_code=200)
    def seed(request: Asked, case: FromPath[str]) -> Page:
        if shell.centre.state(f"panel/{case}") is not None:
            raise NotFound("no such page")
        drawn = shell.entropy(SEED_BYTES).hex()
        return _page(shell, request, case, seed=drawn, commitment=commitment_of(drawn))

    return [show, seed]


def _page(shell: Shell, request: Asked, case: str, seed: str = "", commitment: str = "") -> Page:
    state = visible(shell, request, f"case/{case}")
    centre = shell.centre
    panel_state, roster = centre.state(f"panel/{case}"), centre.state(f"roster/{state.org}")
    panel: Panel | None = panel_state.facets["panel"] if panel_state else None
    with speaking(chosen_language(request)):
        doings: list[Any] = []
        if panel_state is not None:
            doings = possible(centre, panel_state, viewer_of(request).person)
        return shell.page(
            request, "staff/draw.html", title=pick("抽取居民代表", "Draw of the panel"), case=case,
            org=state.org, panel=panel, roster=roster.facets["roster"] if roster else None,
            seed=seed, commitment=commitment, place=panel_state.place if panel_state else "",
            doings={one.kind: one for one in doings},
        )  # fmt: skip
