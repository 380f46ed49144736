"""What an error of the operating system or of a driver means to whoever operates the centre.

The words of a driver stay inside: they may hold an address, a password or a value.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from pathlib import Path

import pysqlite3
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from trading.base.errors import SetupError, StorageBusy, StorageDown, TradingError

FULL = "the disk is full"
READ_ONLY = "the disk or the file is read-only"
DAMAGED = "the database is damaged: put it back from a backup"
CLOSED = "the database file cannot be opened: look at its rights and at the disk"
BUSY = "another process keeps the database busy"
LACKING = "the database lacks a table or a column: run `trading doctor`"
SILENT = "the storage did not answer"
_SAID: tuple[tuple[str, type[TradingError], str], ...] = (
    ("disk is full", StorageDown, FULL),
    ("readonly database", StorageDown, READ_ONLY),
    ("not a database", StorageDown, DAMAGED),
    ("malformed", StorageDown, DAMAGED),
    ("unable to open database", StorageDown, CLOSED),
    ("database is locked", StorageBusy, BUSY),
    ("lock timeout", StorageBusy, BUSY),
    ("no such table", StorageDown, LACKING),
    ("no such column", StorageDown, LACKING),
    ('relation "', StorageDown, LACKING),
)
TEMPORARY = ".new-"
_NUMBER = re.compile(r"\[Errno (\d+)\]")
_ERRNO = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EROFS: READ_ONLY}


def fault(error: BaseException) -> TradingError | None:
    """Return what ``error`` is in the taxonomy of this project, None where it is no fault."""
    if isinstance(error, TradingError):
        return error
    if isinstance(error, shutil.Error | OSError):
        return SetupError(words(error))
    if isinstance(error, pysqlite3.Error | SQLAlchemyError):
        said = str(error.orig if isinstance(error, DBAPIError) else error).lower()
        for part, kind, detail in _SAID:
            if part in said:
                return kind(detail)
        return StorageDown(SILENT)
    return None


def storage_fault(error: BaseException) -> TradingError:
    """Return the fault of a storage that was asked; what is unknown did not answer."""
    return fault(error) or StorageDown(SILENT)


def words(error: OSError | shutil.Error) -> str:
    """Return which file could not be used and why, in the words of the operating system."""
    if isinstance(error, shutil.Error):
        return _of_many(error)
    said = _ERRNO.get(error.errno or 0) or os.strerror(error.errno or errno.EIO)
    if not error.filename:
        return said
    path = Path(os.fsdecode(error.filename))
    return f"{path.parent if path.name.startswith(TEMPORARY) else path}: {said}"


def _of_many(error: shutil.Error) -> str:
    """Return the first of the files that a copied tree lacks; shutil tells them all at the end."""
    found = error.args[0] if error.args else ""
    if not isinstance(found, list):
        return str(found)
    source, _target, why = found[0]
    number = _NUMBER.search(str(why))
    return words(OSError(int(number[1]) if number else errno.EIO, "", str(source)))
