"""Opening a step: the staff choose step and lots, and what they show is made and filed here.

Nobody types a digest: the bytes that the panel will see are filed in the same commit, and the
statements name their digest. Source: decision 18.
"""

from __future__ import annotations

from typing import Any, cast

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import InvalidInput, NotFound, Refused
from trading.engine.stream import Stream
from trading.observing import evidence
from trading.observing.rules import STEPS, Panel, Step
from trading.observing.watching import OpenStep
from trading.record.entry import Document
from trading.store.filed import documents_of
from trading.web.access import Access, opt
from trading.web.representative import wording
from trading.web.representative.reading import of_panel
from trading.web.shell import Asked, Page, Shell, form_of, see_other, viewer_of
from trading.words.telling import ended

ROLE = "centre_operator"
OPERATORS = Access(rooms=("staff",), roles=(ROLE,), objects="org")


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of opening steps."""
    return [_steps(shell), _open(shell)]


def _panel(shell: Shell, request: Asked, case: str) -> Stream:
    """Return the panel of a case within the viewer's grants; raise ``NotFound``."""
    stream = shell.state(f"panel/{case}")
    if not viewer_of(request).reaches(stream.org, shell.orgs()):
        raise NotFound("no such page")
    return stream


def _steps(shell: Shell) -> HTTPRouteHandler:
    @get("/staff/steps/{case:str}", sync_to_thread=True, opt=opt(OPERATORS))
    def steps(request: Asked, case: FromPath[str]) -> Page:
        return _page(shell, request, _panel(shell, request, case))

    return steps


def _lots(shell: Shell, case: str) -> list[tuple[str, str]]:
    """Return id and name of the lots that still run."""
    plan = shell.state(f"case/{case}").facets["case"]
    streams = (shell.centre.state(plan.lot(case, lot.number)) for lot in plan.lots)
    return [
        (one.name.partition("/")[2], one.facets["terms"].plan.title_zh)
        for one in streams
        if one is not None and not ended(shell.centre, one)
    ]


def _wanted(shell: Shell, case: str) -> list[str]:
    """Return the steps that a lot that still runs has to be watched in, in their order."""
    streams = (shell.centre.state(f"lot/{lot}") for lot, _title in _lots(shell, case))
    found = {step for one in streams if one is not None for step in one.facets["terms"].steps}
    return [step for step in STEPS if step in found]


def _page(shell: Shell, request: Asked, stream: Stream, error: Refused | None = None) -> Page:
    case, panel = stream.name.partition("/")[2], cast("Panel", stream.facets["panel"])
    wanted = _wanted(shell, case)
    chosen = str(form_of(request).get("step", "")) if error else ""
    return shell.page(
        request, "representative/steps.html", status=error.status if error else 200, case=case,
        panel=panel, lots=_lots(shell, case), steps=wanted or STEPS, words=wording.Words,
        opened=list(of_panel(shell, stream, "")),
        chosen=chosen or next((step for step in wanted if step not in panel.steps), ""),
        told=shell.explain(request, error) if error else None,
    )  # fmt: skip


def _open(shell: Shell) -> HTTPRouteHandler:
    @post("/staff/steps/{case:str}", sync_to_thread=True, opt=opt(OPERATORS), status_code=200)
    def open_step(request: Asked, case: FromPath[str]) -> Page:
        stream, form = _panel(shell, request, case), form_of(request)
        step: Any = str(form.get("step", ""))
        known = [lot for lot, _title in _lots(shell, case)]
        lots = tuple(lot for lot in known if lot in form.getall("lots", []))
        try:
            if step not in STEPS or not lots:
                raise InvalidInput("choose a step and its lots", field="step")
            shown = shown_now(shell, case, step, lots)
            document = Document(evidence.NAME, evidence.digest(shown))
            shell.act(
                request, "panel.open_step/1", OpenStep(case, step, document.sha256, lots), ROLE,
                docs=(document,), files=((shown, "application/json"),),
            )  # fmt: skip
        except Refused as error:
            return _page(shell, request, stream, error)
        return see_other(f"/staff/steps/{case}")

    return open_step


def shown_now(shell: Shell, case: str, step: Step, lots: tuple[str, ...]) -> bytes:
    """Return what ``step`` shows of ``lots`` now, with every paper that was filed so far."""
    about = evidence.about(case, lots)
    papers = documents_of(shell.centre.reading, about)
    return evidence.gather(case, step, lots, shell.centre.state, papers)
