"""What lies beside the record, compared with what its entries name: documents and openings.

An entry names documents and personal fields by digest; what was filed with it was stored in the
same commit. So every document must have its digest, and whatever was filed once must still be
there, unless a person's data were erased. Source: decisions 6 and 15; audit log brief, section 11.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Column, Engine, func, literal, select

from trading.base.errors import IntegrityFault
from trading.record.chains import Finding
from trading.record.entry import REFUSED, Document
from trading.store import log
from trading.store.openings import SubjectKeys, opened
from trading.store.schema import document, entry, opening

PAGE = 500
# A document may have 20 MB.
DOCUMENTS_PAGE = 4


class _Given(msgspec.Struct, frozen=True):
    docs: tuple[Document, ...] = ()
    filed: tuple[int, ...] = ()
    sd: tuple[str, ...] = ()


class _Out(msgspec.Struct):
    outcome: str


class _Named(msgspec.Struct, rename={"given": "in"}):
    out: _Out
    given: _Given = _Given()


_named = msgspec.json.Decoder(_Named)


def compare_documents(engine: Engine) -> Iterator[Finding]:
    """Yield a finding for every stored document of another content, and for every lost one."""
    for row in _pages(engine, document.c.sha256, [document.c.content], DOCUMENTS_PAGE):
        if sha256(log.blob(row.content)).hexdigest() != row.sha256:
            yield Finding("document", -1, f"the document {row.sha256} was changed")
    for index, given in _naming(engine, b'"filed":['):
        filed = {given.docs[place].sha256 for place in given.filed}
        for digest in _lost(engine, document.c.sha256, filed):
            yield Finding("document", index, f"the document {digest} was filed and is missing")


def compare_openings(engine: Engine, keys: SubjectKeys) -> Iterator[Finding]:
    """Yield a finding for every personal field that was lost, or that nobody can open.

    A field that was erased is neither: its key is destroyed and its opening is emptied. The same
    person may have come back since, with a new key.
    """
    for index, given in _naming(engine, b'"sd":['):
        for digest in _lost(engine, opening.c.digest, given.sd):
            yield Finding("opening", index, f"the opening of {digest} is missing")
    known = keys.every()
    for row in _pages(engine, opening.c.digest, [opening.c.subject, opening.c.sealed], PAGE):
        fault = _fault(known.get(row.subject), row.digest, log.blob(row.sealed))
        if fault:
            yield Finding("opening", -1, f"the opening of {row.digest}: {fault}")


def erased(engine: Engine) -> int:
    """Return how many personal fields were erased."""
    wanted = select(func.count()).select_from(opening).where(opening.c.sealed == b"")
    with log.reading(engine) as connection:
        return connection.execute(wanted).scalar_one()


def _fault(key: bytes | None, digest: str, sealed: bytes) -> str:
    if not sealed:
        return ""
    if key is None:
        return "the key of an opening is missing"
    try:
        opened(key, digest, sealed)
    except IntegrityFault as fault:
        return fault.detail
    return ""


def _naming(engine: Engine, mark: bytes) -> Iterator[tuple[int, _Given]]:
    """Yield index and ``in`` of the entries that were not refused and whose body holds ``mark``.

    No text of an entry can hold it: quotes are escaped there.
    """
    held = _place(engine, mark) > 0
    for row in _pages(engine, entry.c.idx, [entry.c.body], PAGE, held):
        named = _named.decode(log.blob(row.body))
        if named.out.outcome != REFUSED:
            yield row.idx, named.given


def _place(engine: Engine, mark: bytes) -> Any:
    if engine.dialect.name == "sqlite":
        return func.instr(entry.c.body, literal(mark))
    return func.position(literal(mark).op("IN")(entry.c.body))


def _lost(engine: Engine, key: Column[str], names: Collection[str]) -> list[str]:
    with log.reading(engine) as connection:
        found = set(connection.execute(select(key).where(key.in_(names))).scalars())
    return [name for name in names if name not in found]


def _pages(
    engine: Engine, key: Column[Any], columns: list[Column[Any]], page: int, *where: Any
) -> Iterator[Any]:
    """Yield the rows with ``key`` and ``columns`` in the order of the key, page by page."""
    wanted = select(key, *columns).where(*where).order_by(key).limit(page)
    given = wanted
    while True:
        with log.reading(engine) as connection:
            rows = connection.execute(given).all()
        yield from rows
        if len(rows) < page:
            return
        given = wanted.where(key > rows[-1][0])
