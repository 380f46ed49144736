"""What a representative says beside the statements: being there, a remark, a question, a hold.

Remarks come as text, as a photo or as a voice; the bytes are filed under their digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import InvalidInput, NotFound, Refused
from trading.centre import check_texts
from trading.engine.stream import Command
from trading.observing.talk_commands import AskHold, AskQuestion, Attend, FileRemark
from trading.papers import images
from trading.record.entry import Document
from trading.web.access import REPRESENTATIVE, opt
from trading.web.recordings import BYTES_MAX, media_type
from trading.web.representative.frame import page
from trading.web.representative.looking import looked
from trading.web.representative.reading import Task, task_of
from trading.web.shell import Asked, Page, Shell, form_of, see_other, viewer_of

ROLE = "resident_rep"
BODY_BYTES_MAX = 25 * 1024 * 1024
WORDS_MAX = 2_000
_PATH = "/watch/look/{case:str}/{step:str}/{code:str}"


class Brought(NamedTuple):
    """Bytes that came with a form, and what they are."""

    content: bytes
    media_type: str


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of saying."""
    return [_attend(shell), _remark_page(shell), _remark(shell), _talk_page(shell), _talk(shell)]


def brought(form: Mapping[str, Any]) -> list[Brought]:
    """Return photo and voice of a form; raise ``InvalidInput`` for other kinds and for large ones.

    A voice that MediaRecorder took and one picked as a file come in the same field.
    """
    found = []
    for field in ("photo", "voice"):
        upload = form.get(field)
        if not isinstance(upload, UploadFile):
            continue
        content = upload.file.read(BYTES_MAX + 1)
        if not content:
            continue
        if len(content) > BYTES_MAX:
            raise InvalidInput("the file is larger than 10 MB", field=field)
        kind = media_type(content, field)
        found.append(Brought(content, images.check(content) if field == "photo" else kind))
    return found


def file_remark(shell: Shell, request: Asked, task: Task, one: Brought, key: str) -> int:
    """File what was brought as a remark on the step; return the index of its entry."""
    document = Document("remark", sha256(one.content).hexdigest())
    receipt = shell.act(
        request, "panel.remark/1", FileRemark(task.case, task.step), ROLE, key=key,
        docs=(document,), files=((one.content, one.media_type),),
    )  # fmt: skip
    return receipt.index


def _attend(shell: Shell) -> HTTPRouteHandler:
    @post(f"{_PATH}/attend", sync_to_thread=True, opt=opt(REPRESENTATIVE), status_code=200)
    def attend(
        request: Asked, case: FromPath[str], step: FromPath[str], code: FromPath[str]
    ) -> Page:
        task = task_of(shell, viewer_of(request).person, case, step, code)
        if not task.present:
            shell.act(request, "panel.attend/1", Attend(task.case, task.step), ROLE)
        return see_other(task.path)

    return attend


def _remark_page(shell: Shell) -> HTTPRouteHandler:
    @get(f"{_PATH}/remark", sync_to_thread=True, opt=opt(REPRESENTATIVE))
    def remark_page(
        request: Asked, case: FromPath[str], step: FromPath[str], code: FromPath[str]
    ) -> Page:
        task = task_of(shell, viewer_of(request).person, case, step, code)
        return page(shell, request, "remark.html", errors={}, told=None, said="",
                    **looked(shell, task))  # fmt: skip

    return remark_page


def _remark(shell: Shell) -> HTTPRouteHandler:
    @post(f"{_PATH}/remark", sync_to_thread=True, opt=opt(REPRESENTATIVE), status_code=200,
          request_max_body_size=BODY_BYTES_MAX)  # fmt: skip
    def remark(
        request: Asked, case: FromPath[str], step: FromPath[str], code: FromPath[str]
    ) -> Page:
        task = task_of(shell, viewer_of(request).person, case, step, code)
        form = form_of(request)
        said = str(form.get("text", "")).strip()[:WORDS_MAX]
        values = {"said": said, **looked(shell, task)}
        try:
            found = brought(form)
            if said:
                check_texts(said, "text")
                found.insert(0, Brought(said.encode(), "text/plain; charset=utf-8"))
            indexes = [
                file_remark(shell, request, task, one, f"{form.get('key', '')}-{n}")
                for n, one in enumerate(found)
            ]
        except Refused as error:
            return page(shell, request, "remark.html", status=error.status, errors={},
                        told=shell.explain(request, error), **values)  # fmt: skip
        if not indexes:
            return page(shell, request, "remark.html", status=400, told=None,
                        errors={"text": "empty"}, **values)  # fmt: skip
        return see_other(f"/watch/done/{indexes[0]}")

    return remark


def _talk_page(shell: Shell) -> HTTPRouteHandler:
    @get(f"{_PATH}/{{what:str}}", sync_to_thread=True, opt=opt(REPRESENTATIVE))
    def talk_page(
        request: Asked, case: FromPath[str], step: FromPath[str], code: FromPath[str],
        what: FromPath[str],
    ) -> Page:  # fmt: skip
        task = task_of(shell, viewer_of(request).person, case, step, code)
        return page(shell, request, _template(what), errors={}, told=None, said="",
                    **looked(shell, task))  # fmt: skip

    return talk_page


def _talk(shell: Shell) -> HTTPRouteHandler:
    @post(f"{_PATH}/{{what:str}}", sync_to_thread=True, opt=opt(REPRESENTATIVE), status_code=200)
    def talk(
        request: Asked, case: FromPath[str], step: FromPath[str], code: FromPath[str],
        what: FromPath[str],
    ) -> Page:  # fmt: skip
        task = task_of(shell, viewer_of(request).person, case, step, code)
        template, form = _template(what), form_of(request)
        said = str(form.get("text", "")).strip()[:WORDS_MAX]
        values = {"said": said, **looked(shell, task)}
        if not said:
            return page(shell, request, template, status=400, told=None,
                        errors={"text": "empty"}, **values)  # fmt: skip
        kind, data = _command(task, what, said, str(form.get("lot", "")))
        try:
            receipt = shell.act(request, kind, data, ROLE)
        except Refused as error:
            return page(shell, request, template, status=error.status, errors={},
                        told=shell.explain(request, error), **values)  # fmt: skip
        return see_other(f"/watch/done/{receipt.index}")

    return talk


def _template(what: str) -> str:
    if what not in {"ask", "hold"}:
        raise NotFound("no such page")
    return f"{what}.html"


def _command(task: Task, what: str, said: str, lot: str) -> tuple[str, Command]:
    if what == "ask":
        return "panel.ask/1", AskQuestion(task.case, task.step, said)
    lot = lot if lot in task.opening.lots else task.opening.lots[0]
    return "panel.ask_hold/1", AskHold(task.case, task.step, lot, said)
