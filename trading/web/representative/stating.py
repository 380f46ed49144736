"""Stating a step: the choice, the doubt in one's own words, the signature, and the receipt.

What a device signs is made here and shown in full; a phone without a key of its own, or without
scripts, states by the code it was let in with, and the entry says so. Source: decision 18.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import NotFound, Refused
from trading.observing.rules import DEVICE_KEY, Statement, statement_bytes
from trading.observing.watching import StateStep
from trading.papers.reading import Act, act_of
from trading.people.devices import Devices
from trading.store import log
from trading.web.access import REPRESENTATIVE, opt
from trading.web.representative import saying, wording
from trading.web.representative.frame import page, qr
from trading.web.representative.looking import looked
from trading.web.representative.reading import Task, task_of
from trading.web.shell import Asked, Page, Shell, form_of, see_other, viewer_of

ROLE = "resident_rep"
UPLOAD_BYTES_MAX = 25 * 1024 * 1024
WORDS_MAX = 2_000
_PATH = "/watch/look/{case:str}/{step:str}/{code:str}"


class Draft(msgspec.Struct, frozen=True):
    """What is about to be stated: for one lot, or for all but some."""

    verdict: str
    lot: str = ""
    except_lots: tuple[str, ...] = ()
    reason_zh: str = ""


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of stating."""
    return [_fine(shell), _doubt(shell), _say_doubt(shell), _sign(shell), _done(shell)]


def _fine(shell: Shell) -> HTTPRouteHandler:
    @get(f"{_PATH}/fine", sync_to_thread=True, opt=opt(REPRESENTATIVE))
    def fine(request: Asked, case: FromPath[str], step: FromPath[str], code: FromPath[str]) -> Page:
        task = task_of(shell, viewer_of(request).person, case, step, code)
        if not task.left:
            return page(shell, request, "look.html", **looked(shell, task))
        return _to_sign(shell, request, task, draft_of(task, "seen"))

    return fine


def _doubt(shell: Shell) -> HTTPRouteHandler:
    @get(f"{_PATH}/doubt", sync_to_thread=True, opt=opt(REPRESENTATIVE))
    def doubt(
        request: Asked, case: FromPath[str], step: FromPath[str], code: FromPath[str]
    ) -> Page:
        task = task_of(shell, viewer_of(request).person, case, step, code)
        return page(shell, request, "doubt.html", errors={}, told=None, said="", lot="",
                    **looked(shell, task))  # fmt: skip

    return doubt


def _say_doubt(shell: Shell) -> HTTPRouteHandler:
    @post(f"{_PATH}/doubt", sync_to_thread=True, opt=opt(REPRESENTATIVE), status_code=200,
          request_max_body_size=UPLOAD_BYTES_MAX)  # fmt: skip
    def say_doubt(
        request: Asked, case: FromPath[str], step: FromPath[str], code: FromPath[str]
    ) -> Page:
        task = task_of(shell, viewer_of(request).person, case, step, code)
        form = form_of(request)
        said, lot = str(form.get("reason", "")).strip()[:WORDS_MAX], str(form.get("lot", ""))
        values = {"said": said, "lot": lot, **looked(shell, task)}
        try:
            brought = saying.brought(form)
            for n, one in enumerate(brought):
                saying.file_remark(shell, request, task, one, f"{form.get('key', '')}-{n}")
        except Refused as error:
            return page(shell, request, "doubt.html", status=error.status, errors={},
                        told=shell.explain(request, error), **values)  # fmt: skip
        if not said and not brought:
            return page(shell, request, "doubt.html", status=400, told=None,
                        errors={"reason": "empty"}, **values)  # fmt: skip
        reason = said or "见本人所附照片或录音。"
        return _to_sign(shell, request, task, draft_of(task, "refused", lot, reason))

    return say_doubt


def draft_of(task: Task, verdict: str, lot: str = "", reason_zh: str = "") -> Draft:
    """Return what would be stated: for ``lot``, or for all that is left."""
    if lot in task.left and len(task.opening.lots) > 1:
        return Draft(verdict, lot, (), reason_zh)
    said = tuple(sorted(set(task.opening.lots) - set(task.left)))
    return Draft(verdict, "", said, reason_zh)


def message_of(task: Task, draft: Draft) -> bytes:
    """Return the canonical bytes that the own device signs."""
    statement = Statement(
        task.member, draft.verdict, DEVICE_KEY, lot=draft.lot, except_lots=draft.except_lots
    )
    return statement_bytes(task.case, task.step, task.opening.shown, statement, draft.reason_zh)


def usable_devices(shell: Shell, person: str) -> tuple[str, ...]:
    """Return the fingerprints of the devices whose signature counts."""
    state = shell.centre.state(f"person/{person}")
    found = state.facets.get("devices") if state else None
    known = found.known if isinstance(found, Devices) else {}
    return tuple(name for name, device in known.items() if device.usable)


def _to_sign(
    shell: Shell, request: Asked, task: Task, draft: Draft, error: Refused | None = None
) -> Page:
    message = message_of(task, draft)
    return page(
        shell, request, "sign.html", status=error.status if error else 200, draft=draft,
        message=message.hex(), message_text=message.decode(),
        devices=" ".join(usable_devices(shell, task.member)),
        told=shell.explain(request, error) if error else None, **looked(shell, task),
    )  # fmt: skip


def _sign(shell: Shell) -> HTTPRouteHandler:
    @post(f"{_PATH}/sign", sync_to_thread=True, opt=opt(REPRESENTATIVE), status_code=200)
    def sign(request: Asked, case: FromPath[str], step: FromPath[str], code: FromPath[str]) -> Page:
        task = task_of(shell, viewer_of(request).person, case, step, code)
        form = form_of(request)
        draft = Draft(
            str(form.get("verdict", "")), str(form.get("lot", "")),
            tuple(filter(None, str(form.get("except_lots", "")).split(" "))),
            str(form.get("reason_zh", "")),
        )  # fmt: skip
        try:
            receipt = shell.act(request, "panel.state/1", _stated(task, draft, form), ROLE)
        except Refused as error:
            if draft.verdict not in {"seen", "refused"}:
                raise
            return _to_sign(shell, request, task, draft, error)
        return see_other(f"/watch/done/{receipt.index}")

    return sign


def _stated(task: Task, draft: Draft, form: Mapping[str, Any]) -> StateStep:
    """Return the command: by the own device where it signed, else as it was done."""
    signature, device = str(form.get("signature", "")), str(form.get("device", ""))
    assurance = "session_code"
    if signature:
        assurance = DEVICE_KEY
    elif form.get("assisted"):
        assurance = "assisted"
    return StateStep(
        task.case, task.step, task.opening.shown, draft.verdict, assurance, draft.lot,  # type: ignore[arg-type] # checked by the centre's decoder
        draft.except_lots, draft.reason_zh, device if signature else "", signature,
    )  # fmt: skip


def _done(shell: Shell) -> HTTPRouteHandler:
    @get("/watch/done/{index:int}", sync_to_thread=True, opt=opt(REPRESENTATIVE))
    def done(request: Asked, index: FromPath[int]) -> Page:
        act = own_act(shell, viewer_of(request).person, index)
        data = act.data
        step = str(data.get("step", ""))
        return page(
            shell, request, "done.html", act=act,
            words=wording.Words(step) if step else None,
            code=wording.short_code(act.code), qr=qr(request, act.code),
        )  # fmt: skip

    return done


def own_act(shell: Shell, person: str, index: int) -> Act:
    """Return an act of ``person`` from the record; raise ``NotFound`` for anybody else's."""
    rows = log.entries(shell.centre.reading, index, 1) if index >= 0 else []
    if not rows:
        raise NotFound("no such page")
    act = act_of(rows[0])
    if act.actor != person:
        raise NotFound("no such page")
    return act
