"""What is kept of people that no record tells of: sessions, who a bidder is, viewings, guidance."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

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

bidder = Table(
    "private_bidder",
    metadata,
    Column("person", Text, primary_key=True),
    Column("lot", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("who", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Index("private_bidder_number", "lot", "number", unique=True),
)

viewing = Table(
    "private_viewing",
    metadata,
    Column("lot", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("slot_us", BigInteger, nullable=False),
    Column("person", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Index("private_viewing_person", "person"),
)

guidance = Table(
    "private_guidance",
    metadata,
    Column("step", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("person", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
)
