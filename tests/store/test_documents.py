"""Documents are found by what they hold, once, unchanged."""

from __future__ import annotations

from hashlib import sha256

import pytest
from sqlalchemy import Engine, text

from trading.base.errors import IntegrityFault, InvalidInput, NotFound
from trading.store import triggers
from trading.store.documents import DOCUMENT_BYTES_MAX, exists, get, put

PDF = "application/pdf"


def test_what_is_put_is_got(engine: Engine) -> None:
    content = bytes(range(256)) * 100
    with engine.begin() as connection:
        digest = put(connection, content, PDF)
    assert digest == sha256(content).hexdigest()
    with engine.connect() as connection:
        assert get(connection, digest) == (content, PDF)
        assert exists(connection, digest)
        assert not exists(connection, "0" * 64)


def test_the_same_bytes_are_stored_once_as_they_came_first(engine: Engine) -> None:
    digest = sha256(b"same").hexdigest()
    for media_type in (PDF, "text/plain; charset=utf-8"):
        with engine.begin() as connection:
            assert put(connection, b"same", media_type) == digest
            assert put(connection, b"same", media_type) == digest
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT media_type FROM record_document")).scalars().all()
        assert rows == [PDF]
        assert get(connection, digest) == (b"same", PDF)


def test_a_rolled_back_document_is_gone(engine: Engine) -> None:
    with engine.connect() as connection:
        digest = put(connection, b"x", PDF)
        connection.rollback()
    with engine.connect() as connection, pytest.raises(NotFound):
        get(connection, digest)


@pytest.mark.parametrize("size", [0, DOCUMENT_BYTES_MAX + 1])
def test_nothing_and_too_much_are_refused(engine: Engine, size: int) -> None:
    with engine.begin() as connection, pytest.raises(InvalidInput, match="empty or too large"):
        put(connection, bytes(size), PDF)


def test_as_much_as_is_allowed_is_stored(engine: Engine) -> None:
    with engine.begin() as connection:
        digest = put(connection, bytes(DOCUMENT_BYTES_MAX), PDF)
        assert len(get(connection, digest)[0]) == DOCUMENT_BYTES_MAX


@pytest.mark.parametrize("media_type", ["", "pdf", "text/html\r\nx: y", "Text/HTML", "a/b; c=d"])
def test_a_malformed_media_type_is_refused(engine: Engine, media_type: str) -> None:
    with engine.begin() as connection, pytest.raises(InvalidInput, match="no media type"):
        put(connection, b"x", media_type)


def test_changed_bytes_are_never_handed_out(engine: Engine) -> None:
    with engine.begin() as connection:
        digest = put(connection, b"x", PDF)
        triggers.drop(connection)
        connection.execute(text("UPDATE record_document SET content = :new"), {"new": b"y"})
    with engine.connect() as connection, pytest.raises(IntegrityFault):
        get(connection, digest)
