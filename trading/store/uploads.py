"""Files on their way into an act: kept between the form and the page on which it is checked.

They are nobody's record yet, belong to whoever brought them, and go after a day.
"""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import BigInteger, Column, Engine, Index, LargeBinary, Table, Text, delete, select

from trading.base.clock import Clock
from trading.base.errors import InvalidInput, NotFound
from trading.base.units import DAY_US
from trading.store import documents
from trading.store.documents import DOCUMENT_BYTES_MAX
from trading.store.schema import metadata

PER_PERSON_MAX = 40
"""So many files of one person may wait at a time; the oldest go first."""

upload = Table(
    "private_upload",
    metadata,
    Column("person", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Index("private_upload_at", "at_us"),
)


class Uploads:
    """Keeps what people have brought and not sent off yet."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Keep files in the database of ``engine``."""
        self._engine = engine
        self._clock = clock

    def put(self, person: str, name: str, content: bytes, media_type: str) -> str:
        """Keep ``content`` for ``person`` and return its SHA-256, in hex.

        Raises ``InvalidInput`` for nothing at all, for more than a document may hold and for a
        malformed media type: in the writer's transaction it would be too late.
        """
        if not content or len(content) > DOCUMENT_BYTES_MAX:
            raise InvalidInput(
                "the document is empty or too large", field="content", bytes_max=DOCUMENT_BYTES_MAX
            )
        documents.check_media_type(media_type)
        digest, now_us = sha256(content).hexdigest(), self._clock.now_us()
        row = {"person": person, "sha256": digest, "name": name, "media_type": media_type,
               "content": content, "at_us": now_us}  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(delete(upload).where(upload.c.at_us < now_us - DAY_US))
            own = select(upload.c.sha256).where(upload.c.person == person)
            kept = connection.execute(own.order_by(upload.c.at_us.desc())).scalars().all()
            spare = [old for old in kept[PER_PERSON_MAX - 1 :] if old != digest]
            mine = upload.c.person == person
            connection.execute(delete(upload).where(mine, upload.c.sha256.in_([*spare, digest])))
            connection.execute(upload.insert(), row)
        return digest

    def get(self, person: str, digest: str) -> tuple[str, bytes, str]:
        """Return name, content and media type of a file that ``person`` brought.

        Raises ``NotFound`` where it is gone or was somebody else's.
        """
        query = select(upload.c.name, upload.c.content, upload.c.media_type)
        query = query.where(upload.c.person == person, upload.c.sha256 == digest)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("the uploaded file is gone", sha256=digest)
        return row.name, bytes(row.content), row.media_type

    def drop(self, person: str, digests: tuple[str, ...]) -> None:
        """Forget files that have gone into the record."""
        with self._engine.begin() as connection:
            connection.execute(
                delete(upload).where(upload.c.person == person, upload.c.sha256.in_(digests))
            )
