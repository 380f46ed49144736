"""Guidance for a community: where its case stands on the way to the notice, and what comes next.

What the application will be compared with is shown before it is sent.
Source: domain brief, sections 5, 6 and 12; issue brief of the rooms, part 4.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.deadline import local_date
from trading.base.errors import TradingError
from trading.centre import Centre
from trading.engine.context import Context
from trading.engine.stream import Stream
from trading.listing.cases import Case
from trading.listing.commands import ApplyCase
from trading.listing.facts import plan_flags
from trading.listing.queries import Market, market
from trading.register.rules import Asset
from trading.web.access import STAFF, opt
from trading.web.shell import Asked, Page, Shell, chosen_language, viewer_of
from trading.web.staff.addresses import visible
from trading.web.staff.forms import words
from trading.web.staff.possible import possible
from trading.web.staff.trying import loaded
from trading.words.language import pick, speaking

WAY = (
    ("drafted", "case.propose"), ("proposed", "case.deliberate"), ("deliberated", "case.review"),
    ("reviewed", "case.decide"), ("resolved", ""), ("decided", "case.apply"),
    ("reviewing", ""), ("approved", ""), ("accepted", ""), ("published", ""),
)  # fmt: skip
"""The places of a case until its notice, each with the act of the community that leads on."""


class Shown(msgspec.Struct, frozen=True):
    """A red flag before the application: of which lot, how grave."""

    lot: int
    text: str
    severity: str


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the guidance of a case."""

    @get("/staff/cases/{case:str}/guide", sync_to_thread=True, opt=opt(STAFF))
    def guide(request: Asked, case: FromPath[str]) -> Page:
        state = visible(shell, request, f"case/{case}")
        with speaking(chosen_language(request)):
            return _page(shell, request, case, state)

    return [guide]


def _page(shell: Shell, request: Asked, case: str, state: Stream) -> Page:
    centre = shell.centre
    found: Case = state.facets["case"]
    compared = _market(shell, case, state, found)
    flags = _flags(centre, request, state, compared)
    doings = {one.kind: one for one in possible(centre, state, viewer_of(request).person)}
    here = next((n for n, (place, _act) in enumerate(WAY) if place == state.place), len(WAY))
    steps = [
        {
            "title": words.kind_title(act) if act else _label(centre, state, place),
            "done": n < here, "now": n == here, "act": act,
            "href": _address(act, case, compared, flags) if act else "",
            "may": act in doings and doings[act].may and not doings[act].blocked,
            "wanted": doings[act].wanted if act in doings and n == here else (),
            "blocked": doings[act].blocked if act in doings and n == here else (),
        }
        for n, (place, act) in enumerate(WAY)
    ]  # fmt: skip
    return shell.page(
        request, "staff/guide.html", title=found.title_zh, case=case, steps=steps,
        flags=[_shown(flag) for flag in flags], compared=_comparables(centre, compared),
        siblings=compared.siblings, due_us=state.due_us, place=state.place,
    )  # fmt: skip


def _market(shell: Shell, case: str, state: Stream, found: Case) -> Market:
    """Return what the plan is compared with; nothing where an asset is not known."""
    assets = [shell.centre.state(f"asset/{plan.asset}") for plan in found.lots]
    known = [one.facets["asset"] for one in assets if one is not None]
    if len(known) != len(found.lots) or not all(isinstance(one, Asset) for one in known):
        return Market()
    months = int(shell.centre.kernel.catalogue.pack(state.pack).get("flag_split_months").value)
    day = local_date(shell.centre.clock.now_us())
    with shell.reading() as connection:
        return market(connection, case, state.org, found, known, day, months)


def _flags(centre: Centre, request: Asked, state: Stream, compared: Market) -> list[Any]:
    """Return the flags that the application would raise now."""
    data = ApplyCase(state.name.partition("/")[2], compared.comparables, compared.siblings)
    env = centre.envelope("case.apply/1", data, viewer_of(request).person, "community_officer")
    context = Context(
        centre.kernel.registry, centre.kernel.catalogue, env, loaded(centre, env), state,
        centre.clock.now_us(),
    )  # fmt: skip
    try:
        return list(plan_flags(context))
    except TradingError:
        return []


def _shown(flag: Any) -> Shown:
    return Shown(flag.lot, words.value("code", flag.code), flag.severity)


def _comparables(centre: Centre, compared: Market) -> list[dict[str, Any]]:
    found = []
    for name in compared.comparables:
        state = centre.state(f"contract/{name}")
        if state is not None:
            terms = state.facets["contract"]
            found.append({
                "name": name, "number": terms.agreement.number, "fen": terms.unit_year_fen,
                "starts_day": terms.agreement.starts_day,
            })  # fmt: skip
    return found


def _address(act: str, case: str, compared: Market, flags: list[Any]) -> str:
    """Return the form of the next act with what is known already."""
    given = {"case": case}
    if act == "case.apply":
        given |= {"comparables": "\n".join(compared.comparables),
                  "siblings": "\n".join(compared.siblings)}  # fmt: skip
        for n, flag in enumerate(flags):
            given |= {f"reasons.{n}._": "1", f"reasons.{n}.code": flag.code,
                      f"reasons.{n}.lot": str(flag.lot)}  # fmt: skip
    body = {"case.propose": "party_branch", "case.deliberate": "two_committees",
            "case.review": "party_members"}.get(act)  # fmt: skip
    if body:
        given["vote.body"] = body
    return f"/staff/act/{act}?{urlencode(given)}"


def _label(centre: Centre, state: Stream, place: str) -> str:
    found = centre.kernel.catalogue.workflow(state.workflow).states[place]
    return pick(found.label_zh, found.label_en)
