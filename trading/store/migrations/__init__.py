"""The schema by numbered steps, shipped in the package (decision 15).

A step writes its own statements and never imports a table of the program, so that it does the
same in ten years; a test holds the sum of the steps equal to the tables of the program. No step
ever rebuilds a table of the record.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from trading.base.errors import ProjectionDiffers, SetupError
from trading.store import roles
from trading.store.engine import writing_engine
from trading.store.schema import metadata

VERSION_TABLE = "private_schema_version"
# Any number, the same in every release: two processes never migrate one database together.
_ADVISORY_LOCK = 0x7472616465


def migrate(engine: Engine) -> str:
    """Bring the database from empty, or from any older release, to this schema.

    One transaction on both databases; a second run changes nothing. Returns the revision. Raises
    ``SetupError`` when the database is of a newer release.
    """
    config = _config()
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        _refuse_newer(_revision(connection))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        roles.grant(connection)
    return _head()


def migrate_url(url: str) -> str:
    """Migrate the database at ``url`` as the user that connects, not in the writer's role."""
    engine = writing_engine(url)
    try:
        return migrate(engine)
    finally:
        engine.dispose()


def revision(engine: Engine) -> str | None:
    """Return the revision that the database is at, None for an empty one."""
    with engine.connect() as connection:
        return _revision(connection)


def check_schema(engine: Engine) -> None:
    """Raise unless the database has exactly the schema of this release.

    ``SetupError`` for another schema, ``ProjectionDiffers`` where a table of it is gone.
    """
    found = revision(engine)
    _refuse_newer(found)
    if found is None:
        raise SetupError("the database is empty: run `trading init`")
    if found != _head():
        raise SetupError(
            f"database of an older schema ({found}): run `trading init` of this release",
            found=found,
        )
    there = {name: rows for (_, name), rows in inspect(engine).get_multi_columns().items()}
    lost = sorted(metadata.tables.keys() - there.keys())
    if lost:
        raise ProjectionDiffers(f"tables are missing: {', '.join(lost)}", tables=tuple(lost))
    for name, table in metadata.tables.items():
        if {column["name"] for column in there[name]} != set(table.columns.keys()):
            raise ProjectionDiffers(f"the table {name} has other columns", table=name)


def _refuse_newer(found: str | None) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if found is not None and found not in known:
        raise SetupError(
            f"database of a newer schema ({found}): install the release that made it", found=found
        )


def _revision(connection: Connection) -> str | None:
    options = {"version_table": VERSION_TABLE}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def _head() -> str:
    head = _scripts().get_current_head()
    assert head is not None
    return head


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    # ConfigParser reads % as the start of a reference.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
