"""Backups taken while the service runs, and copies that stay read-only until they are verified.

A backup holds the database, the published log, policies and templates. It does not hold the
private keys unless that is asked for: a copied log key can sign a second history, a copied MAC key
can seal an edited state, and copied subject keys bring back what was erased. Those are kept sealed
and apart. The password of a database is never in it. Source: audit log brief, sections 4 and 7.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pysqlite3
from sqlalchemy import make_url

from trading.base.errors import SetupError
from trading.store import files, roles
from trading.store.engine import writing_engine
from trading.store.faults import storage_fault, words
from trading.store.home import DATABASE, UNVERIFIED, Home
from trading.store.signer import ARCHIVE, CHECKPOINT, check_signed, published

FORMAT = 1
MANIFEST, DUMP = "backup.toml", "trading.pgdump"
SECRET_KEYS = ("log.key", "mac.key", "subjects.sqlite3")
ORDINARY_KEYS = ("log.vkey",)
_SERVERS = Path("/usr/lib/postgresql")
_KEYS = {"format": int, "origin": str, "database": str, "entries": int, "keys": bool}


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: ``entries`` published entries at least; ``keys`` if they are in it."""

    path: Path
    origin: str
    database: str
    entries: int
    keys: bool


def backup(home: Home, target: Path, *, include_keys: bool = False) -> Backup:
    """Copy ``home`` to the new folder ``target`` while the service may be running.

    ``include_keys`` adds the private keys: of the log, of the seals of stored states, and of the
    subjects. Without them a restored copy can be read, and neither signs nor opens personal
    fields; its states are sealed anew once it was verified, and a request that was answered before
    the backup is not recognised when it comes again. A backup that was cut
    off is never taken for one. Raises ``SetupError`` when ``target`` is not empty, when
    ``pg_dump`` is missing or fails, or when the disk is full.
    """
    with _setting_up():
        _make_empty(target)
        (target / "keys").mkdir(mode=files.PRIVATE_DIR)
        # The log first: the database is then never behind it.
        entries = _copy_log(home, target / "log")
        for name in ("policies", "templates"):
            shutil.copytree(home.path / name, target / name)
        for name in ORDINARY_KEYS + SECRET_KEYS * include_keys:
            _copy_key(home.keys_dir / name, target / "keys" / name)
        if home.embedded:
            _copy_sqlite(home.database_path, target / DATABASE)
        else:
            _dump(home.database_url, target / DUMP)
        database = "sqlite" if home.embedded else "postgresql"
        made = Backup(target, home.origin, database, entries, include_keys)
        os.sync()
        files.write_new(target / MANIFEST, _manifest(made))
    return made


def read_backup(source: Path) -> Backup:
    """Return what the backup in ``source`` holds; raise ``SetupError`` unless it is complete."""
    try:
        found = tomllib.loads((source / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SetupError(f"{source} is not a complete backup") from None
    if {key: type(value) for key, value in found.items()} != _KEYS or found["format"] != FORMAT:
        raise SetupError(f"{source} is a backup of an unknown format")
    del found["format"]
    return Backup(source, **found)


def restore(source: Path, target: Path, db_url: str = "") -> Home:
    """Make a new data directory ``target`` from a backup; it answers reads only.

    A backup of PostgreSQL goes into the empty database ``db_url``. The copy stays read-only until
    ``mark_verified``. Raises ``SetupError`` when ``target`` is not empty, when the backup is
    incomplete or damaged, or when ``pg_restore`` is missing or fails.
    """
    found = read_backup(source)
    if (found.database == "postgresql") != bool(db_url):
        raise SetupError(f"this is a backup of {found.database}: give its database, no other")
    with _setting_up():
        _make_empty(target)
        reason = f"restored from {source.absolute()}, not verified yet: run `trading log verify`\n"
        files.write_new(target / UNVERIFIED, reason.encode())
        (target / "keys").mkdir(mode=files.PRIVATE_DIR)
        for name in ORDINARY_KEYS + SECRET_KEYS:
            _copy_key(source / "keys" / name, target / "keys" / name)
        for name in ("log", "policies", "templates"):
            shutil.copytree(source / name, target / name)
        if db_url:
            _load(source / DUMP, db_url)
        else:
            _copy_sqlite(source / DATABASE, target / DATABASE)
        target.chmod(files.PUBLIC_DIR)
        os.sync()
    return Home.create(target, found.origin, db_url)


def mark_verified(home: Home) -> None:
    """Let a restored copy write again; the caller has verified its log and replayed it.

    The published checkpoint becomes the signer's memory, unless its newest one was saved and put
    back: that alone, a witness or a saved note shows a history that went on after the backup. Does
    nothing to a directory that was not restored. Raises ``IntegrityFault`` or ``BadNote`` when
    signer and checkpoint contradict each other.
    """
    if not home.read_only_reason():
        return
    with files.storing("the verified copy"):
        if published(home) is not None:
            files.write_new(home.signed_path, (home.log_dir / CHECKPOINT).read_bytes())
        check_signed(home)
        (home.path / UNVERIFIED).unlink()
        files.sync_dir(home.path)


def _copy_log(home: Home, target: Path) -> int:
    """Copy the log as of the checkpoint shown now and return its size."""
    shown = published(home)
    size = shown.size if shown else 0
    note = b"" if shown is None else (home.log_dir / ARCHIVE / str(size)).read_bytes()

    def _later(folder: str, names: list[str]) -> list[str]:
        if Path(folder) == home.log_dir:
            return [name for name in names if name == CHECKPOINT or name.startswith(".")]
        if Path(folder) == home.log_dir / ARCHIVE:
            return [name for name in names if int(name) > size]
        return []

    shutil.copytree(home.log_dir, target, ignore=_later)
    if note:
        files.write_new(target / CHECKPOINT, note, files.PUBLIC_FILE)
    return size


def _copy_key(source: Path, target: Path) -> None:
    if not source.exists():
        return
    if source.suffix == ".sqlite3":
        _copy_sqlite(source, target)
    else:
        files.write_new(target, source.read_bytes())


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database in use by SQLite's own way, and check the copy."""
    if not source.exists():
        raise SetupError(f"{source.name} is missing")
    files.write_new(target, b"")
    try:
        with (
            contextlib.closing(pysqlite3.connect(source)) as old,
            contextlib.closing(pysqlite3.connect(target)) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE").fetchall()
            sound = new.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    except pysqlite3.Error as error:
        raise SetupError(f"{source.name}: {storage_fault(error).detail}") from None
    if not sound:
        raise SetupError(f"{source.name} is damaged")


def _dump(url: str, target: Path) -> None:
    _run("pg_dump", url, "--format=custom", f"--file={target}")


def _load(source: Path, url: str) -> None:
    _run("pg_restore", url, "--exit-on-error", "--single-transaction", str(source))
    engine = writing_engine(url)
    with engine.begin() as connection:
        roles.grant(connection)
    engine.dispose()


def _run(program: str, url: str, *arguments: str) -> None:
    """Run a program of PostgreSQL; its own words go to the operator, the password to nobody."""
    found = _find_program(program)
    parsed = make_url(url)
    address = parsed.set(drivername="postgresql")._replace(password=None)
    environment = dict(os.environ)
    if parsed.password:
        environment["PGPASSWORD"] = str(parsed.password)
    name = address.render_as_string(hide_password=False)
    command = [found, "--no-owner", "--no-privileges", f"--dbname={name}", *arguments]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)  # noqa: S603 - no shell, our own arguments
    if done.returncode:
        raise SetupError(f"{program} failed with status {done.returncode}", program=program)


def _find_program(program: str) -> str:
    found = shutil.which(program)
    if found:
        return found
    installed = sorted(_SERVERS.glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    if installed:
        return str(installed[-1])
    raise SetupError(f"{program} is missing: install the client programs of PostgreSQL")


def _manifest(made: Backup) -> bytes:
    left_out = "" if made.keys else f"# not in this backup: {', '.join(SECRET_KEYS)}\n"
    return (
        f"{left_out}format = {FORMAT}\n"
        f'origin = "{made.origin}"\n'
        f'database = "{made.database}"\n'
        f"entries = {made.entries}\n"
        f"keys = {str(made.keys).lower()}\n"
    ).encode()


def _make_empty(path: Path) -> None:
    if path.exists() and any(path.iterdir()):
        raise SetupError(f"{path} is not empty")
    files.make_dir(path, files.PRIVATE_DIR)


@contextlib.contextmanager
def _setting_up() -> Iterator[None]:
    try:
        yield
    except (OSError, shutil.Error) as error:
        raise SetupError(f"the files could not be copied: {words(error)}") from None
