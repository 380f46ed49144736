"""Personal data can be opened by whoever has the key, and by nobody once it is destroyed."""

from __future__ import annotations

import sys
import threading
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pysqlite3
import pytest
from sqlalchemy import Connection, Engine, select, text

from trading.base.errors import IntegrityFault, NotFound, StorageDown
from trading.store.openings import (
    SubjectKeys,
    digest_of,
    disclose,
    disclosure_of,
    erase,
    open_one,
    read_disclosure,
    seal_openings,
)
from trading.store.schema import opening


@pytest.fixture
def keys(tmp_path: Path) -> SubjectKeys:
    return SubjectKeys(tmp_path / "subjects.sqlite3")


def _store(engine: Engine, keys: SubjectKeys, subject: str, **fields: str) -> list[str]:
    disclosures = [disclose(name, value) for name, value in fields.items()]
    rows = seal_openings(keys, subject, {digest: found for found, digest in disclosures})
    with engine.begin() as connection:
        connection.execute(opening.insert(), rows)
    return [digest for _found, digest in disclosures]


def _sealed(connection: Connection, digest: str) -> bytes:
    wanted = select(opening.c.sealed).where(opening.c.digest == digest)
    return bytes(connection.execute(wanted).scalar_one())


def test_the_example_of_the_rfc() -> None:
    # RFC 9901, section 4.2.1 and 4.2.3.
    disclosure = disclosure_of("_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius")
    assert disclosure == ("WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0")
    assert digest_of(disclosure) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    assert read_disclosure(disclosure) == ("family_name", "Möbius")


def test_every_disclosure_has_a_salt_of_its_own() -> None:
    found = {disclose("name", "张三") for _ in range(100)}
    assert len({digest for _disclosure, digest in found}) == 100
    for disclosure, digest in found:
        salt = urlsafe_b64decode(disclosure + "==").split(b'"')[1]
        assert len(urlsafe_b64decode(salt + b"=")) * 8 >= 128
        assert digest == digest_of(disclosure)
        assert read_disclosure(disclosure) == ("name", "张三")


@pytest.mark.parametrize("text", ["", "!", "e30", "W10", "WzEsMl0", "gICA"])
def test_what_is_no_disclosure_is_refused(text: str) -> None:
    with pytest.raises(IntegrityFault, match="not a disclosure"):
        read_disclosure(text)


def test_what_is_sealed_is_opened(engine: Engine, keys: SubjectKeys) -> None:
    digests = _store(engine, keys, "s1", name="张三", mobile="13800138000")
    with engine.connect() as connection:
        assert open_one(keys, connection, digests[0]) == ("name", "张三")
        assert open_one(keys, connection, digests[1]) == ("mobile", "13800138000")
        sealed = connection.execute(text("SELECT sealed FROM private_opening")).scalars().all()
    assert not any(b"13800138000" in bytes(found) for found in sealed)
    with engine.connect() as connection, pytest.raises(NotFound):
        open_one(keys, connection, "absent")


def test_to_erase_is_to_lose_it_even_with_an_old_copy_of_the_table(
    engine: Engine, keys: SubjectKeys
) -> None:
    (gone,) = _store(engine, keys, "s1", name="张三")
    (kept,) = _store(engine, keys, "s2", name="李四")
    with engine.connect() as connection:
        copied = connection.execute(opening.select()).mappings().all()
    with engine.begin() as connection:
        assert erase(keys, connection, "s1") == 1
    with engine.begin() as connection:
        with pytest.raises(NotFound):
            open_one(keys, connection, gone)
        assert open_one(keys, connection, kept) == ("name", "李四")
        assert bytes(_sealed(connection, gone)) == b""
        old = next(row["sealed"] for row in copied if row["subject"] == "s1")
        connection.execute(opening.update().where(opening.c.digest == gone).values(sealed=old))
        with pytest.raises(NotFound):
            open_one(keys, connection, gone)
        assert keys.ensure("s1")  # the same person comes back: a new key opens nothing old
        with pytest.raises(IntegrityFault):
            open_one(keys, connection, gone)
        assert erase(keys, connection, "s1") == 1
        assert erase(keys, connection, "s1") == 0


def test_the_key_is_gone_from_the_files(keys: SubjectKeys, tmp_path: Path) -> None:
    for number in range(50):
        keys.ensure(f"other{number}")
    key = keys.ensure("s1")
    assert any(key in path.read_bytes() for path in tmp_path.iterdir())
    assert keys.get("s1") == key == keys.ensure("s1")
    assert keys.destroy("s1")
    assert not keys.destroy("s1")
    assert keys.get("s1") is None
    assert not any(key in path.read_bytes() for path in tmp_path.iterdir())
    assert keys.ensure("s1") != key


def test_without_a_file_there_are_no_keys(keys: SubjectKeys, tmp_path: Path) -> None:
    assert keys.get("s1") is None
    assert not keys.destroy("s1")
    assert list(tmp_path.iterdir()) == []
    keys.ensure("s1")
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_the_key_is_durable_before_the_rows_are_given(
    keys: SubjectKeys, tmp_path: Path, engine: Engine
) -> None:
    disclosure, digest = disclose("name", "张三")
    rows = seal_openings(keys, "s1", {digest: disclosure})
    again = SubjectKeys(tmp_path / "subjects.sqlite3")
    with engine.begin() as connection:
        connection.execute(opening.insert(), rows)
        assert open_one(again, connection, digest) == ("name", "张三")
    with pysqlite3.connect(tmp_path / "subjects.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM subject_key").fetchone() == (1,)


def test_many_at_once_get_one_key(keys: SubjectKeys) -> None:
    barrier = threading.Barrier(8)

    def _ensure(_number: int) -> bytes:
        barrier.wait()
        return keys.ensure("s1")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(_ensure, range(8)))) == 1


def test_an_altered_or_exchanged_opening_is_noticed(engine: Engine, keys: SubjectKeys) -> None:
    first, second = _store(engine, keys, "s1", name="张三", address="某村一号")
    with engine.connect() as connection:
        sealed = {row.digest: bytes(row.sealed) for row in connection.execute(opening.select())}
    altered = bytearray(sealed[first])
    altered[-1] ^= 1
    for forged in (sealed[second], bytes(altered), sealed[first][:20], b"\x01", b""):
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE private_opening SET sealed = :new WHERE digest = :digest"),
                {"new": forged, "digest": first},
            )
            with pytest.raises(IntegrityFault):
                open_one(keys, connection, first)


def test_a_sealed_text_that_was_never_committed_to_is_noticed(
    engine: Engine, keys: SubjectKeys
) -> None:
    disclosure, digest = disclose("name", "张三")
    other, _digest = disclose("name", "李四")
    assert disclosure != other
    with engine.begin() as connection:
        connection.execute(opening.insert(), seal_openings(keys, "s1", {digest: other}))
        with pytest.raises(IntegrityFault, match="does not have its digest"):
            open_one(keys, connection, digest)


def test_a_damaged_or_unwritable_store_of_keys_is_told(keys: SubjectKeys, tmp_path: Path) -> None:
    (tmp_path / "subjects.sqlite3").write_bytes(b"no database" * 1000)
    for use in (keys.get, keys.ensure, keys.destroy):
        with pytest.raises(StorageDown):
            use("s1")
    with pytest.raises(StorageDown):
        SubjectKeys(tmp_path / "absent/subjects.sqlite3").ensure("s1")


def test_the_values_do_not_depend_on_the_interpreter() -> None:
    assert disclosure_of("s", "n", value=True) != disclosure_of("s", "n", 1)
    assert read_disclosure(disclosure_of("s", "n", sys.maxsize)) == ("n", sys.maxsize)
