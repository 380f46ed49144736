"""What Alembic runs for every command: the steps, on the connection it is given."""

from __future__ import annotations

from alembic import context

from trading.store.migrations import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
)
context.run_migrations()
