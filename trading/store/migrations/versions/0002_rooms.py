"""What the rooms keep of people who come in: sessions and credentials, none of it a record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables."""
    _sessions()
    _inspections()
    _bidders()
    _viewings()
    _guidance()
    _rates()


def _sessions() -> None:
    op.create_table(
        "private_session",
        sa.Column("id", sa.LargeBinary, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("room", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("begun_us", sa.BigInteger, nullable=False),
        sa.Column("seen_us", sa.BigInteger, nullable=False),
        sa.Column("idle_us", sa.BigInteger, nullable=False),
        sa.Column("until_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("private_session_person", "private_session", ["person"])


def _inspections() -> None:
    op.create_table(
        "private_inspection",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("begun_us", sa.BigInteger, nullable=False),
        sa.Column("ended_us", sa.BigInteger, nullable=False),
        sa.Column("ok", sa.Integer, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _bidders() -> None:
    op.create_table(
        "private_bidder",
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("lot", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person", "lot"),
    )
    op.create_index("private_bidder_number", "private_bidder", ["lot", "number"], unique=True)


def _viewings() -> None:
    op.create_table(
        "private_viewing",
        sa.Column("lot", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("slot_us", sa.BigInteger, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("lot", "code"),
    )
    op.create_index("private_viewing_person", "private_viewing", ["person"])


def _guidance() -> None:
    op.create_table(
        "private_guidance",
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("step"),
    )


def _rates() -> None:
    op.create_table(
        "private_rate",
        sa.Column("bucket", sa.LargeBinary, nullable=False),
        sa.Column("until_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("bucket"),
    )
