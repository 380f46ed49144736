"""Checking a receipt: whether it is in the record, what it was, when, and the proof for experts."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from sqlalchemy import select

from trading.base.errors import NotFound
from trading.engine.registry import PUBLIC
from trading.record.checkpoint import Checkpoint
from trading.record.entry import Row
from trading.record.proof import Receipt, issue_receipt
from trading.record.tiles import TileReader
from trading.store.schema import entry
from trading.store.signer import CHECKPOINT, log_reader, read_vkey
from trading.web.access import EVERYBODY, opt
from trading.web.public.steps import Step, step_of
from trading.web.shell import Asked, Page, Shell, see_other

CODE = re.compile(r"[0-9a-f]{16,64}", re.ASCII)
CODE_DIGITS = 64
FOUND_MAX = 2
SIGNED, WAITING, UNREADABLE = "signed", "waiting", "unreadable"


class Found(msgspec.Struct, frozen=True):
    """An entry that was found; ``step`` is None where its content is not public.

    ``proved`` tells whether a signed checkpoint covers it, and whether the log could be read.
    """

    index: int
    code: str
    stream: str
    at_us: int
    step: Step | None
    proved: str = WAITING
    proof: tuple[str, ...] = ()
    checkpoint: str = ""


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the page for a receipt that is typed, and the one that a scanned code leads to."""

    @get("/check", sync_to_thread=True, opt=opt(EVERYBODY))
    def ask(request: Asked, code: FromQuery[str] = "") -> Page | Response[str]:
        typed = cleaned(code)
        if CODE.fullmatch(typed):
            return see_other(f"/check/{typed}")
        wrong = bool(code)
        return shell.page(
            request, "public/check.html", status=400 if wrong else 200, typed=code[:CODE_DIGITS],
            wrong=wrong, found=None, asked=False,
        )  # fmt: skip

    @get("/check/{code:str}", sync_to_thread=True, opt=opt(EVERYBODY))
    def answer(request: Asked, code: FromPath[str]) -> Page:
        typed = cleaned(code)
        wrong = not CODE.fullmatch(typed)
        found = None if wrong else find(shell, typed)
        return shell.page(
            request, "public/check.html", status=200 if found else 404, typed=code[:CODE_DIGITS],
            wrong=wrong, found=found, asked=not wrong,
        )  # fmt: skip

    return [ask, answer]


def cleaned(code: str) -> str:
    """Return ``code`` as it is looked up: without gaps, in small letters."""
    return re.sub(r"[\s-]", "", code[: 2 * CODE_DIGITS]).lower()


def find(shell: Shell, code: str) -> Found | None:
    """Return the one entry whose receipt begins with ``code``, None where there is none."""
    rows = _rows(shell, code)
    if len(rows) != 1:
        return None
    row = rows[0]
    if row.audience != PUBLIC:
        found = Found(row.idx, row.hash.hex(), "", 0, None)
    else:
        found = Found(row.idx, row.hash.hex(), row.stream, row.at_us, step_of(row))
    proved, proof = proof_of(shell, row.idx)
    if proof is None:
        return msgspec.structs.replace(found, proved=proved)
    told = tuple(one.hex() for one in proof.proof)
    return msgspec.structs.replace(
        found, proved=proved, proof=told, checkpoint=proof.note.decode()
    )  # fmt: skip


def _rows(shell: Shell, code: str) -> list[Row]:
    """Return what begins with ``code``, by the index of the receipts."""
    whole = code[: len(code) // 2 * 2]
    low = bytes.fromhex(whole)
    query = select(entry).where(entry.c.hash >= low)
    above = _next(low)
    if above:
        query = query.where(entry.c.hash < above)
    with shell.reading() as connection:
        found = connection.execute(query.order_by(entry.c.hash).limit(FOUND_MAX)).all()
    rows = [_mended(raw) for raw in found]
    return [row for row in rows if row.hash.hex().startswith(code)]


def _next(low: bytes) -> bytes:
    """Return the first bytes behind everything that begins with ``low``, none where all do."""
    kept = low.rstrip(b"\xff")
    return kept[:-1] + bytes([kept[-1] + 1]) if kept else b""


def _mended(raw: Any) -> Row:
    row = Row(*raw)
    return msgspec.structs.replace(row, body=bytes(row.body), hash=bytes(row.hash))


def proof_of(shell: Shell, index: int) -> tuple[str, Receipt | None]:
    """Return whether ``index`` is proved, and the proof under the checkpoint that everybody sees.

    Files that are not there prove nothing, and the page says so. Files that contradict each other
    or their signature are never passed over: ``BadNote``, ``BadProof`` or ``IntegrityFault``.
    """
    try:
        note = (shell.home.log_dir / CHECKPOINT).read_bytes()
    except FileNotFoundError:
        return WAITING, None
    except OSError:
        return UNREADABLE, None
    size = Checkpoint.open(note, [read_vkey(shell.home)]).size
    if index >= size:
        return WAITING, None
    try:
        reader = TileReader(log_reader(shell.home.log_dir), size)
        return SIGNED, issue_receipt(reader, index, note)
    except (NotFound, OSError):
        return UNREADABLE, None
