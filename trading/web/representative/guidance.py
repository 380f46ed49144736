"""Recorded guidance: the centre says, in its own voice, what a step is about.

Speech that a browser makes up is not there in chat apps and is hard to follow; a recording is.
A clerk records or picks a file once for each step. Source: ecosystem brief, section 11.
"""

from __future__ import annotations

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import delete, insert, select

from trading.base.errors import InvalidInput, NotFound, Refused
from trading.observing.rules import STEPS
from trading.people.tables import guidance as rows
from trading.web.access import REPRESENTATIVE, Access, opt
from trading.web.recordings import media_type
from trading.web.representative import wording
from trading.web.shell import Asked, Page, Shell, form_of, see_other, viewer_of

BYTES_MAX = 2 * 1024 * 1024
RECORDERS = Access(rooms=("staff",), roles=("office", "centre_clerk", "centre_operator"))


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of guidance."""
    return [_spoken(shell), _recorded(shell), _record(shell)]


def exists(shell: Shell, step: str) -> bool:
    """Tell whether a step has been explained aloud."""
    with shell.reading() as connection:
        found = connection.execute(select(rows.c.step).where(rows.c.step == step))
        return found.first() is not None


def _spoken(shell: Shell) -> HTTPRouteHandler:
    @get("/watch/spoken/{step:str}", sync_to_thread=True, opt=opt(REPRESENTATIVE))
    def spoken(step: FromPath[str]) -> Response[bytes]:
        with shell.reading() as connection:
            row = connection.execute(select(rows).where(rows.c.step == step)).one_or_none()
        if row is None:
            raise NotFound("no such page")
        headers = {"Cache-Control": "private, max-age=86400"}
        return Response(bytes(row.content), media_type=row.media_type, headers=headers)

    return spoken


def _recorded(shell: Shell) -> HTTPRouteHandler:
    @get("/staff/guidance", sync_to_thread=True, opt=opt(RECORDERS))
    def recorded(request: Asked) -> Page:
        return _page(shell, request)

    return recorded


def _page(shell: Shell, request: Asked, error: Refused | None = None) -> Page:
    with shell.reading() as connection:
        found = connection.execute(select(rows.c.step, rows.c.at_us)).all()
    there = {row.step: row.at_us for row in found}
    return shell.page(
        request, "representative/guidance.html", status=error.status if error else 200,
        steps=STEPS, there=there, words=wording.Words,
        told=shell.explain(request, error) if error else None,
    )  # fmt: skip


def _record(shell: Shell) -> HTTPRouteHandler:
    @post("/staff/guidance", sync_to_thread=True, opt=opt(RECORDERS), status_code=200,
          request_max_body_size=4 * 1024 * 1024)  # fmt: skip
    def record(request: Asked) -> Page:
        form = form_of(request)
        try:
            step = str(form.get("step", ""))
            if step not in STEPS:
                raise InvalidInput("no such step", field="step")
            content = _content(form.get("voice"))
            kind = media_type(content, "voice")
        except Refused as error:
            return _page(shell, request, error)
        with shell.centre.engine.begin() as connection:
            connection.execute(delete(rows).where(rows.c.step == step))
            connection.execute(
                insert(rows).values(
                    step=step, media_type=kind, content=content,
                    person=viewer_of(request).person, at_us=shell.centre.clock.now_us(),
                )
            )  # fmt: skip
        return see_other("/staff/guidance")

    return record


def _content(upload: object) -> bytes:
    content = upload.file.read(BYTES_MAX + 1) if isinstance(upload, UploadFile) else b""
    if not content or len(content) > BYTES_MAX:
        raise InvalidInput("the recording is empty or larger than 2 MB", field="voice")
    return content
