"""The signer: the only code that holds the key of the log, and believes nobody.

Before it signs it reads the published files again, hashes every new entry, builds the tree from
its own last checkpoint and compares. That checkpoint lies outside the database, so that a
database restored or rewritten by its owner is noticed instead of signed. It needs no database
and can run as a process of another user. Source: audit log brief, sections 4, 7 and 11.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from trading.base.errors import BadNote, IntegrityFault, InvalidInput, NotFound, SetupError
from trading.record.checkpoint import Checkpoint
from trading.record.merkle import leaf_hash
from trading.record.note import SEED_BYTES, PublicKey, SigningKey
from trading.record.tiles import WIDTH, ReadFile, TileReader, new_tiles
from trading.store import files
from trading.store.home import Home

PAGE_ENTRIES = 2048
CHECKPOINT, ARCHIVE = "checkpoint", "checkpoints"


def create_keys(home: Home) -> PublicKey:
    """Create the key of the log unless there is one; return the public key.

    The public line is written to ``keys/log.vkey`` to be posted and pinned. Raises
    ``SetupError`` when only the public line is there: a log never changes its key by accident.
    """
    if not home.key_path.exists() and home.vkey_path.exists():
        raise SetupError("keys/log.key is missing: put it back from where its backup is sealed")
    key = SigningKey(home.origin, secrets.token_bytes(SEED_BYTES))
    with files.storing("the key of the log"):
        files.write_new(home.key_path, f"{key.secret_text()}\n".encode())
        public = _read_key(home).public
        files.write_new(home.vkey_path, f"{public}\n".encode())
    return read_vkey(home)


def read_vkey(home: Home) -> PublicKey:
    """Return the public key of the log; raise ``SetupError`` when there is none."""
    try:
        return PublicKey.parse(home.vkey_path.read_text(encoding="utf-8").removesuffix("\n"))
    except (OSError, ValueError, InvalidInput):
        raise SetupError("keys/log.vkey is missing or damaged") from None


def log_reader(log_dir: Path) -> ReadFile:
    """Return a function that reads a file of the log by its path below ``log_dir``."""

    def _read(path: str) -> bytes:
        try:
            return (log_dir / path).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise NotFound("no such file in the log", path=path) from None

    return _read


@contextlib.contextmanager
def complete() -> Iterator[None]:
    """Turn a missing file of the log into ``IntegrityFault``: what was published stays."""
    try:
        yield
    except NotFound as error:
        raise IntegrityFault("a file of the log is missing", **error.params) from error


def last_signed(home: Home) -> Checkpoint | None:
    """Return the signer's own last checkpoint, None before the first.

    Raises ``BadNote`` when it is damaged or signed by another key.
    """
    note = signed_note(home)
    return Checkpoint.open(note, [read_vkey(home)]) if note else None


def signed_note(home: Home) -> bytes:
    """Return the signer's last note as it stands, empty before the first."""
    try:
        return home.signed_path.read_bytes()
    except FileNotFoundError:
        return b""


def shown_note(home: Home) -> bytes | None:
    """Return the signed note that the log shows to everyone, unread; None before the first.

    Raises ``BadNote`` where no file can be read in its place.
    """
    try:
        return (home.log_dir / CHECKPOINT).read_bytes()
    except FileNotFoundError:
        return None
    except IsADirectoryError:
        raise BadNote("a folder stands where the checkpoint was") from None


def published(home: Home) -> Checkpoint | None:
    """Return the checkpoint that the log shows to everyone, None before the first.

    Raises ``BadNote`` when it is damaged or signed by another key.
    """
    note = shown_note(home)
    return None if note is None else Checkpoint.open(note, [read_vkey(home)])


def check_signed(home: Home) -> Checkpoint | None:
    """Return the last signed checkpoint, unless more was published than it knows of.

    Raises ``IntegrityFault`` when the signer's checkpoint is lost or older than the public one,
    as after somebody put back old files: signing on would make a second history.
    """
    # In this order: another worker may sign and show one more between two of these lines.
    shown = published(home)
    archived = any((home.log_dir / ARCHIVE).glob("*"))
    last = last_signed(home)
    if last is None and (shown is not None or archived):
        raise IntegrityFault("keys/signed.note is missing while a checkpoint is published")
    if last is not None and shown is not None:
        if shown.size > last.size:
            raise IntegrityFault("keys/signed.note is older than the published checkpoint")
        if shown.size == last.size and shown != last:
            raise IntegrityFault("two checkpoints of one size", size=last.size)
    return last


class Signer:
    """Signs checkpoints of the log in one data directory."""

    def __init__(self, home: Home) -> None:
        """Read the key; raise ``SetupError`` when it is missing or not that of ``log.vkey``."""
        self._home = home
        self._key = _read_key(home)
        self._read = log_reader(home.log_dir)
        if self._key.public != read_vkey(home) or self._key.name != home.origin:
            raise SetupError("keys/log.key does not belong to keys/log.vkey")

    def sign(self, size: int, root: bytes) -> bytes:
        """Return the signed note of the tree ``(size, root)`` that the log files now hold.

        The last checkpoint moves to it, durably, before the note leaves. Signing the same tree
        again returns the same note. Raises ``IntegrityFault`` when the files do not lead from the
        last checkpoint to ``root`` (a fork, a rollback, a changed file), ``StorageBusy`` while
        another process signs and ``StorageDown`` when the disk does not answer.
        """
        with files.storing("the checkpoint"), files.locked(self._home.keys_dir / "sign.lock"):
            before = signed_note(self._home)
            last = check_signed(self._home)
            wanted = Checkpoint(self._home.origin, size, root)
            if last == wanted:
                return before
            first = last.size if last else 0
            if not first < size <= first + PAGE_ENTRIES:
                raise IntegrityFault("a tree that grows by a page is signed, no other", size=size)
            with complete():
                self._verify(last, wanted)
            note = wanted.sign([self._key])
            if signed_note(self._home) != before:
                raise IntegrityFault("keys/signed.note was changed while it was locked")
            files.replace(self._home.signed_path, note)
            return note

    def _verify(self, last: Checkpoint | None, wanted: Checkpoint) -> None:
        """Re-read, re-hash and rebuild what was added since ``last``."""
        first = last.size if last else 0
        tree = TileReader(self._read, first).compact_range()
        if last is not None and tree.root() != last.root:
            raise IntegrityFault("the tiles no longer lead to the signed root", size=first)
        # The bundle that is widened holds entries of the old tree too: they are read again as well.
        begin = first // WIDTH * WIDTH
        hashes = [leaf_hash(entry) for entry in TileReader(self._read, wanted.size).entries(begin)]
        old, leaves = hashes[: first - begin], hashes[first - begin :]
        known = TileReader(self._read, first)
        if old != [known.hash(0, index) for index in range(begin, first)]:
            raise IntegrityFault("a bundle no longer holds the entries that were signed")
        for path, content in new_tiles(first, leaves, self._read):
            if self._read(path) != content:
                raise IntegrityFault("a tile does not hold the hashes of its entries", path=path)
        if tree.extended(leaves).root() != wanted.root:
            raise IntegrityFault("the entries lead to another root", size=wanted.size)


def _read_key(home: Home) -> SigningKey:
    try:
        return SigningKey.parse(home.key_path.read_text(encoding="utf-8").removesuffix("\n"))
    except FileNotFoundError:
        raise SetupError("keys/log.key is missing: this directory cannot sign") from None
    except (OSError, ValueError, InvalidInput):
        raise SetupError("keys/log.key is damaged") from None
