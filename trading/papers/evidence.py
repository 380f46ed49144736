"""The evidence of one lot, for somebody without a network: what happened, and the proof of it.

A ZIP with the entries around the lot, each with its proof of inclusion under the signed checkpoint;
the definitions they were decided by; the documents they name; a page to read; the index of digests
(SHA-256, SM3); and ``verify.py``, which needs nothing but Python. Source: decisions, section 7.
"""

from __future__ import annotations

import inspect
import json
from typing import IO, Any

import msgspec

from trading.base import assets
from trading.base.deadline import local_text
from trading.base.errors import NotFound
from trading.centre import Centre
from trading.papers import verifier
from trading.papers.around import is_open, named_documents, rows_of, stored, streams_of_lot
from trading.papers.bundle import Bundle, ending
from trading.papers.printing import css, page
from trading.papers.reading import Act, act_of
from trading.papers.wording import said
from trading.press.sandbox import fill
from trading.record.checkpoint import Checkpoint
from trading.record.entry import DONE, Row, read
from trading.record.proof import prove_inclusion
from trading.record.tiles import TileReader
from trading.store.signer import log_reader, read_vkey, shown_note
from trading.words.language import words

DEFINITIONS = "definitions"
DEFINITION = "definition.enter/1"
PAGE_BYTES_MAX = 8 * 1024 * 1024


class Contents(msgspec.Struct, frozen=True):
    """What went into a bundle; ``lacking`` documents were named and never stored here.

    ``closed`` counts streams that are not public yet and were left out, ``unpublished`` entries
    that lie behind the checkpoint.
    """

    entries: int
    documents: int
    lacking: int
    definitions: int
    closed: int
    unpublished: int
    size: int


def write_evidence(
    centre: Centre, lot: str, target: IO[bytes], *, closed: bool = False, note: bytes | None = None
) -> Contents:
    """Write the evidence of ``lot`` as ZIP into ``target``; return what is in it.

    ``closed`` lets in what is not public yet, for whoever may see it. ``note`` is the checkpoint
    that everything is proved under, the one shown now if none is given. Raises ``NotFound`` where
    there is no such lot or nothing was published yet.
    """
    # Read once: the log goes on while this is written, and a later root proves none of it.
    note = note or shown_note(centre.home)
    if centre.state(f"lot/{lot}") is None or note is None:
        raise NotFound(f"no lot {lot}", field="lot")
    shown = Checkpoint.open(note, [read_vkey(centre.home)])
    around = streams_of_lot(centre, lot)
    streams = tuple(name for name in around if closed or is_open(centre, name))
    rows = sorted(
        (row for name in streams for row in rows_of(centre, name)), key=lambda row: row.idx
    )
    definitions = list(rows_of(centre, DEFINITIONS))
    kept = [row for row in (*definitions, *rows) if row.idx < shown.size]
    reader = TileReader(log_reader(centre.home.log_dir), shown.size)
    bundle = Bundle(target)
    bundle.add("checkpoint", note)
    bundle.add("log.vkey", centre.home.vkey_path.read_bytes())
    bundle.add("entries.jsonl", b"".join(_line(row, reader) for row in sorted(kept, key=_place)))
    entered = sum(_add_definition(bundle, row) for row in definitions if row.idx < shown.size)
    documents, lacking = _add_documents(bundle, centre, streams, shown.size)
    told = [act_of(row) for row in rows if row.idx < shown.size]
    bundle.add("index.html", _page(centre, lot, told, documents).encode())
    bundle.add("verify.py", inspect.getsource(verifier).encode(), listed=False)
    bundle.close()
    return Contents(
        len(kept), len(documents) - lacking, lacking, entered, len(around) - len(streams),
        len(rows) + len(definitions) - len(kept), shown.size,
    )  # fmt: skip


def _place(row: Row) -> int:
    return row.idx


def _line(row: Row, reader: TileReader) -> bytes:
    """Return one entry with its proof as a line of JSON."""
    said_ = {
        "index": row.idx, "body": row.body.decode(), "salt": row.salt.hex(),
        "proof": [one.hex() for one in prove_inclusion(reader, row.idx)],
    }  # fmt: skip
    return json.dumps(said_, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _add_definition(bundle: Bundle, row: Row) -> int:
    raw = read(row.body)
    if raw.kind != DEFINITION or msgspec.json.decode(raw.out)["outcome"] != DONE:
        return 0
    data = msgspec.json.decode(raw.given)["data"]
    text = json.dumps(data["body"], ensure_ascii=False, indent=1, sort_keys=True)
    bundle.add(f"definitions/{data['kind']}-{data['name']}.json", text.encode())
    return 1


def _add_documents(
    bundle: Bundle, centre: Centre, streams: tuple[str, ...], size: int
) -> tuple[list[dict[str, Any]], int]:
    """Add the documents that are on file; return all that are named, and how many are not.

    What only an entry behind the first ``size`` names is not evidence yet.
    """
    found, lacking = [], 0
    for named in named_documents(centre, streams):
        if named.act.index >= size:
            continue
        kept = stored(centre, named.sha256)
        path = ""
        if kept is None:
            lacking += 1
        else:
            path = f"documents/{named.sha256}{ending(kept[1])}"
            bundle.add(path, kept[0])
        found.append(
            {"name": said("document", named.name), "at": named.act.at, "index": named.act.index,
             "sha256": named.sha256, "path": path}
        )  # fmt: skip
    return found, lacking


def _page(centre: Centre, lot: str, acts: list[Act], documents: list[dict[str, Any]]) -> str:
    """Return the page to read: what the lot is, everything that happened, the documents."""
    state = centre.state(f"lot/{lot}")
    assert state is not None
    roles = words("zh", "roles")
    values = {
        "lot": lot,
        "title": state.facets["terms"].plan.title_zh,
        "acts": [
            {"index": act.index, "at": local_text(act.at_us), "kind": act.kind,
             "actor": act.actor, "role": roles.get(act.role, act.role),
             "outcome": {"done": "已办", "proposed": "已提出，待第二人"}.get(act.outcome, "被拒绝"),
             "code": act.code}
            for act in acts
        ],
        "documents": documents,
    }  # fmt: skip
    sources = {"evidence.html": assets.read_text("templates/bundles/evidence.html")}
    body = fill(sources, "evidence.html", values, PAGE_BYTES_MAX)
    return page(values["title"], f"<style>{css()}</style>{body}")
