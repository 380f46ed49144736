"""Passkeys, the challenges they answer, and what auditors read: private rows, no record."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from trading.store.schema import metadata

passkey = Table(
    "private_passkey",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("person", Text, nullable=False),
    Column("room", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("uses", BigInteger, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("used_us", BigInteger, nullable=False),
    Index("private_passkey_person", "person"),
)

challenge = Table(
    "private_challenge",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("person", Text, nullable=False),
    Column("until_us", BigInteger, nullable=False),
)

access_read = Table(
    "private_access_read",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True,
           autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)  # fmt: skip
