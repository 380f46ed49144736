"""Registration: conditions and known defects acknowledged one by one, kind, priority, conflicts.

The bidder's own submit is the entry (decision 19). Who the bidder is goes into a sealed opening.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import InvalidInput, Refused
from trading.bidding.commands import Acknowledge, Register
from trading.bidding.rules import PriorityClaim
from trading.centre import Personal
from trading.listing.rules import case_of_lot
from trading.papers import images
from trading.people.bidders import Bidder
from trading.record.entry import Document
from trading.web.access import BIDDER, opt
from trading.web.bidder import wording
from trading.web.bidder.own import LotView, Own
from trading.web.names import name_known
from trading.web.shell import Asked, Page, Shell, form_of, see_other, viewer_of

UPLOAD_BYTES_MAX = 25 * 1024 * 1024
NAME_MAX = 60
PROOF = "priority_proof"
_PARTS = re.compile(r"[；;。\n]+")


def routes(shell: Shell, own: Own) -> list[HTTPRouteHandler]:
    """Return the routes of registering."""
    return [_ask(shell, own), _register(shell, own), _acknowledge(own)]


def defects(lot: LotView) -> list[str]:
    """Return the known defects one by one."""
    return [part.strip() for part in _PARTS.split(lot.terms.plan.defects_zh) if part.strip()]


def conditions(lot: LotView) -> list[str]:
    """Return the conditions that the notice sets."""
    plan = lot.terms.plan
    return [text for text in (plan.eligibility_zh, plan.condition_zh, plan.use_zh) if text]


def panel_of(shell: Shell, lot: str) -> tuple[str, ...]:
    """Return the representatives who watch the lot."""
    state = shell.centre.state(f"panel/{case_of_lot(lot)}")
    return state.facets["panel"].members if state else ()


def _ask(shell: Shell, own: Own) -> HTTPRouteHandler:
    @get("/bidder/lots/{lot:str}/register", sync_to_thread=True, opt=opt(BIDDER))
    def ask(request: Asked, lot: FromPath[str]) -> Page:
        found = own.lot(lot)
        if own.registration(own.bidder(request, lot)) is not None:
            return see_other(f"/bidder/lots/{lot}")
        return _form(shell, request, found, {}, {})

    return ask


def _form(
    shell: Shell, request: Asked, lot: LotView, said: Mapping[str, Any], errors: dict[str, str],
    error: Refused | None = None,
) -> Page:  # fmt: skip
    status = error.status if error else 400 if errors else 200
    return shell.page(
        request, "bidder/register.html", status=status, lot=lot, said=said, errors=errors,
        told=shell.explain(request, error) if error else None, defects=defects(lot),
        conditions=conditions(lot), panel=panel_of(shell, lot.id), kinds=wording.kinds,
        claims=wording.claims, name=name_known(shell, viewer_of(request).person),
    )  # fmt: skip


def _register(shell: Shell, own: Own) -> HTTPRouteHandler:
    @post("/bidder/lots/{lot:str}/register", sync_to_thread=True, opt=opt(BIDDER),
          status_code=200, request_max_body_size=UPLOAD_BYTES_MAX)  # fmt: skip
    def register(request: Asked, lot: FromPath[str]) -> Page:
        found, form = own.lot(lot), form_of(request)
        person = viewer_of(request).person
        name = name_known(shell, person) or str(form.get("name", "")).strip()[:NAME_MAX]
        missing = _missing(found, form, name)
        if missing:
            return _form(shell, request, found, form, missing)
        try:
            files = _proof(form)
            bidder = own.bidders.draw(person, lot, own.roll(lot).listed.values())
            data = _command(found, bidder, form, panel_of(shell, lot), files)
            receipt = own.act(
                request, bidder, "registration.submit/1", data,
                personal=(Personal(f"{lot}/{bidder.number}", "name", name),), files=files,
                docs=tuple(Document(PROOF, sha256(content).hexdigest()) for content, _k in files),
            )  # fmt: skip
        except Refused as error:
            return _form(shell, request, found, form, {}, error)
        return see_other(f"/bidder/receipts/{receipt.index}")

    return register


def _missing(lot: LotView, form: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return which fields lack an answer, by name."""
    wanted = {
        "conditions": bool(form.get("conditions")),
        **{f"defect-{n}": bool(form.get(f"defect-{n}")) for n in range(len(defects(lot)))},
        "name": bool(name),
        "near": form.get("near") in {"no", "yes"},
    }
    if form.get("priority"):
        wanted["proof"] = isinstance(form.get("proof"), UploadFile)
    return {field: field for field, given in wanted.items() if not given}


def _proof(form: Mapping[str, Any]) -> tuple[tuple[bytes, str], ...]:
    upload = form.get("proof")
    if not form.get("priority") or not isinstance(upload, UploadFile):
        return ()
    content = upload.file.read()
    return ((content, images.check(content)),)


def _command(
    lot: LotView, bidder: Bidder, form: Mapping[str, Any], members: tuple[str, ...],
    files: tuple[tuple[bytes, str], ...],
) -> Register:  # fmt: skip
    claim = str(form.get("priority", ""))
    version = str(form.get("version", ""))
    if not version.isdigit() or len(version) > len("1000"):
        raise InvalidInput("no version of a notice", field="version")
    near = [who for who in members if form.get(f"near-{who}")] if form.get("near") == "yes" else []
    priority = None
    if claim and files:
        digest = sha256(files[0][0]).hexdigest()
        priority = PriorityClaim(claim, digest)  # type: ignore[arg-type] # the decoder checks it
    kind: Any = str(form.get("kind", "person"))
    return Register(lot.id, bidder.number, bidder.who, int(version), kind, priority, tuple(near))


def _acknowledge(own: Own) -> HTTPRouteHandler:
    @post("/bidder/lots/{lot:str}/acknowledge", sync_to_thread=True, opt=opt(BIDDER),
          status_code=200)  # fmt: skip
    def acknowledge(request: Asked, lot: FromPath[str]) -> Page:
        found, bidder = own.lot(lot), own.sure(request, lot)
        data = Acknowledge(lot, bidder.who, found.terms.version)
        own.act(request, bidder, "roll.acknowledge/1", data)
        return see_other(f"/bidder/lots/{lot}")

    return acknowledge
