"""The deal of the winner, the offer of a sole bidder, and objections to a posted result."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import InvalidInput, NotFound, Refused
from trading.base.money import parse_yuan
from trading.bidding.outcomes import AcceptDeal, DeclineDeal, Offer
from trading.disputes.commands import FileObjection
from trading.engine.stream import Command
from trading.engine.texts import check_texts
from trading.papers import images
from trading.record.entry import Document
from trading.web.access import BIDDER, opt
from trading.web.bidder import wording
from trading.web.bidder.finding import lot_page
from trading.web.bidder.own import LotView, Own
from trading.web.shell import Asked, Page, Shell, form_of, see_other

UPLOAD_BYTES_MAX = 25 * 1024 * 1024
WORDS_MAX = 4_000
REASON_MAX = 120


def routes(shell: Shell, own: Own) -> list[HTTPRouteHandler]:
    """Return the routes of dealing."""
    return [_deal(shell, own), _objection(shell, own), _object(shell, own)]


def _deal(shell: Shell, own: Own) -> HTTPRouteHandler:
    @post("/bidder/lots/{lot:str}/deal/{what:str}", sync_to_thread=True, opt=opt(BIDDER),
          status_code=200)  # fmt: skip
    def deal(request: Asked, lot: FromPath[str], what: FromPath[str]) -> Page:
        found, bidder = own.lot(lot), own.sure(request, lot)
        try:
            kind, data = _command(lot, what, form_of(request))
            receipt = own.act(request, bidder, kind, data)
        except NotFound:
            raise
        except Refused as error:
            told = shell.explain(request, error)
            return lot_page(shell, own, request, found, status=error.status, told=told)
        return see_other(f"/bidder/receipts/{receipt.index}")

    return deal


def _command(lot: str, what: str, form: Any) -> tuple[str, Command]:
    if what == "accept":
        return "lot.accept_deal/1", AcceptDeal(lot)
    if what == "decline":
        reason = str(form.get("reason_zh", "")).strip()[:REASON_MAX]
        if not reason or not form.get("sure"):
            raise InvalidInput("say why, and that the deposit is lost", field="reason_zh")
        return "lot.decline_deal/1", DeclineDeal(lot, reason)
    if what == "offer":
        return "lot.offer/1", Offer(lot, parse_yuan(str(form.get("price", "")).strip()))
    raise NotFound("no such page")


def _objection(shell: Shell, own: Own) -> HTTPRouteHandler:
    @get("/bidder/lots/{lot:str}/object", sync_to_thread=True, opt=opt(BIDDER))
    def objection(request: Asked, lot: FromPath[str]) -> Page:
        own.sure(request, lot)
        return _page(shell, request, own.lot(lot), "")

    return objection


def _page(
    shell: Shell, request: Asked, lot: LotView, said: str, error: Refused | None = None
) -> Page:
    return shell.page(
        request, "bidder/object.html", status=error.status if error else 200, lot=lot, said=said,
        grounds=wording.grounds, told=shell.explain(request, error) if error else None,
    )  # fmt: skip


def _object(shell: Shell, own: Own) -> HTTPRouteHandler:
    @post("/bidder/lots/{lot:str}/object", sync_to_thread=True, opt=opt(BIDDER), status_code=200,
          request_max_body_size=UPLOAD_BYTES_MAX)  # fmt: skip
    def file(request: Asked, lot: FromPath[str]) -> Page:
        found, bidder, form = own.lot(lot), own.sure(request, lot), form_of(request)
        said = str(form.get("text", "")).strip()[:WORDS_MAX]
        try:
            files = _files(said, form.get("file"))
            disputes = found.state.facets.get("disputes")
            kind: Any = str(form.get("kind", "objection"))
            ground: Any = str(form.get("ground", ""))
            data = FileObjection(lot, disputes.count + 1 if disputes else 1, kind, ground)
            receipt = own.act(
                request, bidder, "objection.file/1", data, files=files,
                docs=tuple(
                    Document("objection", sha256(content).hexdigest()) for content, _k in files
                ),
            )  # fmt: skip
        except Refused as error:
            return _page(shell, request, found, said, error)
        return see_other(f"/bidder/receipts/{receipt.index}")

    return file


def _files(said: str, upload: object) -> tuple[tuple[bytes, str], ...]:
    """Return the letter and what came with it."""
    if not said:
        raise InvalidInput("say what is wrong", field="text")
    check_texts(said, "text")
    files = [(said.encode(), "text/plain; charset=utf-8")]
    content = upload.file.read() if isinstance(upload, UploadFile) else b""
    if content:
        files.append((content, images.check(content)))
    return tuple(files)
