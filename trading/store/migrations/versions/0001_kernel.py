"""The tables of the kernel and of the subjects, and the triggers that keep the record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from trading.store import triggers

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything in an empty database."""
    _record()
    _projections()
    _private()
    _register()
    _listing()
    _notifications()
    _deposits()
    _disputes()
    _observing()
    triggers.create(op.get_bind())
    # The head of an empty log: its compact range is the size alone, eight bytes.
    empty = sa.table(
        "projection_head",
        sa.column("id", sa.Integer),
        sa.column("size", sa.BigInteger),
        sa.column("range", sa.LargeBinary),
        sa.column("at_us", sa.BigInteger),
    )
    op.bulk_insert(empty, [{"id": 1, "size": 0, "range": bytes(8), "at_us": 0}])


def _observing() -> None:
    for table, owner in (("projection_seat", "panel"), ("projection_listed", "roster")):
        op.create_table(
            table,
            sa.Column(owner, sa.Text, nullable=False),
            sa.Column("member", sa.Text, nullable=False),
            sa.PrimaryKeyConstraint(owner, "member"),
        )
        op.create_index(f"{table}_member", table, ["member", owner])


def _record() -> None:
    op.create_table(
        "record_entry",
        sa.Column(
            "idx",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("idx"),
        sa.UniqueConstraint("stream", "seq", name="record_entry_stream_seq"),
    )
    op.create_index("record_entry_hash", "record_entry", ["hash"])
    op.create_table(
        "record_document",
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )


def _projections() -> None:
    op.create_table(
        "projection_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("range", sa.LargeBinary, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("id = 1", name="projection_head_one_row"),
    )
    op.create_table(
        "projection_stream_state",
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("due_us", sa.BigInteger),
        sa.Column("live", sa.Integer, nullable=False),
        sa.Column("pending", sa.Integer, nullable=False),
        sa.Column("mac", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("stream"),
    )
    state = "projection_stream_state"
    op.create_index(f"{state}_due", state, ["due_us", "stream"])
    op.create_index(f"{state}_live", state, ["live", "stream"])
    waits = sa.text("pending > 0")
    op.create_index(
        f"{state}_pending", state, ["stream"], sqlite_where=waits, postgresql_where=waits
    )


def _private() -> None:
    op.create_table(
        "private_idempotency",
        sa.Column("token", sa.LargeBinary, nullable=False),
        sa.Column("mac", sa.LargeBinary, nullable=False),
        sa.Column("idx", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("token"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "private_alive",
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("worker"),
    )
    op.create_table(
        "private_lease",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("until_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "private_opening",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_private_opening_subject", "private_opening", ["subject"])
    op.create_table(
        "private_upload",
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person", "sha256"),
    )
    op.create_index("private_upload_at", "private_upload", ["at_us"])


def _register() -> None:
    op.create_table(
        "projection_asset",
        sa.Column("asset", sa.Text, nullable=False),
        sa.Column("org", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("quantity_thousandths", sa.BigInteger, nullable=False),
        sa.Column("quantity_unit", sa.Text, nullable=False),
        sa.Column("lot", sa.Text, nullable=False),
        sa.Column("contracts", sa.Integer, nullable=False),
        sa.Column("tradable", sa.Integer, nullable=False),
        sa.Column("inventory_day", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("asset"),
    )
    op.create_index("ix_projection_asset_org", "projection_asset", ["org"])
    op.create_table(
        "projection_contract",
        sa.Column("contract", sa.Text, nullable=False),
        sa.Column("org", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("asset", sa.Text, nullable=False),
        sa.Column("lot", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("quantity_unit", sa.Text, nullable=False),
        sa.Column("band", sa.Integer, nullable=False),
        sa.Column("amount", sa.Text, nullable=False),
        sa.Column("unit_year_fen", sa.BigInteger, nullable=False),
        sa.Column("starts_day", sa.Text, nullable=False),
        sa.Column("ends_day", sa.Text, nullable=False),
        sa.Column("unpaid_day", sa.Text, nullable=False),
        sa.Column("strangers", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("contract"),
    )
    op.create_index("ix_projection_contract_org", "projection_contract", ["org"])
    op.create_index("projection_contract_end", "projection_contract", ["ends_day", "contract"])
    op.create_index(
        "projection_contract_like", "projection_contract", ["category", "quantity_unit", "band"]
    )


def _notifications() -> None:
    op.create_table(
        "projection_notification",
        sa.Column("notification", sa.Text, nullable=False),
        sa.Column("org", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("entry", sa.BigInteger, nullable=False),
        sa.Column("people", sa.Text, nullable=False),
        sa.Column("waiting", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("notification"),
    )
    op.create_index("ix_projection_notification_entry", "projection_notification", ["entry"])
    op.create_index(
        "projection_notification_waiting", "projection_notification", ["waiting", "entry"]
    )


def _deposits() -> None:
    op.create_table(
        "projection_deposit",
        sa.Column("deposit", sa.Text, nullable=False),
        sa.Column("org", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("deposit"),
    )
    op.create_index("projection_deposit_place", "projection_deposit", ["place", "deposit"])


def _disputes() -> None:
    op.create_table(
        "projection_objection",
        sa.Column("objection", sa.Text, nullable=False),
        sa.Column("org", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("due_us", sa.BigInteger, nullable=False),
        sa.Column("late", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("objection"),
    )
    op.create_index("ix_projection_objection_org", "projection_objection", ["org"])
    op.create_index("projection_objection_place", "projection_objection", ["place", "due_us"])


def _listing() -> None:
    op.create_table(
        "projection_case",
        sa.Column("case", sa.Text, nullable=False),
        sa.Column("org", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("title_zh", sa.Text, nullable=False),
        sa.Column("notice", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("tier", sa.Text, nullable=False),
        sa.Column("value_fen", sa.BigInteger, nullable=False),
        sa.Column("applied_day", sa.Text, nullable=False),
        sa.Column("flags", sa.Integer, nullable=False),
        sa.Column("published_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("case"),
    )
    op.create_index("projection_case_published", "projection_case", ["published_us", "case"])
    op.create_index("ix_projection_case_org", "projection_case", ["org"])
    op.create_table(
        "projection_lot",
        sa.Column("lot", sa.Text, nullable=False),
        sa.Column("org", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("hold", sa.Text, nullable=False),
        sa.Column("title_zh", sa.Text, nullable=False),
        sa.Column("price_unit", sa.Text, nullable=False),
        sa.Column("start_price_fen", sa.BigInteger, nullable=False),
        sa.Column("tier", sa.Text, nullable=False),
        sa.Column("listing_round", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("registration_until_us", sa.BigInteger, nullable=False),
        sa.Column("opens_us", sa.BigInteger, nullable=False),
        sa.Column("ends_us", sa.BigInteger, nullable=False),
        sa.Column("lead_number", sa.Integer, nullable=False),
        sa.Column("lead_fen", sa.BigInteger, nullable=False),
        sa.Column("bids", sa.Integer, nullable=False),
        sa.Column("awarded", sa.Integer, nullable=False),
        sa.Column("waived", sa.Integer, nullable=False),
        sa.Column("asset", sa.Text, nullable=False),
        sa.Column("tenure", sa.Text, nullable=False),
        sa.Column("notice", sa.Text, nullable=False),
        sa.Column("due_us", sa.BigInteger, nullable=False),
        sa.Column("order_us", sa.BigInteger, nullable=False),
        sa.Column("result_us", sa.BigInteger, nullable=False),
        sa.Column("award_notice", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("lot"),
    )
    op.create_index("projection_lot_order", "projection_lot", ["order_us", "lot"])
    op.create_index("projection_lot_registration", "projection_lot", ["registration_until_us"])
    op.create_index("projection_lot_opens", "projection_lot", ["opens_us"])
    op.create_index("projection_lot_result", "projection_lot", ["result_us", "lot"])
    op.create_index("ix_projection_lot_org", "projection_lot", ["org"])
    op.create_index("projection_lot_place", "projection_lot", ["place", "lot"])
    op.create_table(
        "projection_roll",
        sa.Column("lot", sa.Text, nullable=False),
        sa.Column("registered", sa.Integer, nullable=False),
        sa.Column("qualified", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("lot"),
    )
