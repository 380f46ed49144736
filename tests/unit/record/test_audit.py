"""A log audited by stretches says what it says in one; where anything is found it says nothing.

The story stands behind entries that fill a tile, so that a stretch ends at any place of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import msgspec
import pytest

from tests.support import stall_log
from tests.unit.record.logs import BID, BLIND, KEYS, OUTAGE, Draft, closed_rows, verified
from trading.record.audit import Opened, Reveal, Span, audit_span
from trading.record.checkpoint import Checkpoint
from trading.record.entry import Row
from trading.record.merkle import CompactRange
from trading.record.note import SigningKey
from trading.record.tiles import WIDTH
from trading.record.verify import Report, verify_spans

OTHER = SigningKey(stall_log.ORIGIN, b"\x08" * 32)
EDGES = (1, BID, BID + 1, BLIND, BLIND + 1, OUTAGE, OUTAGE + 1, OUTAGE + 2, 27, 28)
replace = msgspec.structs.replace


def _draft(edge: int) -> Draft:
    """Return the story behind so many entries that a tile ends before its entry ``edge``."""
    draft = Draft.of_story()
    pad = draft.bodies[0] | {"at_us": 1, "stream": "pad"}
    count = WIDTH - edge
    draft.bodies[:0] = [pad | {"cmd": f"{n:032x}"} for n in range(count)]
    draft.salts[:0] = [b""] * count
    draft.audiences[:0] = ["public"] * count
    return draft


def _in_spans(
    files: dict[str, bytes],
    *,
    saved: bytes = b"",
    rows: Sequence[Row] | None = None,
    head: CompactRange | None = None,
    reveal: Reveal = lambda _index: None,
    progress: Callable[[int, int], None] = lambda _done, _size: None,
) -> Report | None:
    """Verify a log by stretches of one tile."""
    read = stall_log.reader(files)

    def spans(size: int, kept: int) -> Iterator[Span | None]:
        for first in range(0, size, WIDTH):
            indexes = range(first, min(first + WIDTH, size))
            held = None if rows is None else [row for row in rows if row.idx in indexes]
            yield audit_span(read, size, indexes, kept=kept, rows=held, reveal=reveal)

    def behind(first: int) -> list[Row]:
        return [row for row in rows or () if row.idx >= first]

    return verify_spans(
        read, KEYS, spans, saved=saved, rows=None if rows is None else behind, head=head,
        progress=progress,
    )  # fmt: skip


def _agree(files: dict[str, bytes], **more: Any) -> bool:
    """Verify in one and by stretches; return whether the log is sound."""
    in_one, in_spans = verified(files, **more), _in_spans(files, **more)
    assert in_spans == (in_one if in_one.ok else None)
    return in_one.ok


@cache
def _sealed(edge: int) -> tuple[tuple[Row, ...], dict[str, bytes]]:
    rows = tuple(_draft(edge).rows())
    return rows, stall_log.publish(rows)


@pytest.mark.parametrize("edge", range(1, 29))
def test_a_sound_log_is_the_same_wherever_a_stretch_ends(edge: int) -> None:
    rows, files = _sealed(edge)
    head = CompactRange().extended([row.hash for row in rows])
    assert _agree(files)
    assert _agree(files, rows=rows, head=head)
    opened = {row.idx: Opened(row.body, row.salt) for row in rows if row.salt}
    assert _agree(files, reveal=opened.get)
    last = max(opened)
    assert _agree(files, reveal={last: opened[last]}.get)


def _swap(draft: Draft, at: int) -> None:
    draft.swap(at + 27)


def _drop(index: int) -> Callable[[Draft, int], None]:
    return lambda draft, at: draft.drop(at + index)


def _set(index: int, name: str, value: Any) -> Callable[[Draft, int], None]:
    def change(draft: Draft, at: int) -> None:
        draft.bodies[at + index] |= {name: value}
        draft.linked = draft.linked and name not in {"seq", "prev"}

    return change


CHANGES = {
    "first part dropped": _drop(OUTAGE), "last part dropped": _drop(OUTAGE + 1),
    "end dropped": _drop(28), "parts swapped": _swap,
    "part of another": _set(BID, "part", [1, 2]), "part 0": _set(BID, "part", [0, 0]),
    "early": _set(BID, "at_us", 2), "before all time": _set(0, "at_us", -1),
    "late": _set(BID - 1, "at_us", 9 * 10**15),
    "number left out": _set(BID, "seq", 9), "number again": _set(BID, "seq", 1),
    "number of a blind": _set(BLIND, "seq", 3), "link": _set(BID, "prev", "1" * 64),
    "link of a part": _set(OUTAGE + 1, "prev", "1" * 64), "format": _set(BID, "v", "x/1"),
    "no entry": _set(BID, "surplus", 1),
}  # fmt: skip


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", CHANGES)
def test_what_an_insider_changes_is_found_wherever_a_stretch_ends(name: str, edge: int) -> None:
    draft = _draft(edge)
    if name.startswith(("number", "link")):
        draft.rows()  # everything else says what is true of the entry before it
        draft.heads.clear()
    CHANGES[name](draft, WIDTH - edge)
    rows = tuple(draft.rows())
    files = stall_log.publish(rows)
    assert not _agree(files, rows=rows)
    _agree(files)


PATHS = ("checkpoint", "tile/entries/000", "tile/entries/001.p/15", "tile/0/000",
         "tile/0/001.p/15")  # fmt: skip


@pytest.mark.parametrize("path", [*PATHS, "tile/1/000.p/1"])
def test_a_missing_file_is_found(path: str) -> None:
    rows, files = _sealed(14)
    lost = {name: data for name, data in files.items() if name != path}
    assert not _agree(lost)
    assert not _agree(lost, rows=rows)


@pytest.mark.parametrize("path", PATHS)
def test_a_changed_file_is_found(path: str) -> None:
    rows, files = _sealed(14)
    data = files[path]
    changed = files | {path: data[:99] + bytes([data[99] ^ 1]) + data[100:]}
    assert not _agree(changed)
    assert not _agree(changed, rows=rows)


@pytest.mark.parametrize("key", [stall_log.KEY, OTHER], ids=["own", "other"])
def test_a_forged_checkpoint_is_found(key: SigningKey) -> None:
    files = _sealed(14)[1]
    forged = Checkpoint(stall_log.ORIGIN, 271, b"\1" * 32).sign([key])
    assert not _agree(files | {"checkpoint": forged})


@pytest.mark.parametrize("size", [1, 255, 256, 257, 270, 271])
def test_a_checkpoint_kept_from_before_is_compared(size: int) -> None:
    rows, files = _sealed(14)
    assert _agree(files, saved=stall_log.publish(rows[:size])["checkpoint"])
    forked = Checkpoint(stall_log.ORIGIN, size, b"\1" * 32).sign([stall_log.KEY])
    assert not _agree(files, saved=forked)


def test_a_log_that_was_longer_is_found() -> None:
    rows, files = _sealed(14)
    assert not _agree(stall_log.publish(rows[:260]), saved=files["checkpoint"])
    assert not _agree(files, saved=b"nothing")


@pytest.mark.parametrize("index", [0, 255, 256, 270])
def test_a_changed_database_is_found(index: int) -> None:
    rows, files = _sealed(14)
    row = rows[index]
    for changed in (
        [replace(row, body=row.body + b" ")], [replace(row, hash=b"\0" * 32)],
        [replace(row, stream="x")], [replace(row, kind="x")], [replace(row, seq=99)],
        [replace(row, at_us=3)], [replace(row, salt=b"x")], [],
        [replace(row, audience="public" if row.salt else "restricted")],
    ):  # fmt: skip
        assert not _agree(files, rows=[*rows[:index], *changed, *rows[index + 1 :]])


def test_rows_behind_the_checkpoint_are_followed() -> None:
    rows, _ = _sealed(14)
    files = stall_log.publish(rows[:260])
    head = CompactRange().extended([row.hash for row in rows])
    assert _agree(files, rows=rows, head=head)
    assert not _agree(files, rows=rows[:-1])
    assert not _agree(files, rows=[*rows[:-1], replace(rows[-1], seq=9)])
    assert not _agree(files, rows=rows, head=CompactRange())


def test_a_log_of_closed_leaves_alone_is_the_same() -> None:
    assert _agree(stall_log.publish(closed_rows(600)))
    assert _agree(stall_log.publish([]))


def test_progress_is_told_after_every_stretch() -> None:
    told: list[tuple[int, int]] = []
    _in_spans(_sealed(14)[1], progress=lambda done, size: told.append((done, size)))
    assert told == [(256, 271), (271, 271)]
