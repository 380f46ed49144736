"""Findings of verify and replay, run again whenever an auditor asks for it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from trading.base.errors import InvalidInput
from trading.store.inspections import COMMANDS, Inspections
from trading.web.access import AUDITOR, opt
from trading.web.shell import Asked, Page, Shell, form_of, see_other, viewer_of
from trading.words.explaining import worded


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the page of findings, and what starts an inspection."""
    centre = shell.centre
    inspections = Inspections(shell.home, centre.engine, centre.clock, shell.entropy)

    @get("/audit/findings", sync_to_thread=True, opt=opt(AUDITOR))
    def findings(request: Asked) -> Page:
        runs = inspections.newest()
        return shell.page(
            request, "auditor/findings.html", runs=runs, worded=worded,
            running=any(not run.ended_us for run in runs),
        )  # fmt: skip

    @post("/audit/findings", sync_to_thread=True, opt=opt(AUDITOR))
    def inspect(request: Asked) -> Response[Any]:
        what = str(form_of(request).get("what", ""))
        if what not in COMMANDS:
            raise InvalidInput("not an inspection", field="what", rule="schema")
        inspections.start(what, viewer_of(request).person)  # type: ignore[arg-type] # checked above
        return see_other("/audit/findings")

    return [findings, inspect]
