"""A whole log verifies; every way of changing files or database is found, and named."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.support import stall_log
from tests.unit.record.logs import (
    BID,
    BLIND,
    Draft,
    closed_log,
    closed_rows,
    found,
    public_row,
    story,
    verified,
)
from trading.record.checkpoint import Checkpoint
from trading.record.entry import leaf_of
from trading.record.merkle import CompactRange, leaf_hash
from trading.record.note import SigningKey
from trading.record.verify import Opened, Report, verify

BUNDLE, TILE = "tile/entries/000.p/29", "tile/0/000.p/29"
KEYS = [stall_log.KEY.public]
OTHER = SigningKey(stall_log.ORIGIN, b"\x08" * 32)
replace = msgspec.structs.replace


def _files() -> dict[str, bytes]:
    return stall_log.publish(story())


def test_a_whole_log_verifies_without_its_closed_bodies() -> None:
    report = verified(_files())
    assert report.ok
    assert (report.origin, report.size, report.closed) == (stall_log.ORIGIN, 29, 6)
    assert report.root == CompactRange().extended([row.hash for row in story()]).root().hex()
    assert (report.unpublished, report.unfinished, report.more) == (0, 0, False)


def test_a_whole_log_verifies_with_the_rows_of_the_database() -> None:
    head = CompactRange().extended([row.hash for row in story()])
    report = verified(_files(), rows=story(), head=head, saved=_files()["checkpoint"])
    assert report.ok
    assert report.closed == 0


def test_rows_behind_the_checkpoint_are_verified_too() -> None:
    head = CompactRange().extended([row.hash for row in story()])
    files = stall_log.publish(story()[:20])
    report = verified(files, rows=story(), head=head)
    assert report.ok
    assert (report.size, report.unpublished, report.unfinished) == (20, 9, 0)


def test_revealed_bodies_are_verified_and_no_longer_closed() -> None:
    revealed = {row.idx: Opened(row.body, row.salt) for row in story() if row.kind == "veil.put/1"}
    report = verified(_files(), reveal=revealed.get)
    assert report.ok
    assert report.closed == 4


def test_of_a_closed_stream_a_later_entry_may_be_revealed_alone() -> None:
    row = story()[23]
    assert (row.stream, row.seq) == ("security", 2)
    assert verified(_files(), reveal={23: Opened(row.body, row.salt)}.get).ok


def test_what_is_revealed_falsely_is_found() -> None:
    row = story()[BLIND]
    report = verified(_files(), reveal={BLIND: Opened(row.body, b"\0" * 32)}.get)
    assert found(report) == [("body", BLIND)]
    assert report.closed == 6


def test_the_pace_is_counted_over_everything_that_was_read() -> None:
    report = Report(findings=(), size=100, unpublished=20)
    assert report.entries_per_second(2_000_000) == 60
    assert report.entries_per_second(0) == 120_000_000


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    verified(closed_log(600), progress=lambda done, size: told.append((done, size)))
    assert told == [(256, 600), (512, 600), (600, 600)]


# Changes to the files, by somebody without the key.


def test_a_changed_entry_byte_is_found() -> None:
    files = _files()
    files[BUNDLE] = files[BUNDLE].replace(b'"price_fen":100100', b'"price_fen":100900', 1)
    report = verified(files)
    assert ("tile", BID) in found(report)
    assert ("root", -1) in found(report)


def test_a_changed_tile_byte_is_found() -> None:
    files = _files()
    files[TILE] = files[TILE][: 32 * BID] + b"\0" * 32 + files[TILE][32 * (BID + 1) :]
    assert found(verified(files)) == [("tile", BID)]


def test_swapped_entries_are_found() -> None:
    rows = list(story())
    rows[8], rows[9] = rows[9], rows[8]
    files = _files()
    files[BUNDLE] = stall_log.publish(rows)[BUNDLE]
    seen = found(verified(files))
    assert {("tile", 8), ("root", -1), ("seq", 8), ("time", 9)} <= set(seen)


@pytest.mark.parametrize("path", [BUNDLE, TILE])
def test_a_missing_file_is_found(path: str) -> None:
    files = _files()
    del files[path]
    assert found(verified(files)) == [("bundle" if path == BUNDLE else "tile", 0)]


def test_with_bundle_and_tile_missing_nothing_leads_to_the_root() -> None:
    files = _files()
    del files[TILE], files[BUNDLE]
    assert found(verified(files, rows=story())) == [("tile", 0), ("bundle", 0), ("root", -1)]


@pytest.mark.parametrize("path", [BUNDLE, TILE])
def test_a_cut_file_is_found(path: str) -> None:
    files = _files()
    files[path] = files[path][:-1]
    assert found(verified(files)) == [("bundle" if path == BUNDLE else "tile", 0)]


def test_a_dropped_tail_is_found() -> None:
    files = _files()
    short = stall_log.publish(story()[:20])
    assert found(verified(short, saved=files["checkpoint"])) == [("rollback", -1)]
    short["checkpoint"] = files["checkpoint"]
    assert {code for code, _ in found(verified(short))} == {"tile", "bundle", "root"}


def test_a_forged_checkpoint_is_found() -> None:
    files = _files()
    forged = Checkpoint(stall_log.ORIGIN, 29, b"\1" * 32)
    files["checkpoint"] = forged.sign([OTHER])
    assert found(verified(files)) == [("checkpoint", -1)]
    files["checkpoint"] = forged.sign([stall_log.KEY])
    assert found(verified(files)) == [("root", -1)]


def test_the_wrong_key_is_found() -> None:
    assert found(verify(stall_log.reader(_files()), [OTHER.public])) == [("checkpoint", -1)]


def test_a_checkpoint_of_another_log_is_found() -> None:
    files = _files()
    files["checkpoint"] = files["checkpoint"].replace(b"audit.example/log\n", b"audit.other/log\n")
    assert found(verified(files)) == [("checkpoint", -1)]


def test_a_missing_checkpoint_is_found() -> None:
    assert found(verified({})) == [("checkpoint", -1)]


def test_a_fork_from_a_saved_checkpoint_is_found() -> None:
    saved = stall_log.publish(story()[:20])["checkpoint"]
    assert verified(_files(), saved=saved).ok
    draft = Draft.of_story()
    draft.bodies[BID]["in"]["actor"] = "bidder-7"
    assert found(verified(stall_log.publish(draft.rows()), saved=saved)) == [("fork", 19)]


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512, 599, 600])
def test_a_saved_checkpoint_of_any_size_is_compared(size: int) -> None:
    files = closed_log(600)
    assert verified(files, saved=closed_log(size)["checkpoint"]).ok
    forked = Checkpoint(stall_log.ORIGIN, size, b"\1" * 32).sign([stall_log.KEY])
    assert found(verified(files, saved=forked)) == [("fork", size - 1)]


def test_the_empty_log_begins_every_log() -> None:
    empty = stall_log.publish([])
    assert verified(empty).ok
    assert verified(_files(), saved=empty["checkpoint"]).ok


def test_a_saved_checkpoint_that_nobody_signed_is_found() -> None:
    assert found(verified(_files(), saved=b"nothing")) == [("saved", -1)]


def test_every_tile_above_the_leaves_is_derived_again() -> None:
    files = closed_log(256**2 + 44)
    assert verified(files).closed == 256**2 + 44
    above = ["tile/1/000", "tile/2/000.p/1"]
    assert set(above) <= set(files)
    changed = files | {path: b"\1" * len(files[path]) for path in above}
    assert found(verified(changed)) == [("tile", 0), ("tile", 0)]


def test_a_partial_tile_above_the_leaves_is_derived_again() -> None:
    files = closed_log(600)
    files["tile/1/000.p/2"] = b"\1" * 64
    assert found(verified(files)) == [("tile", 0)]
    del files["tile/1/000.p/2"]
    assert found(verified(files)) == [("tile", 0)]


# Changes to the database.


def _with(index: int, **changes: Any) -> list[tuple[str, int]]:
    rows = list(story())
    rows[index] = replace(rows[index], **changes)
    return found(verified(_files(), rows=rows))


def test_an_edited_body_in_the_database_is_found() -> None:
    edited = story()[BID].body.replace(b"bidder-1", b"bidder-2")
    assert _with(BID, body=edited) == [("body", BID)]
    assert _with(BLIND, body=story()[BLIND].body.replace(b"bidder-2", b"x")) == [("body", BLIND)]


def test_an_edited_salt_is_found() -> None:
    assert _with(BLIND, salt=b"\0" * 32) == [("body", BLIND)]
    assert _with(BLIND, salt=b"") == [("body", BLIND)]


def test_wrong_columns_are_found() -> None:
    assert _with(BID, hash=b"\0" * 32) == [("hash", BID)]
    assert _with(BID, audience="restricted") == [("audience", BID)]
    assert _with(BLIND, audience="public") == [("audience", BLIND)]
    assert _with(BID, kind="stall.open/1") == [("column", BID)]
    assert _with(BID, at_us=1) == [("column", BID)]
    assert _with(BID, stream="stall/b") == [("column", BID)]
    assert _with(BID, seq=99) == [("column", BID)]


@pytest.mark.parametrize("index", [BID, BLIND, 28])
def test_a_missing_row_is_found(index: int) -> None:
    rows = [row for row in story() if row.idx != index]
    assert found(verified(_files(), rows=rows)) == [("row", index)]


def test_a_row_that_belongs_nowhere_is_found() -> None:
    rows = [replace(story()[0], idx=-1), *story()]
    assert found(verified(_files(), rows=rows)) == [("row", -1)]


def test_a_gap_behind_the_checkpoint_is_found() -> None:
    rows = [row for row in story() if row.idx != 23]
    assert found(verified(stall_log.publish(story()[:22]), rows=rows)) == [("row", 23)]


def test_a_head_that_is_not_the_tree_of_the_rows_is_found() -> None:
    head = CompactRange().extended([row.hash for row in story()[:-1]])
    assert found(verified(_files(), rows=story(), head=head)) == [("head", -1)]


def test_a_row_that_is_no_entry_is_found() -> None:
    leaf = closed_rows(1)[0]
    row = replace(leaf, body=leaf_of(leaf.body, leaf.salt), salt=b"", audience="public")
    row = replace(row, hash=leaf_hash(row.body))
    assert found(verified(stall_log.publish([row]), rows=[row])) == [("format", 0)]


def test_findings_are_kept_up_to_a_hundred() -> None:
    rows = [public_row(b"{}%d" % n, n) for n in range(150)]
    report = verified(stall_log.publish(rows))
    assert len(report.findings) == 100
    assert report.more


def test_a_lost_bundle_is_passed_over() -> None:
    rows = list(story())
    files = stall_log.publish([*closed_rows(256 - len(rows)), *rows, *closed_rows(10)])
    assert verified(files).ok
    del files["tile/entries/000"]
    assert found(verified(files)) == [("bundle", 0)]
