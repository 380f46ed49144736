"""Sessions of people who are signed in: private rows that no record tells of."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from trading.store.schema import metadata

session = Table(
    "private_session",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("person", Text, nullable=False),
    Column("room", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("begun_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
    Column("idle_us", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
    Index("private_session_person", "person"),
)
