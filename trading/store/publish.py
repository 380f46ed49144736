"""The publisher: from committed entries to plain files that anyone may fetch and verify.

Entries are written as tiles and bundles, flushed, and only then signed and shown. Every step can
be repeated: after a crash between any two, the next run does the rest. A fenced lease lets one of
many workers publish; the signer's lock and checkpoint make two histories impossible even if two
should try. Source: audit log brief, sections 3 and 7; decision 10.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from trading.base.clock import Clock
from trading.base.errors import IntegrityFault, ReadOnly, StorageBusy
from trading.base.units import SECOND_US
from trading.record.checkpoint import Checkpoint
from trading.record.entry import leaf_of
from trading.record.merkle import leaf_hash
from trading.record.tiles import TileReader, new_bundles, new_tiles
from trading.store import files, lease
from trading.store.faults import storage_fault
from trading.store.home import Home
from trading.store.signer import (
    ARCHIVE,
    CHECKPOINT,
    PAGE_ENTRIES,
    Signer,
    check_signed,
    complete,
    log_reader,
    signed_note,
)

LEASE = "publisher"
LEASE_US = 15 * SECOND_US
_SCRATCH = ".new"
_HEAD = text('SELECT size, "range" FROM projection_head WHERE id = 1')
_ROWS = text(
    "SELECT idx, body, salt, hash FROM record_entry WHERE idx >= :first AND idx < :end ORDER BY idx"
)

Rows = Sequence[Any]


class Publisher:
    """Publishes the log of one data directory; any number may run, one at a time does."""

    def __init__(
        self,
        writing: Engine,
        reading: Engine,
        home: Home,
        clock: Clock,
        step: Callable[[str], None] = lambda _name: None,
    ) -> None:
        """Publish to ``home``; ``step`` is told what was just done, file by file.

        ``writing`` is used for the lease alone, so that on SQLite no read holds up the writer.
        """
        self._writing = writing
        self._reading = reading
        self._home = home
        self._clock = clock
        self._step = step
        self._signer = Signer(home)
        self._read = log_reader(home.log_dir)
        self._scratch = home.log_dir / _SCRATCH
        self._holder = secrets.token_hex(16)
        self._token = 0
        self._until_us = 0

    def publish_once(self) -> Checkpoint | None:
        """Publish what was committed since the last checkpoint, at most a page of entries.

        Returns the checkpoint that is now shown, None when there was nothing to do or another
        worker is doing it; call again until None. Raises ``IntegrityFault`` when database,
        files and signer do not agree: nothing is signed then. Raises ``ReadOnly`` for a copy
        that was not verified and ``StorageDown`` (a full disk) or ``StorageBusy`` to try later.
        """
        reason = self._home.read_only_reason()
        if reason:
            raise ReadOnly("an unverified copy publishes nothing", reason=reason)
        with files.storing("the log"), _answering():
            if self._is_done() or not self._take_lease():
                return None
            # Looked at again, now that no other worker goes on publishing.
            last = check_signed(self._home)
            if last is not None and not self._is_shown():
                self._show(last, signed_note(self._home))
                return last
            return None if self._is_done() else self._publish(last.size if last else 0)

    def release(self) -> None:
        """Let another worker publish at once; without it, that waits for the lease to end."""
        token, self._token = self._token, 0
        if token:
            with _answering(), self._writing.begin() as connection:
                lease.release(connection, LEASE, self._holder, token)

    def _is_done(self) -> bool:
        last = check_signed(self._home)
        first = last.size if last else 0
        size, _packed = self._head()
        if size < first:
            raise IntegrityFault("the database is older than the log", size=size, signed=first)
        return size == first and self._is_shown()

    def _publish(self, first: int) -> Checkpoint:
        size, packed = self._head()
        end = min(size, first + PAGE_ENTRIES)
        rows = self._rows(first, end)
        leaves = [leaf_of(bytes(row.body), bytes(row.salt)) for row in rows]
        hashes = [leaf_hash(leaf) for leaf in leaves]
        if hashes != [bytes(row.hash) for row in rows]:
            raise IntegrityFault("an entry does not have its hash", first=first)
        with complete():
            tree = TileReader(self._read, first).compact_range().extended(hashes)
            if end == size and tree.to_bytes() != packed:
                raise IntegrityFault("the head is not the tree of its entries", size=size)
            self._write(first, leaves, hashes)
        self._check_lease()
        try:
            note = self._signer.sign(end, tree.root())
        except IntegrityFault:
            self._check_lease()  # a worker that was slow and lost its place has found no fault
            raise
        self._step("signed")
        checkpoint = Checkpoint(self._home.origin, end, tree.root())
        self._show(checkpoint, note)
        return checkpoint

    def _write(self, first: int, leaves: Sequence[bytes], hashes: Sequence[bytes]) -> None:
        """Write tiles and bundles; a path that exists must hold the same bytes."""
        log_dir = self._home.log_dir
        folders = set()
        for new in (new_bundles(first, leaves, self._read), new_tiles(first, hashes, self._read)):
            for path, content in new:
                target = log_dir / path
                files.make_dir(target.parent, files.PUBLIC_DIR)
                files.write_once(target, content, self._scratch)
                folders.add(target.parent)
                self._step(path)
        files.sync_dirs(folders)
        self._step("flushed")

    def _show(self, checkpoint: Checkpoint, note: bytes) -> None:
        """Archive a signed note, then let ``checkpoint`` be it; never an older one than shown."""
        archive = self._home.log_dir / ARCHIVE
        files.make_dir(archive, files.PUBLIC_DIR)
        files.write_once(archive / str(checkpoint.size), note, self._scratch)
        files.sync_dir(archive)
        self._step("archived")
        self._check_lease()
        with files.locked(self._home.keys_dir / "publish.lock"):
            if signed_note(self._home) == note:
                files.replace(self._home.log_dir / CHECKPOINT, note, files.PUBLIC_FILE)
        self._step("shown")

    def _is_shown(self) -> bool:
        """Tell whether everyone sees the signer's last note."""
        try:
            return (self._home.log_dir / CHECKPOINT).read_bytes() == signed_note(self._home)
        except FileNotFoundError:
            return not signed_note(self._home)

    def _head(self) -> tuple[int, bytes]:
        with self._reading.connect() as connection:
            size, packed = connection.execute(_HEAD).one()
        return size, bytes(packed)

    def _rows(self, first: int, end: int) -> Rows:
        with self._reading.connect() as connection:
            rows = connection.execute(_ROWS, {"first": first, "end": end}).all()
        if [row.idx for row in rows] != list(range(first, end)):
            raise IntegrityFault("entries are missing", first=first, end=end)
        return rows

    def _take_lease(self) -> bool:
        """Hold the lease, renewed when half of it is over; on a new one tidy up."""
        now_us = self._clock.now_us()
        if self._token and now_us < self._until_us - LEASE_US // 2:
            return True
        until_us = now_us + LEASE_US
        with self._writing.begin() as connection:
            token = lease.take(connection, LEASE, self._holder, now_us, until_us)
        if token and token != self._token:
            # What a holder that died was about to publish; one that still lives tries again.
            shutil.rmtree(self._scratch, ignore_errors=True)
            files.make_dir(self._scratch, files.PRIVATE_DIR)
        self._token, self._until_us = token, until_us
        return bool(token)

    def _check_lease(self) -> None:
        with self._reading.connect() as connection:
            if not lease.held(connection, LEASE, self._holder, self._token):
                self._token = 0
                raise StorageBusy("another worker publishes now")


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    """Turn an error of the database into what it means, without its text."""
    try:
        yield
    except DBAPIError as error:
        raise storage_fault(error) from error
