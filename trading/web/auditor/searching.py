"""Searching the record, newest first: a bounded look at a time, and where it went on from."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from sqlalchemy import select

from trading.listing.tables import lot as lots
from trading.record.entry import Row
from trading.store import log
from trading.store.schema import entry
from trading.web.access import AUDITOR, opt
from trading.web.shell import Asked, Page, Shell, chosen_language
from trading.words.language import speaking, word

LOTS_MAX = 50
LOOKED_MAX = 4096
"""How many entries one search reads; it tells how far it came."""
FOUND_MAX = 100
NAME_MAX = 64


class Wanted(msgspec.Struct, frozen=True):
    """What is looked for; an empty word is no condition. ``before`` is an index."""

    actor: str = ""
    kind: str = ""
    stream: str = ""
    outcome: str = ""
    receipt: str = ""
    before: int = 0


class _Given(msgspec.Struct, frozen=True):
    actor: str = ""
    role: str = ""


class _Out(msgspec.Struct):
    outcome: str
    trigger: str = ""
    failed: tuple[str, ...] = ()


class _Said(msgspec.Struct, rename={"given": "in"}):
    out: _Out
    given: _Given = _Given()


_said = msgspec.json.Decoder(_Said)


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the front page and the search."""

    @get("/audit", sync_to_thread=True, opt=opt(AUDITOR))
    def front(request: Asked, q: FromQuery[str] = "", after: FromQuery[str] = "") -> Page:
        query = select(lots).where(lots.c.lot > after[:NAME_MAX]).order_by(lots.c.lot)
        if q:
            query = query.where(lots.c.title_zh.contains(q[:NAME_MAX], autoescape=True))
        with shell.reading() as connection:
            found = [dict(row) for row in connection.execute(query.limit(LOTS_MAX + 1)).mappings()]
        return shell.page(
            request, "auditor/front.html", lots=found[:LOTS_MAX], q=q, places=_places(shell),
            after=found[LOTS_MAX - 1]["lot"] if len(found) > LOTS_MAX else "",
            size=log.head(shell.centre.reading).size,
        )  # fmt: skip

    @get("/audit/search", sync_to_thread=True, opt=opt(AUDITOR))
    def search(
        request: Asked,
        actor: FromQuery[str] = "",
        kind: FromQuery[str] = "",
        stream: FromQuery[str] = "",
        outcome: FromQuery[str] = "",
        receipt: FromQuery[str] = "",
        before: FromQuery[int] = 0,
    ) -> Page:
        wanted = Wanted(actor, kind, stream, outcome, receipt.lower(), before)
        found, reached = look(shell, wanted)
        with speaking(chosen_language(request)):
            return shell.page(
                request, "auditor/search.html", wanted=wanted, found=found, reached=reached,
                kinds=_kinds(shell),
            )  # fmt: skip

    return [front, search]


def look(shell: Shell, wanted: Wanted) -> tuple[list[dict[str, Any]], int]:
    """Return what was found, newest first, and the index that the next look starts below.

    0 means that the beginning was reached.
    """
    size = log.head(shell.centre.reading).size
    end = min(wanted.before, size) if wanted.before > 0 else size
    query = entry.select().where(entry.c.idx < end).order_by(entry.c.idx.desc())
    if wanted.kind:
        query = query.where(entry.c.kind == wanted.kind)
    if wanted.stream:
        query = query.where(entry.c.stream == wanted.stream)
    found: list[dict[str, Any]] = []
    looked = 0
    with shell.reading() as connection:
        for raw in connection.execute(query.limit(LOOKED_MAX)):
            row = Row(*raw)
            looked, end = looked + 1, row.idx
            told = _told(row)
            if _fits(told, wanted):
                found.append(told)
                if len(found) == FOUND_MAX:
                    return found, end
    return found, end if looked == LOOKED_MAX else 0


def _told(row: Row) -> dict[str, Any]:
    said = _said.decode(bytes(row.body))
    return {
        "index": row.idx, "stream": row.stream, "kind": row.kind, "at_us": row.at_us,
        "actor": said.given.actor, "role": said.given.role, "outcome": said.out.outcome,
        "trigger": said.out.trigger, "failed": said.out.failed, "hash": bytes(row.hash).hex(),
    }  # fmt: skip


def _fits(told: dict[str, Any], wanted: Wanted) -> bool:
    return (
        wanted.actor in {"", told["actor"]}
        and wanted.outcome in {"", told["outcome"]}
        and str(told["hash"]).startswith(wanted.receipt)
    )


def _kinds(shell: Shell) -> list[tuple[str, str]]:
    """Return every kind of entry with what it does, by the kind."""
    commands = sorted(shell.centre.kernel.registry.commands.items())
    return [(kind, f"{kind} {word('triggers', spec.trigger)}") for kind, spec in commands]


def _places(shell: Shell) -> dict[str, tuple[str, str]]:
    """Return the labels of every place of a lot, in both languages."""
    shell.centre.refresh()
    return {
        name: (state.label_zh, state.label_en)
        for workflow in shell.centre.kernel.catalogue.workflows_of("lot")
        for name, state in workflow.states.items()
    }
