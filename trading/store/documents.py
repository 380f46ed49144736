"""Documents by what they hold: stored once, found by digest, never changed (decision 15).

An issued document is these bytes for ever and is never rendered again (decision 8).
"""

from __future__ import annotations

import re
from hashlib import sha256

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql

from trading.base.errors import IntegrityFault, InvalidInput, NotFound
from trading.store.schema import document

DOCUMENT_BYTES_MAX = 20 * 1024 * 1024
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,79}(; ?charset=utf-8)?")


def put(connection: Connection, content: bytes, media_type: str) -> str:
    """Store ``content`` in the writer's transaction and return its SHA-256, in hex.

    The same bytes again change nothing: the media type they came with first stays. Raises
    ``InvalidInput`` for more than 20 MB, for nothing at all and for a malformed media type.
    """
    if not content or len(content) > DOCUMENT_BYTES_MAX:
        raise InvalidInput(
            "the document is empty or too large", field="content", bytes_max=DOCUMENT_BYTES_MAX
        )
    check_media_type(media_type)
    digest = sha256(content).hexdigest()
    row = {"sha256": digest, "media_type": media_type, "content": content}
    if connection.dialect.name == "postgresql":
        # Two workers may bring the same bytes at the same time.
        connection.execute(postgresql.insert(document).on_conflict_do_nothing(), row)
    elif not exists(connection, digest):
        connection.execute(document.insert(), row)
    return digest


def check_media_type(said: str) -> None:
    """Raise ``InvalidInput`` for a malformed media type."""
    if not _MEDIA_TYPE.fullmatch(said):
        raise InvalidInput("no media type", field="media_type")


def exists(connection: Connection, digest: str) -> bool:
    """Tell whether a document of this digest is stored."""
    found = connection.execute(select(document.c.sha256).where(document.c.sha256 == digest))
    return found.scalar() is not None


def get(connection: Connection, digest: str) -> tuple[bytes, str]:
    """Return content and media type of the document of this digest.

    Raises ``NotFound`` when there is none and ``IntegrityFault`` when its bytes were changed.
    """
    row = connection.execute(
        select(document.c.content, document.c.media_type).where(document.c.sha256 == digest)
    ).one_or_none()
    if row is None:
        raise NotFound("no such document", sha256=digest)
    content = bytes(row.content)
    if sha256(content).hexdigest() != digest:
        raise IntegrityFault("a document does not have its digest", sha256=digest)
    return content, row.media_type
