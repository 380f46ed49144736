"""One case, one file (一宗一档): every paper and document of a case in a ZIP with an index.

    index.html, index.csv   every document: name, date, who, SHA-256 and SM3
    papers/                 the papers that can be made of the record now, as PDF
    documents/              what was filed, named by its digest
    digests.csv             every file of the ZIP

Source: domain brief, sections 17 and 19.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any

import msgspec

from trading.base import assets
from trading.base.errors import NotFound, Unavailable
from trading.centre import Centre
from trading.papers.around import is_open, named_documents, stored, streams_of_case
from trading.papers.bundle import Bundle, digested, ending, table
from trading.papers.kinds import PaperKind, ready
from trading.papers.printing import css, page, render
from trading.papers.wording import said
from trading.press.sandbox import fill
from trading.words.language import words

Progress = Callable[[int, int], None]
PAGE_BYTES_MAX = 4 * 1024 * 1024
HEADS = ["no", "name", "about", "date", "by", "role", "file", "sha256", "sm3"]


class Filed(msgspec.Struct, frozen=True):
    """What went into a dossier: papers made, documents on file, and what is missing."""

    papers: int
    documents: int
    lacking: int


def write_dossier(
    centre: Centre,
    case: str,
    base_url: str,
    target: IO[bytes],
    *,
    names: bool = False,
    internal: bool = False,
    progress: Progress = lambda _done, _all: None,
) -> Filed:
    """Write the file of ``case`` as ZIP into ``target``; return what is in it.

    ``names`` lets in personal names and what is not public, ``internal`` the papers that are for
    the desks: the caller says that its reader may see them. Raises ``NotFound`` where there is no
    such case; a paper that could not be made within its limits is listed without a file.
    """
    if centre.state(f"case/{case}") is None:
        raise NotFound(f"no case {case}", field="case")
    streams = tuple(
        name for name in streams_of_case(centre, case) if names or is_open(centre, name)
    )
    bundle = Bundle(target)
    papers = list(_papers(centre, streams, internal=names or internal))
    rows: list[dict[str, Any]] = []
    for done, (kind, stream) in enumerate(papers):
        progress(done, len(papers))
        rows.append(_paper(bundle, centre, kind, stream, base_url, names=names))
    documents = [_document(bundle, centre, *one) for one in _documents(centre, streams)]
    rows += documents
    for number, row in enumerate(rows, 1):
        row["no"] = number
    bundle.add("index.csv", table(HEADS, [[row[head] for head in HEADS] for row in rows]))
    bundle.add("index.html", _page(centre, case, rows).encode())
    bundle.close()
    lacking = sum(not row["file"] for row in rows)
    return Filed(len(papers), len(documents), lacking)


def _papers(
    centre: Centre, streams: tuple[str, ...], *, internal: bool
) -> Iterator[tuple[PaperKind, str]]:
    """Yield the papers that are about something that happened; blank forms stay out."""
    for stream in streams:
        for kind in ready(centre, stream):
            if not kind.form and (internal or kind.public):
                yield kind, stream


def _paper(
    bundle: Bundle, centre: Centre, kind: PaperKind, stream: str, base_url: str, *, names: bool
) -> dict[str, Any]:
    _values, act = kind.values(centre, stream, names=names)
    name = stream.replace("/", "-")
    row = {
        "name": kind.title_zh, "about": stream, "date": act.at, "by": act.actor,
        "role": words("zh", "roles").get(act.role, act.role), "file": "", "sha256": "", "sm3": "",
    }  # fmt: skip
    try:
        content = render(centre, kind.name, stream, base_url, names=names)
    except Unavailable:
        return row
    found = bundle.add(f"papers/{name}-{kind.name}.pdf", content)
    return {**row, "file": found.path, "sha256": found.sha256, "sm3": found.sm3}


def _documents(centre: Centre, streams: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], str]]:
    roles = words("zh", "roles")
    for named in named_documents(centre, streams):
        yield {
            "name": said("document", named.name), "about": named.stream, "date": named.act.at,
            "by": named.act.actor, "role": roles.get(named.act.role, named.act.role),
            "file": "", "sha256": named.sha256, "sm3": "",
        }, named.sha256  # fmt: skip


def _document(bundle: Bundle, centre: Centre, row: dict[str, Any], sha256: str) -> dict[str, Any]:
    kept = stored(centre, sha256)
    if kept is None:
        return row
    found = bundle.add(f"documents/{sha256}{ending(kept[1])}", kept[0])
    return {**row, "file": found.path, "sm3": digested(found.path, kept[0]).sm3}


def _page(centre: Centre, case: str, rows: list[dict[str, Any]]) -> str:
    state = centre.state(f"case/{case}")
    assert state is not None
    values = {"case": case, "title": state.facets["case"].title_zh, "rows": rows}
    sources = {"dossier.html": assets.read_text("templates/bundles/dossier.html")}
    body = fill(sources, "dossier.html", values, PAGE_BYTES_MAX)
    return page(values["title"], f"<style>{css()}</style>{body}")
