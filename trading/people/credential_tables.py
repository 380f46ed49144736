"""Credentials of people: private rows that no record tells of."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text

from trading.store.schema import metadata

account = Table(
    "private_account",
    metadata,
    Column("person", Text, primary_key=True),
    Column("room", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("totp", LargeBinary, nullable=False),
    Column("totp_step", BigInteger, nullable=False),
    Column("disabled_us", BigInteger, nullable=False),
)

invitation = Table(
    "private_invitation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("room", Text, nullable=False),
    Column("asker", Text, nullable=False),
    Column("code", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("spent_us", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
)

throttle = Table(
    "private_throttle",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("until_us", BigInteger, nullable=False),
)

token = Table(
    "private_token",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("room", Text, nullable=False),
    Column("until_us", BigInteger, nullable=False),
    Column("revoked_us", BigInteger, nullable=False),
)
