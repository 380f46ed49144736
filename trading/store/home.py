"""The data directory of a centre: where everything lies and who may read it.

``centre.toml`` says which log this is and, where it is not the embedded one, which database;
``keys/`` is for the owner alone. Source: decisions 6 and 15, section 7; audit log brief,
section 4.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from trading.base.clock import SystemClock
from trading.base.errors import SetupError
from trading.store import files
from trading.store.engine import sqlite_url
from trading.store.faults import words

FORMAT = 1
CENTRE, DATABASE, LOCK, UNVERIFIED = "centre.toml", "trading.sqlite3", "serve.lock", "UNVERIFIED"
MAC_KEY_BYTES = 32
_ORIGIN = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}(:[0-9]{1,5})?(/[A-Za-z0-9._~-]{1,100}){0,4}")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Home:
    """One data directory; its database URL may hold a password and is never printed."""

    path: Path
    origin: str
    created_us: int
    database_url: str = field(repr=False)

    @classmethod
    def create(cls, path: Path, origin: str, db_url: str = "") -> Home:
        """Create the directory of a new centre and open it; a second run changes nothing.

        ``origin`` names the log for ever: a stable URL without scheme. ``db_url`` is a PostgreSQL
        database; empty means the embedded store. Raises ``SetupError`` when either is malformed
        or differs from what the directory was created with.
        """
        _check_origin(origin)
        _check_database(db_url)
        path = path.absolute()
        if not (path / CENTRE).exists():
            with _setting_up(path):
                _create(path, origin, db_url)
        home = cls.open(path)
        if home.origin != origin or (db_url and home.database_url != db_url):
            differs = "origin" if home.origin != origin else "database"
            raise SetupError(f"{path} was created with another {differs}", differs=differs)
        return home

    @classmethod
    def open(cls, path: Path) -> Home:
        """Open an existing directory.

        Raises ``SetupError`` when it is none, is of a newer format, lacks its database, or when a
        key can be read by others than its owner; the message names the file and what helps.
        """
        path = path.absolute()
        with _setting_up(path):
            centre = _read_centre(path / CENTRE)
            _check_rights(path)
            if "database" not in centre:
                _check_there(path)
        url = centre.get("database") or sqlite_url(path / DATABASE)
        return cls(path, centre["origin"], centre["created_us"], url)

    @property
    def embedded(self) -> bool:
        """Tell whether the database is the SQLite file in this directory."""
        return self.database_url == sqlite_url(self.database_path)

    @property
    def database_path(self) -> Path:
        """The SQLite file of the embedded store."""
        return self.path / DATABASE

    @property
    def log_dir(self) -> Path:
        """The published log: checkpoint, tiles, entry bundles; served as plain files."""
        return self.path / "log"

    @property
    def keys_dir(self) -> Path:
        """What nobody but the owner may read."""
        return self.path / "keys"

    @property
    def vkey_path(self) -> Path:
        """The public key line of the log."""
        return self.keys_dir / "log.vkey"

    @property
    def key_path(self) -> Path:
        """The private key of the log."""
        return self.keys_dir / "log.key"

    @property
    def signed_path(self) -> Path:
        """The signer's own last checkpoint, outside the database."""
        return self.keys_dir / "signed.note"

    @property
    def subjects_path(self) -> Path:
        """The store of the keys under which personal openings are sealed."""
        return self.keys_dir / "subjects.sqlite3"

    @property
    def policies_dir(self) -> Path:
        """Policy packs of this centre; upgrades never touch them."""
        return self.path / "policies"

    @property
    def templates_dir(self) -> Path:
        """Document templates of this centre; upgrades never touch them."""
        return self.path / "templates"

    @property
    def mac_key(self) -> bytes:
        """The key of idempotency digests; raise ``SetupError`` when it is missing or cut."""
        with _setting_up(self.path):
            found = (self.keys_dir / "mac.key").read_bytes()
        if len(found) != MAC_KEY_BYTES:
            raise SetupError("keys/mac.key is damaged: put it back from a backup")
        return found

    def read_only_reason(self) -> str:
        """Return why this directory must not be written to, empty when it may be.

        A restored copy says where it comes from until it was verified.
        """
        try:
            return (self.path / UNVERIFIED).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Hold the right to serve the embedded store; PostgreSQL has as many workers as it likes.

        Raises ``SetupError`` naming the process that serves already.
        """
        if not self.embedded:
            yield
            return
        # The folder itself is what is locked: a file in it could be deleted under its holder.
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pid = _read_holder(self.path / LOCK)
                raise SetupError(f"already served by pid {pid}", pid=pid) from None
            with _setting_up(self.path):
                files.replace(self.path / LOCK, f"{os.getpid()}\n".encode())
            yield
        finally:
            os.close(descriptor)


def _read_holder(path: Path) -> str:
    """Return the process that said it serves; whoever deleted the file did not end it."""
    with contextlib.suppress(OSError):
        return path.read_text(encoding="ascii", errors="replace").strip()[:20] or "unknown"
    return "unknown"


def _create(path: Path, origin: str, db_url: str) -> None:
    files.make_dir(path, files.PUBLIC_DIR)
    files.make_dir(path / "keys", files.PRIVATE_DIR)
    for name in ("log", "policies", "templates"):
        files.make_dir(path / name, files.PUBLIC_DIR)
    files.write_new(path / "keys/mac.key", secrets.token_bytes(MAC_KEY_BYTES))
    values: dict[str, int | str] = {
        "format": FORMAT, "origin": origin, "created_us": SystemClock().now_us()
    }  # fmt: skip
    if db_url:
        values["database"] = db_url
    else:
        # Made here, so that the file and the write-ahead log beside it are for the owner alone.
        files.write_new(path / DATABASE, b"")
    # JSON's strings and integers are TOML's; this file comes last, so that it means "complete".
    text = "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items()
    )
    files.write_new(path / CENTRE, text.encode())


def _read_centre(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise SetupError(f"{path.parent} is not a data directory: run `trading init`")
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SetupError(f"{path} cannot be read as TOML") from None
    if found.get("format") != FORMAT:
        raise SetupError(f"{path} has format {found.get('format')}, this program knows {FORMAT}")
    types = {"origin": str, "created_us": int, "database": str}
    wrong = [key for key, kind in types.items() if not isinstance(found.get(key, kind()), kind)]
    if wrong or {"origin", "created_us"} - found.keys() or found.keys() - types.keys() - {"format"}:
        raise SetupError(f"{path} does not hold what it should: {', '.join(sorted(found))}")
    _check_origin(found["origin"])
    _check_database(found.get("database", ""))
    return found


def _check_there(path: Path) -> None:
    """Refuse a directory whose embedded database is gone, instead of beginning another."""
    if not (path / DATABASE).exists():
        raise SetupError(f"{path / DATABASE} is missing: put it back from a backup")
    signed = (path / "keys/signed.note").exists() or (path / "log/checkpoint").exists()
    if signed and not (path / DATABASE).stat().st_size:
        raise SetupError(f"{path / DATABASE} is empty and the log is not: put it back")


def _check_rights(path: Path) -> None:
    _refuse_others(path / "keys", files.PRIVATE_DIR)
    for found in sorted((path / "keys").iterdir()):
        _refuse_others(found, files.PRIVATE_FILE)
    for name in (CENTRE, DATABASE):
        if (path / name).exists():
            _refuse_others(path / name, files.PRIVATE_FILE)


def _refuse_others(path: Path, good: int) -> None:
    mode = stat.S_IMODE(path.lstat().st_mode)
    if mode & _OTHERS:
        raise SetupError(
            f"{path} can be used by others (mode {mode:04o}): run `chmod {good:04o} {path}`",
            file=path.name, mode=f"{mode:04o}", wanted=f"{good:04o}",
        )  # fmt: skip


def _check_origin(origin: str) -> None:
    if not _ORIGIN.fullmatch(origin):
        raise SetupError(f"{origin!r} is no origin: write it as audit.example/log, without scheme")


def _check_database(url: str) -> None:
    """Refuse a malformed URL without repeating it: it may hold a password."""
    if not url:
        return
    try:
        backend = make_url(url).get_backend_name()
    except (ArgumentError, ValueError):
        backend = ""
    if backend != "postgresql" or not url.isprintable():
        raise SetupError("the database must be given as postgresql://user:password@host/name")


@contextlib.contextmanager
def _setting_up(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SetupError(words(error) if error.filename else f"{path}: {words(error)}") from None
