"""An error of the machine is told by what it means; the words of a driver stay inside."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pysqlite3
import pytest
from sqlalchemy.exc import OperationalError

from trading.base.errors import SetupError, StorageBusy, StorageDown, TradingError
from trading.store.faults import BUSY, DAMAGED, FULL, READ_ONLY, SILENT, fault, storage_fault


@pytest.mark.parametrize(
    ("said", "kind", "detail"),
    [
        ("database or disk is full", StorageDown, FULL),
        ("attempt to write a readonly database", StorageDown, READ_ONLY),
        ("file is not a database", StorageDown, DAMAGED),
        ("database disk image is malformed", StorageDown, DAMAGED),
        ("database is locked", StorageBusy, BUSY),
        ("canceling statement due to lock timeout", StorageBusy, BUSY),
        ("password of clerk is hunter2", StorageDown, SILENT),
    ],
)
def test_a_driver_is_understood_and_not_repeated(
    said: str, kind: type[TradingError], detail: str
) -> None:
    own = pysqlite3.OperationalError(said)
    for error in (own, OperationalError("SELECT secret", {}, own)):
        found = fault(error)
        assert type(found) is kind
        assert found.detail == detail


def test_the_operating_system_is_told_with_its_file() -> None:
    full = fault(OSError(errno.ENOSPC, "", "/d/x"))
    hidden = fault(OSError(errno.EROFS, "", "/d/.new-12"))
    nameless = fault(OSError(errno.ENOENT, ""))

    assert [str(found) for found in (full, hidden, nameless)] == [
        f"/d/x: {FULL}", f"/d: {READ_ONLY}", "No such file or directory"
    ]  # fmt: skip


def test_a_copy_that_failed_names_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/gone").symlink_to(tmp_path / "nowhere")
    with pytest.raises(shutil.Error) as caught:
        shutil.copytree(tmp_path / "a", tmp_path / "b")

    assert str(fault(caught.value)) == f"{tmp_path / 'a/gone'}: No such file or directory"
    assert str(fault(shutil.Error("no room"))) == "no room"


def test_a_mistake_is_no_fault_unless_a_storage_was_asked() -> None:
    known = SetupError("known")

    assert fault(known) is known
    assert fault(ValueError("mistake")) is None
    assert str(storage_fault(ValueError("mistake"))) == SILENT
