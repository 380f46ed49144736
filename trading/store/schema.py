"""The tables of the kernel, three kinds named apart (decision 15).

``record_*`` tables are append-only; triggers on both databases refuse anything else.
``projection_*`` tables are rebuilt from the record and compared. ``private_*`` tables hold what
is neither: openings, keys of idempotency, leases, marks, limits.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

entry = Table(
    "record_entry",
    metadata,
    # On SQLite an INTEGER key is the row id itself: one tree less to write.
    Column(
        "idx", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    ),
    Column("stream", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("audience", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    UniqueConstraint("stream", "seq", name="record_entry_stream_seq"),
    # People type the first digits of a receipt; without this a look would read every entry.
    Index("record_entry_hash", "hash"),
)

document = Table(
    "record_document",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

head = Table(
    "projection_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("range", LargeBinary, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="projection_head_one_row"),
)

stream_state = Table(
    "projection_stream_state",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("due_us", BigInteger),
    Column("live", Integer, nullable=False),
    Column("pending", Integer, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    Index("projection_stream_state_due", "due_us", "stream"),
    Index("projection_stream_state_live", "live", "stream"),
    # Few streams ever wait for another person: an index of those alone costs the others nothing.
    Index(
        "projection_stream_state_pending",
        "stream",
        sqlite_where=text("pending > 0"),
        postgresql_where=text("pending > 0"),
    ),
)

idempotency = Table(
    "private_idempotency",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("mac", LargeBinary, nullable=False),
    Column("idx", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

alive = Table(
    "private_alive",
    metadata,
    Column("worker", Text, primary_key=True),
    Column("at_us", BigInteger, nullable=False),
)

lease = Table(
    "private_lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
)

opening = Table(
    "private_opening",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("subject", Text, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

rate = Table(
    "private_rate",
    metadata,
    Column("bucket", LargeBinary, primary_key=True),
    Column("until_us", BigInteger, nullable=False),
)

RECORD_TABLES = (entry, document)
