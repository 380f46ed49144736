"""Documents that acts named, in the order in which they were brought."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import Engine

from trading.record.entry import DONE, Document, read
from trading.store import log


def documents_of(engine: Engine, streams: Collection[str]) -> tuple[Document, ...]:
    """Return every document that was filed with an act on ``streams``, each digest once."""
    found: dict[str, Document] = {}
    for row in sorted(log.entries_of(engine, streams), key=lambda row: row.idx):
        raw = read(row.body)
        given = bytes(raw.given)
        if not given or msgspec.json.decode(raw.out)["outcome"] != DONE:
            continue
        for one in msgspec.json.decode(given).get("docs", ()):
            found.setdefault(one["sha256"], Document(one["name"], one["sha256"]))
    return tuple(found.values())
