"""What is committed is published once, by one, whole, also after a crash at any step."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.store.rows import append, leaves, read_log
from trading.base.clock import SimulatedClock
from trading.base.errors import IntegrityFault, ReadOnly, StorageBusy, StorageDown
from trading.base.units import SECOND_US
from trading.record.checkpoint import Checkpoint
from trading.store import files, publish
from trading.store.home import Home
from trading.store.publish import LEASE_US, Publisher
from trading.store.signer import Signer, last_signed, read_vkey

Open = Callable[..., Engine]
Make = Callable[..., Publisher]


class CrashError(Exception):
    """The process ended here."""


@pytest.fixture
def engine(centre: Home, open_engine: Open) -> Engine:
    return open_engine(centre.database_url)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(1_000 * SECOND_US)


@pytest.fixture
def make(centre: Home, engine: Engine, open_engine: Open, clock: SimulatedClock) -> Make:
    reading = open_engine(centre.database_url, reading=True)

    def _make(step: Callable[[str], None] = lambda _name: None) -> Publisher:
        return Publisher(engine, reading, centre, clock, step)

    return _make


def _drain(publisher: Publisher) -> list[int]:
    sizes: list[int] = []
    while found := publisher.publish_once():
        sizes.append(found.size)
    return sizes


def _files(log_dir: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(log_dir)): path.read_bytes()
        for path in log_dir.rglob("*")
        if path.is_file()
    }


def test_an_empty_log_publishes_nothing(make: Make, centre: Home) -> None:
    assert make().publish_once() is None
    assert list(centre.log_dir.iterdir()) == []


def test_the_files_are_those_of_the_entries(make: Make, centre: Home, engine: Engine) -> None:
    publisher, expected = make(), []
    for count in (1, 2, 253, 1, 300, 1):  # up to a tile's edge, over it, and one more
        expected.append(append(engine, count))
        assert _drain(publisher) == expected[-1:]
        shown, entries = read_log(centre.log_dir, centre)
        assert (shown.size, entries) == (expected[-1], leaves(engine))
    assert publisher.publish_once() is None
    archive = {path.name: path.read_bytes() for path in (centre.log_dir / "checkpoints").iterdir()}
    assert sorted(map(int, archive)) == expected
    assert archive[str(expected[-1])] == (centre.log_dir / "checkpoint").read_bytes()


def test_every_checkpoint_ever_shown_can_still_be_read(
    make: Make, centre: Home, engine: Engine, tmp_path: Path
) -> None:
    publisher = make()
    for _ in range(4):
        append(engine, 90)
        _drain(publisher)
    for note in (centre.log_dir / "checkpoints").iterdir():
        old = tmp_path / note.name
        shutil.copytree(centre.log_dir, old)
        shutil.copy(note, old / "checkpoint")
        assert read_log(old, centre)[0].size == int(note.name)


def test_many_entries_are_published_in_pages(
    make: Make, centre: Home, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "PAGE_ENTRIES", 300)
    append(engine, 700)
    assert _drain(make()) == [300, 600, 700]
    assert read_log(centre.log_dir, centre)[1] == leaves(engine)


def test_anyone_may_read_what_is_published(make: Make, centre: Home, engine: Engine) -> None:
    append(engine, 3)
    before = os.umask(0o077)
    try:
        make().publish_once()
    finally:
        os.umask(before)
    for path in centre.log_dir.rglob("*"):
        if ".new" not in path.parts:
            wanted = 0o755 if path.is_dir() else 0o644
            assert path.stat().st_mode & 0o777 == wanted, path


def test_a_crash_between_any_two_steps_is_made_good(
    make: Make, centre: Home, engine: Engine, clock: SimulatedClock
) -> None:
    append(engine, 255)
    _drain(make())
    seen: list[str] = []
    for crash_at in range(12):
        steps: list[str] = []

        def _step(name: str, steps: list[str] = steps, crash_at: int = crash_at) -> None:
            steps.append(name)
            if len(steps) > crash_at:
                raise CrashError

        append(engine, 150)
        before = (centre.log_dir / "checkpoint").read_bytes()
        clock.advance_to(clock.now_us() + 2 * LEASE_US)  # the lease of the one that crashed ends
        try:
            make(_step).publish_once()
        except CrashError:
            seen.append(steps[-1])
        read_log(centre.log_dir, centre)  # whatever is shown can be read
        if "shown" not in steps:
            assert (centre.log_dir / "checkpoint").read_bytes() == before
        clock.advance_to(clock.now_us() + 2 * LEASE_US)
        append(engine, 1)
        _drain(make())
        assert read_log(centre.log_dir, centre) == (last_signed(centre), leaves(engine))
    assert {"flushed", "signed", "archived", "shown"} <= set(seen)
    assert any(name.startswith("tile/0/") for name in seen)
    assert any(name.startswith("tile/entries/") for name in seen)
    assert list((centre.log_dir / ".new").iterdir()) == []


def test_what_a_dead_holder_was_writing_is_swept(
    make: Make, centre: Home, engine: Engine, clock: SimulatedClock
) -> None:
    append(engine, 1)
    _drain(make())
    (centre.log_dir / ".new/.new-left").write_bytes(b"half")
    clock.advance_to(clock.now_us() + 2 * LEASE_US)
    append(engine, 1)
    _drain(make())
    assert list((centre.log_dir / ".new").iterdir()) == []


def test_of_two_publishers_one_publishes(make: Make, engine: Engine, clock: SimulatedClock) -> None:
    first, second = make(), make()
    for _ in range(3):
        size = append(engine, 2)
        found = first.publish_once()
        assert found is not None
        assert found.size == size
        append(engine, 2)
        assert second.publish_once() is None
        assert _drain(first) == [size + 2]
        clock.advance_to(clock.now_us() + LEASE_US // 2 + 1)  # renewed at the half
    clock.advance_to(clock.now_us() + LEASE_US + 1)
    size = append(engine, 2)
    assert _drain(second) == [size]
    append(engine, 2)
    assert first.publish_once() is None
    assert _drain(second) == [size + 2]


@pytest.mark.parametrize("pause_at", ["flushed", "signed", "archived"])
def test_one_that_was_taken_for_dead_does_no_harm(
    make: Make, centre: Home, engine: Engine, clock: SimulatedClock, pause_at: str
) -> None:
    def _pause(name: str) -> None:
        if name == pause_at:
            clock.advance_to(clock.now_us() + 2 * LEASE_US)
            append(engine, 7)
            assert _drain(make())

    append(engine, 5)
    slow = make(_pause)
    with pytest.raises(StorageBusy):
        slow.publish_once()
    assert read_log(centre.log_dir, centre) == (last_signed(centre), leaves(engine))
    assert last_signed(centre) is not None
    assert slow.publish_once() is None


def test_a_slow_one_between_check_and_signature_finds_no_fault(
    make: Make, centre: Home, engine: Engine, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign, calls = Signer.sign, []

    def _late(self: Signer, size: int, root: bytes) -> bytes:
        calls.append(size)
        if len(calls) == 1:
            clock.advance_to(clock.now_us() + 2 * LEASE_US)
            append(engine, 1)
            _drain(make())
        return sign(self, size, root)

    append(engine, 5)
    monkeypatch.setattr(Signer, "sign", _late)
    with pytest.raises(StorageBusy):
        make().publish_once()
    assert read_log(centre.log_dir, centre)[0].size == 6


def test_a_full_disk_signs_nothing(
    make: Make, centre: Home, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = make()
    append(engine, 5)
    _drain(publisher)
    before = last_signed(centre)
    append(engine, 5)
    fsync = os.fsync
    for fails_after in range(4):
        left = [None] * fails_after

        def _full(descriptor: int, left: list[None] = left) -> None:
            if not left:
                raise OSError(errno.ENOSPC, "No space left on device")
            left.pop()
            fsync(descriptor)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", _full)
            with pytest.raises(StorageDown):
                publisher.publish_once()
        assert last_signed(centre) == before
    _drain(publisher)
    assert read_log(centre.log_dir, centre)[1] == leaves(engine)


def test_a_database_that_is_away_is_told_without_its_words(make: Make, engine: Engine) -> None:
    append(engine, 1)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE private_lease"))
    with pytest.raises(StorageDown) as caught:
        make().publish_once()
    assert "private_lease" not in str(caught.value)


def test_an_unverified_copy_publishes_nothing(make: Make, centre: Home, engine: Engine) -> None:
    append(engine, 1)
    (centre.path / "UNVERIFIED").write_text("restored")
    with pytest.raises(ReadOnly):
        make().publish_once()
    assert _files(centre.log_dir) == {}


def _force(engine: Engine, statement: str, **given: object) -> None:
    """Change the record as somebody can who owns the database."""
    from trading.store import triggers

    with engine.begin() as connection:
        triggers.drop(connection)
        connection.execute(text(statement), given)
        triggers.create(connection)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE record_entry SET body = :new WHERE idx = 6", "does not have its hash"),
        ("UPDATE record_entry SET hash = :new WHERE idx = 6", "does not have its hash"),
        ("DELETE FROM record_entry WHERE idx = 6", "entries are missing"),
        ('UPDATE projection_head SET "range" = :new', "not the tree of its entries"),
        ("UPDATE projection_head SET size = 3", "older than the log"),
        ("UPDATE projection_head SET size = 9", "entries are missing"),
    ],
)
def test_an_altered_database_is_not_published(
    make: Make, centre: Home, engine: Engine, statement: str, found: str
) -> None:
    append(engine, 5)
    publisher = make()
    _drain(publisher)
    append(engine, 3)
    before = _files(centre.log_dir)
    _force(engine, statement, **({"new": b"x" * 32} if ":new" in statement else {}))
    with pytest.raises(IntegrityFault, match=found):
        publisher.publish_once()
    assert _files(centre.log_dir) == before


def test_a_published_file_is_never_overwritten(make: Make, centre: Home, engine: Engine) -> None:
    append(engine, 5)
    target = centre.log_dir / "tile/0/000.p/5"
    files.make_dir(target.parent, 0o755)
    target.write_bytes(b"other" * 32)
    with pytest.raises(IntegrityFault, match="other bytes are published"):
        make().publish_once()
    assert target.read_bytes() == b"other" * 32
    assert last_signed(centre) is None


def test_a_bundle_that_rotted_is_carried_no_further(
    make: Make, centre: Home, engine: Engine
) -> None:
    append(engine, 5)
    publisher = make()
    _drain(publisher)
    before = last_signed(centre)
    bundle = centre.log_dir / "tile/entries/000.p/5"
    bundle.write_bytes(bundle.read_bytes()[:-1] + b"!")
    append(engine, 5)
    with pytest.raises(IntegrityFault, match="no longer holds the entries"):
        publisher.publish_once()
    assert last_signed(centre) == before


def test_an_older_checkpoint_never_takes_the_place_of_a_newer(
    make: Make,
    centre: Home,
    engine: Engine,
    clock: SimulatedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check, calls = Publisher._check_lease, []

    def _late(self: Publisher) -> None:
        check(self)
        calls.append(self)
        if len(calls) == 2:  # the last look at the lease is over, and the other one is faster
            clock.advance_to(clock.now_us() + 2 * LEASE_US)
            append(engine, 1)
            _drain(make())

    append(engine, 5)
    monkeypatch.setattr(Publisher, "_check_lease", _late)
    found = make().publish_once()
    assert found is not None
    assert found.size == 5
    assert read_log(centre.log_dir, centre)[0].size == 6


def test_the_checkpoint_is_signed_by_the_key_of_the_log(
    make: Make, centre: Home, engine: Engine
) -> None:
    append(engine, 1)
    found = make().publish_once()
    note = (centre.log_dir / "checkpoint").read_bytes()
    assert Checkpoint.open(note, [read_vkey(centre)]) == found
