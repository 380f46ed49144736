"""Notifications that wait to be confirmed, and the sheet of calls.

Telephone numbers stand on the sheet alone; that it was printed, by whom and its digest are an
entry. Source: decision 17; domain brief, section 8.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import islice
from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from trading.calls import as_html, calls_to_make, notification_of
from trading.notifications.commands import PrintCallSheet
from trading.notifications.rules import Telling, next_attempt_us, waiting
from trading.outbox import text_of, waiting_names
from trading.web.access import Access, opt
from trading.web.shell import Asked, Page, Shell, chosen_language
from trading.web.staff.addresses import works_on
from trading.words.language import language, pick, speaking

CALLERS = Access(rooms=("staff",), roles=("centre_clerk", "centre_operator", "office"))
CLERK = Access(rooms=("staff",), roles=("centre_clerk",))
SHOWN_MAX = 100


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the page of notifications and the sheet of calls."""

    @get("/staff/notices", sync_to_thread=True, opt=opt(CALLERS))
    def front(request: Asked) -> Page:
        shell.centre.refresh()
        with speaking(chosen_language(request)):
            rows = list(islice(_rows(shell, request), SHOWN_MAX))
            return shell.page(
                request, "staff/notices.html", title=pick("通知", "Notifications"), rows=rows,
                most=SHOWN_MAX,
            )  # fmt: skip

    @post("/staff/notices/sheet", sync_to_thread=True, opt=opt(CLERK), status_code=200)
    def sheet(request: Asked) -> Response[bytes]:
        calls = calls_to_make(shell.centre)
        printed = as_html(calls)
        data = PrintCallSheet(sha256(printed).hexdigest(), len(calls))
        shell.act(request, "call_sheet.print/1", data, "centre_clerk")
        return Response(
            printed, media_type="text/html; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="call-sheet.html"'},
        )  # fmt: skip

    return [front, sheet]


def _rows(shell: Shell, request: Asked) -> Any:
    """Yield who has not confirmed what, as far as the viewer may know of it."""
    for name in waiting_names(shell.centre):
        state = shell.centre.state(f"notification/{name}")
        if state is None or not works_on(shell, request, state):
            continue
        one = notification_of(shell.centre, name)
        for telling in waiting(one):
            yield {
                "notification": name, "person": telling.person, "queued_us": one.queued_us,
                "text": text_of(language(), telling.message, one.about),
                "attempts": telling.attempts, "reached": telling.reached,
                "channel": telling.channel, "next_us": _next(telling),
            }  # fmt: skip


def _next(telling: Telling) -> int:
    """Return from when the next attempt may be made, -1 where none is left."""
    found = next_attempt_us(telling)
    return -1 if found is None else found
