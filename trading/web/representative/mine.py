"""What a representative has done: own statements, what came of a year, and the draws.

Source: domain brief, section 8: whoever watched gets to know what it led to.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery

from trading.base.units import SECOND_US
from trading.engine.stream import Stream
from trading.papers.reading import Act, acts
from trading.record.entry import DONE
from trading.web.access import REPRESENTATIVE, opt
from trading.web.i18n import BEIJING
from trading.web.representative import wording
from trading.web.representative.frame import page
from trading.web.representative.reading import (
    Task,
    name_known,
    panels,
    panels_drawn,
    rosters,
    tasks,
)
from trading.web.shell import Asked, Page, Shell, chosen_language, viewer_of
from trading.words.language import speaking
from trading.words.telling import label

YEARS = range(2000, 2200)
KINDS = ("panel.state/1", "panel.remark/1", "panel.ask/1", "panel.ask_hold/1", "panel.attend/1")
ROWS_MAX = 200


class Outcome(NamedTuple):
    """A lot that was watched, and where it stands now."""

    lot: str
    title_zh: str
    state: str
    place: str


class Year(msgspec.Struct, frozen=True):
    """What one representative did in a year, and what it led to."""

    year: int
    counts: dict[str, int]
    refused: int
    cases: list[tuple[str, list[Outcome]]]
    questions_waiting: int
    minutes: int
    allowance_fen: int


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of what was done."""
    return [_mine(shell), _year(shell), _draws(shell)]


def own_acts(shell: Shell, person: str) -> list[Act]:
    """Return what ``person`` has done on any panel, the newest first."""
    found = [
        act
        for stream in panels(shell, person)
        for act in acts(shell.centre, stream.name)
        if act.actor == person and act.outcome == DONE and act.kind in KINDS
    ]
    return sorted(found, key=lambda act: -act.index)


def _mine(shell: Shell) -> HTTPRouteHandler:
    @get("/watch/mine", sync_to_thread=True, opt=opt(REPRESENTATIVE))
    def mine(request: Asked) -> Page:
        shell.centre.refresh()
        found = own_acts(shell, viewer_of(request).person)[:ROWS_MAX]
        return page(shell, request, "mine.html", acts=found, words=wording.Words,
                    short_code=wording.short_code)  # fmt: skip

    return mine


def _year(shell: Shell) -> HTTPRouteHandler:
    @get("/watch/year", sync_to_thread=True, opt=opt(REPRESENTATIVE))
    def year(request: Asked, year: FromQuery[int] = 0) -> Page:
        now = year_of(shell.centre.clock.now_us())
        with speaking(chosen_language(request)):
            found = told(shell, viewer_of(request).person, year if year in YEARS else now)
        return page(shell, request, "year.html", year=found, this_year=now)

    return year


def year_of(at_us: int) -> int:
    """Return the year of an instant in Beijing."""
    return datetime.fromtimestamp(at_us // SECOND_US, UTC).astimezone(BEIJING).year


def told(shell: Shell, person: str, year: int) -> Year:
    """Return what ``person`` watched in ``year`` and what came of it, in the reader's language."""
    done = [act for act in own_acts(shell, person) if year_of(act.at_us) == year]
    watched = {str(act.data.get("case", "")) for act in done}
    found = [task for task in tasks(shell, person) if task.case in watched]
    panels = {task.case: task for task in found}
    verdicts = Counter(act.data.get("verdict") for act in done if act.kind == KINDS[0])
    return Year(
        year, dict(Counter(act.kind.partition("/")[0] for act in done)), verdicts["refused"],
        [(task.title_zh, _outcomes(shell, task, found)) for task in panels.values()],
        sum(q.member == person for one in panels.values() for q in one.talk.waiting.values()),
        sum(_minutes(one, person) for one in panels.values()),
        sum(one.talk.allowance_fen.get(person, 0) for one in panels.values()),
    )  # fmt: skip


def _minutes(task: Task, person: str) -> int:
    return sum(n for key, n in task.talk.minutes.items() if key.partition(" ")[2] == person)


def _outcomes(shell: Shell, task: Task, found: list[Task]) -> list[Outcome]:
    lots = sorted({lot for one in found if one.case == task.case for lot in one.opening.lots})
    states = ((lot, shell.centre.state(f"lot/{lot}")) for lot in lots)
    return [
        Outcome(lot, state.facets["terms"].plan.title_zh, label(shell.centre, state), state.place)
        for lot, state in states
        if state is not None
    ]


def _draws(shell: Shell) -> HTTPRouteHandler:
    @get("/watch/draws", sync_to_thread=True, opt=opt(REPRESENTATIVE))
    def draws(request: Asked) -> Page:
        person = viewer_of(request).person
        known = rosters(shell, person)
        orgs = {stream.name.partition("/")[2]: stream for stream in known}
        found = panels_drawn(shell, orgs)
        found.sort(key=lambda one: -one.entered_us)
        titles = {one.name: _title(shell, one) for one in found}
        return page(shell, request, "draws.html", rosters=orgs, known=known,
                    name_known=partial(name_known, shell), panels=found[:ROWS_MAX],
                    titles=titles, orgs=shell.orgs().nodes)  # fmt: skip

    return draws


def _title(shell: Shell, panel: Stream) -> str:
    case = panel.name.partition("/")[2]
    state = shell.centre.state(f"case/{case}")
    return state.facets["case"].title_zh if state else case
