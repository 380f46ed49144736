"""Documents and openings are compared with what the entries name."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.support.desk import bid, make, put, put_up
from tests.support.shop import Shop
from trading.record.entry import Document
from trading.store import documents, holdings
from trading.store.openings import SubjectKeys, disclose, erase, seal_openings

PAPERS = (b"minutes", b"plan", b"contract")


def paper(content: bytes, name: str) -> Document:
    """Return how an entry names a document."""
    return Document(name, sha256(content).hexdigest())


@pytest.fixture
def shop(engine: Engine, tmp_path: Path) -> Shop:
    """Give a shop that filed two of three papers and one personal field."""
    shop = Shop(engine)
    docs = tuple(paper(content, f"paper{n}") for n, content in enumerate(PAPERS))
    files = tuple((content, "text/plain") for content in PAPERS[:2])
    keys = SubjectKeys(tmp_path / "subjects.sqlite3")
    disclosure, digest = disclose("name", "张三")
    (row,) = seal_openings(keys, "s1", {digest: disclosure})
    openings = ((row["digest"], row["subject"], row["sealed"]),)
    shop.do(make("a", docs=docs, files=files, filed=(0, 1)))
    shop.do(put_up("a"))
    shop.do(bid(5, "a", sd=(digest,), openings=openings))
    shop.refused(bid(1, "a", docs=docs, filed=(2,), files=((PAPERS[2], "text/plain"),)))
    shop.do(put("secret", docs=docs[2:], sd=(), filed=()))
    return shop


@pytest.fixture
def keys(tmp_path: Path) -> SubjectKeys:
    """Give the keys of the subjects."""
    return SubjectKeys(tmp_path / "subjects.sqlite3")


def found(shop: Shop, keys: SubjectKeys) -> list[tuple[str, int, str]]:
    """Return every finding."""
    both = [*holdings.compare_documents(shop.engine), *holdings.compare_openings(shop.engine, keys)]
    return [(finding.code, finding.index, finding.detail) for finding in both]


def run(shop: Shop, statement: str) -> None:
    """Write behind the centre's back."""
    unguarded = documents_triggers(shop)
    with shop.engine.begin() as connection:
        for dropped in unguarded:
            connection.execute(text(dropped))
        connection.execute(text(statement))


def documents_triggers(shop: Shop) -> list[str]:
    """Return what takes the guards off the documents."""
    if shop.engine.dialect.name == "postgresql":
        return ["ALTER TABLE record_document DISABLE TRIGGER ALL"]
    with shop.engine.connect() as connection:
        names = connection.execute(text(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'record_document'"
        )).scalars().all()  # fmt: skip
    return [f"DROP TRIGGER {name}" for name in names]


def test_what_was_filed_is_there_and_what_was_only_named_is_not_missed(
    shop: Shop, keys: SubjectKeys
) -> None:
    assert found(shop, keys) == []
    assert holdings.erased(shop.engine) == 0


def test_a_lost_document_is_told_with_its_entry(shop: Shop, keys: SubjectKeys) -> None:
    digest = paper(PAPERS[1], "").sha256
    run(shop, f"DELETE FROM record_document WHERE sha256 = '{digest}'")

    index = next(row.idx for row in shop.entries() if row.stream == "toy/a")
    assert found(shop, keys) == [
        ("document", index, f"the document {digest} was filed and is missing")
    ]


def test_an_altered_document_is_told(shop: Shop, keys: SubjectKeys) -> None:
    digest = paper(PAPERS[0], "").sha256
    with shop.engine.connect() as connection:
        other, _type = documents.get(connection, paper(PAPERS[1], "").sha256)
    run(shop, f"UPDATE record_document SET content = (SELECT content FROM record_document AS o "
              f"WHERE o.sha256 <> '{digest}') WHERE sha256 = '{digest}'")  # fmt: skip

    assert other == PAPERS[1]
    assert found(shop, keys) == [("document", -1, f"the document {digest} was changed")]


def test_what_was_erased_is_not_lost(shop: Shop, keys: SubjectKeys) -> None:
    with shop.engine.begin() as connection:
        assert erase(keys, connection, "s1") == 1
    assert found(shop, keys) == []
    assert holdings.erased(shop.engine) == 1
    keys.ensure("s1")
    assert found(shop, keys) == []


def test_a_lost_opening_and_a_lost_key_are_told(shop: Shop, keys: SubjectKeys) -> None:
    keys.destroy("s1")
    ((code, index, detail),) = found(shop, keys)
    assert (code, index) == ("opening", -1)
    assert detail.endswith(": the key of an opening is missing")
    run(shop, "DELETE FROM private_opening")
    ((code, index, detail),) = found(shop, keys)
    assert (code, index > 0) == ("opening", True)
    assert detail.endswith("is missing")
