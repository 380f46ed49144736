"""What to look at now, one step with its question, and the papers as pictures."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import InvalidInput, NotFound, Unavailable
from trading.papers import images
from trading.store import documents
from trading.web.access import REPRESENTATIVE, opt
from trading.web.representative import guidance, wording
from trading.web.representative.frame import page
from trading.web.representative.reading import Task, shown_of, task_of, tasks
from trading.web.shell import Asked, Page, Shell, see_other, viewer_of

DRAWN_MAX = 16
"""How many papers are kept drawn: the members of a panel look at the same ones in the same hour."""
SHOWN_MAX = 200


class Pictures:
    """Pages of papers, drawn once and kept while they are looked at."""

    def __init__(self, shell: Shell) -> None:
        """Draw papers of ``shell``'s centre."""
        self._shell = shell
        self._drawn: OrderedDict[str, list[bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, digest: str) -> list[bytes]:
        """Return the pages of the paper; empty where it cannot be shown as pictures."""
        with self._lock:
            if digest not in self._drawn:
                self._drawn[digest] = self._draw(digest)
            self._drawn.move_to_end(digest)
            while len(self._drawn) > DRAWN_MAX:
                self._drawn.popitem(last=False)
            return self._drawn[digest]

    def _draw(self, digest: str) -> list[bytes]:
        with self._shell.reading() as connection:
            content, media_type = documents.get(connection, digest)
        try:
            return images.pages(content, media_type)
        except (InvalidInput, Unavailable):
            return []


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of looking."""
    pictures = Pictures(shell)
    return [
        _first(shell),
        _now(shell),
        _look(shell),
        _paper(shell, pictures),
        _picture(shell, pictures),
    ]


def _first(shell: Shell) -> HTTPRouteHandler:
    @get("/watch/first", sync_to_thread=True, opt=opt(REPRESENTATIVE))
    def first(request: Asked) -> Page:
        """Lead to what waits, where that is one thing."""
        waiting = [task for task in tasks(shell, viewer_of(request).person) if task.waits]
        return see_other(waiting[0].path if len(waiting) == 1 else "/watch")

    return first


def _now(shell: Shell) -> HTTPRouteHandler:
    @get("/watch", sync_to_thread=True, opt=opt(REPRESENTATIVE))
    def now(request: Asked) -> Page:
        found = tasks(shell, viewer_of(request).person)
        waiting = [task for task in found if task.waits]
        done = [task for task in found if task.own][:3]
        return page(shell, request, "now.html", waiting=waiting, done=done,
                    words=wording.Words)  # fmt: skip

    return now


def _look(shell: Shell) -> HTTPRouteHandler:
    @get("/watch/look/{case:str}/{step:str}/{code:str}", sync_to_thread=True,
         opt=opt(REPRESENTATIVE))  # fmt: skip
    def look(request: Asked, case: FromPath[str], step: FromPath[str], code: FromPath[str]) -> Page:
        task = task_of(shell, viewer_of(request).person, case, step, code)
        return page(shell, request, "look.html", **looked(shell, task))

    return look


def looked(shell: Shell, task: Task) -> dict[str, Any]:
    """Return what a page about one opening shows."""
    shown = shown_of(shell, task)
    return {
        "task": task, "shown": shown, "words": wording.Words(task.step),
        "facts_of": wording.facts_of, "case_facts": wording.case_facts,
        "paper_name": wording.paper_name, "spoken": guidance.exists(shell, task.step),
    }  # fmt: skip


def _paper(shell: Shell, pictures: Pictures) -> HTTPRouteHandler:
    @get("/watch/look/{case:str}/{step:str}/{code:str}/papers/{n:int}", sync_to_thread=True,
         opt=opt(REPRESENTATIVE))  # fmt: skip
    def paper(
        request: Asked, case: FromPath[str], step: FromPath[str], code: FromPath[str],
        n: FromPath[int],
    ) -> Page:  # fmt: skip
        task = task_of(shell, viewer_of(request).person, case, step, code)
        papers, digest = _digest(shell, task, n)
        return page(
            shell, request, "paper.html", task=task, papers=papers, n=n,
            pages=_pages(pictures, digest), paper_name=wording.paper_name,
        )  # fmt: skip

    return paper


def _picture(shell: Shell, pictures: Pictures) -> HTTPRouteHandler:
    @get("/watch/look/{case:str}/{step:str}/{code:str}/papers/{n:int}/{leaf:int}",
         sync_to_thread=True, opt=opt(REPRESENTATIVE))  # fmt: skip
    def picture(
        request: Asked, case: FromPath[str], step: FromPath[str], code: FromPath[str],
        n: FromPath[int], leaf: FromPath[int],
    ) -> Response[bytes]:  # fmt: skip
        task = task_of(shell, viewer_of(request).person, case, step, code)
        found = pictures.of(_digest(shell, task, n)[1])
        if not 0 <= leaf < len(found):
            raise NotFound("no such page")
        return Response(found[leaf], media_type="image/jpeg",
                        headers={"Cache-Control": "private, max-age=3600"})  # fmt: skip

    return picture


def _digest(shell: Shell, task: Task, n: int) -> tuple[list[str], str]:
    """Return the names of the papers that a step shows, and the digest of the ``n``-th."""
    shown = shown_of(shell, task)
    papers = list(shown.documents) if shown else []
    if not 0 <= n < min(len(papers), SHOWN_MAX):
        raise NotFound("no such page")
    return [one.name for one in papers], papers[n].sha256


def _pages(pictures: Pictures, digest: str) -> int:
    try:
        return len(pictures.of(digest))
    except NotFound:
        return 0
