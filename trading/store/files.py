"""Files that survive a power cut: written whole, flushed, and only then named.

A file is written under a temporary name, flushed, and given its name by one atomic step; the
folder is flushed after it. Source: audit log brief, sections 3 and 7.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from trading.base.errors import IntegrityFault, StorageBusy, StorageDown
from trading.store.faults import TEMPORARY, words

PRIVATE_FILE, PRIVATE_DIR = 0o600, 0o700
PUBLIC_FILE, PUBLIC_DIR = 0o644, 0o755


@contextlib.contextmanager
def storing(what: str) -> Iterator[None]:
    """Turn an error of the operating system into ``StorageDown``, a full disk included."""
    try:
        yield
    except OSError as error:
        raise StorageDown(f"{what}: {words(error)}", errno=error.errno or 0) from error


def make_dir(path: Path, mode: int) -> None:
    """Create a folder and its missing parents with ``mode``; what exists is left as it is."""
    if path.is_dir():
        return
    make_dir(path.parent, mode)
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=mode)
        path.chmod(mode)
    sync_dir(path.parent)


def sync_dir(path: Path) -> None:
    """Flush the names in a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_dirs(paths: Iterable[Path]) -> None:
    """Flush each folder once."""
    for path in sorted(set(paths)):
        sync_dir(path)


def replace(path: Path, content: bytes, mode: int = PRIVATE_FILE) -> None:
    """Give ``path`` new content: a reader sees the old or the new, whole, also after a crash."""
    with _temporary(path.parent, content, mode) as written:
        written.replace(path)
    sync_dir(path.parent)


def write_new(path: Path, content: bytes, mode: int = PRIVATE_FILE) -> bool:
    """Create ``path`` unless it exists; tell whether it was created."""
    created = True
    with _temporary(path.parent, content, mode) as written:
        try:
            os.link(written, path)
        except FileExistsError:
            created = False
    sync_dir(path.parent)
    return created


def write_once(path: Path, content: bytes, scratch: Path) -> None:
    """Publish ``content`` under ``path`` for ever; the caller flushes the folder afterwards.

    ``scratch`` is a folder on the same file system. Raises ``IntegrityFault`` when other bytes
    are already published there: a published path never changes.
    """
    with _temporary(scratch, content, PUBLIC_FILE) as written:
        try:
            os.link(written, path)
        except FileExistsError:
            if path.read_bytes() != content:
                raise IntegrityFault("other bytes are published", path=path.name) from None


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``; raise ``StorageBusy`` when another process or thread does.

    The lock goes away with the process that holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StorageBusy("another process is at this", lock=path.name) from None
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _temporary(folder: Path, content: bytes, mode: int) -> Iterator[Path]:
    path = folder / f"{TEMPORARY}{secrets.token_hex(8)}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield path
    finally:
        path.unlink(missing_ok=True)
