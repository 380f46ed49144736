"""The signer signs what it has read and hashed itself, and never a second history."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trading.base.errors import (
    BadNote,
    IntegrityFault,
    SetupError,
    StorageBusy,
    StorageDown,
    TradingError,
)
from trading.record.checkpoint import Checkpoint
from trading.record.merkle import EMPTY_ROOT, leaf_hash, root_of
from trading.record.note import PublicKey
from trading.record.tiles import new_bundles, new_tiles
from trading.store import files
from trading.store.home import Home
from trading.store.signer import (
    PAGE_ENTRIES,
    Signer,
    check_signed,
    create_keys,
    last_signed,
    log_reader,
    published,
    read_vkey,
    signed_note,
)

ENTRIES = [b"entry %d" % number for number in range(600)]


@pytest.fixture
def signer(home: Home) -> Signer:
    create_keys(home)
    return Signer(home)


def _grow(home: Home, first: int, size: int) -> bytes:
    """Write the files of the entries from ``first`` to ``size`` and return their root."""
    read = log_reader(home.log_dir)
    hashes = [leaf_hash(entry) for entry in ENTRIES]
    for new in (
        new_bundles(first, ENTRIES[first:size], read),
        new_tiles(first, hashes[first:size], read),
    ):
        for path, content in new:
            files.make_dir((home.log_dir / path).parent, 0o755)
            (home.log_dir / path).write_bytes(content)
    return root_of(hashes[:size])


def _all_files(home: Home) -> list[Path]:
    return sorted(path for path in (home.log_dir / "tile").rglob("*") if path.is_file())


def test_the_keys_are_made_once(home: Home) -> None:
    public = create_keys(home)
    secret = home.key_path.read_bytes()
    assert create_keys(home) == public == read_vkey(home)
    assert home.key_path.read_bytes() == secret
    assert secret.startswith(b"PRIVATE+KEY+audit.example/log+")
    assert PublicKey.parse(home.vkey_path.read_text().strip()).name == home.origin
    assert {path.stat().st_mode & 0o777 for path in home.keys_dir.iterdir()} == {0o600}
    assert Home.open(home.path) == home


def test_a_cut_off_creation_is_completed_and_a_lost_key_is_not_replaced(home: Home) -> None:
    public = create_keys(home)
    home.vkey_path.unlink()
    assert create_keys(home) == public
    home.key_path.unlink()
    with pytest.raises(SetupError, match=r"log\.key is missing"):
        create_keys(home)
    with pytest.raises(SetupError, match="cannot sign"):
        Signer(home)


def test_keys_that_do_not_belong_together_are_refused(home: Home, signer: Signer) -> None:
    good = home.key_path.read_bytes()
    for damaged in (b"PRIVATE+KEY+x", b"\xff", b""):
        home.key_path.write_bytes(damaged)
        with pytest.raises(SetupError, match="damaged"):
            Signer(home)
    home.key_path.write_bytes(good)
    other = Home.create(home.path.parent / "other", home.origin)
    create_keys(other)
    shutil.copy(other.vkey_path, home.vkey_path)
    with pytest.raises(SetupError, match="does not belong"):
        Signer(home)
    home.vkey_path.unlink()
    with pytest.raises(SetupError, match=r"log\.vkey is missing"):
        Signer(home)


def test_each_size_is_signed_from_the_one_before(home: Home, signer: Signer) -> None:
    assert last_signed(home) is None
    assert check_signed(home) is None
    first = 0
    for size in (1, 2, 255, 256, 257, 600):
        root = _grow(home, first, size)
        note = signer.sign(size, root)
        assert Checkpoint.open(note, [read_vkey(home)]) == Checkpoint(home.origin, size, root)
        assert signed_note(home) == note == signer.sign(size, root)
        first = size
    assert home.signed_path.stat().st_mode & 0o777 == 0o600


def test_another_root_or_a_smaller_tree_is_refused(home: Home, signer: Signer) -> None:
    note = signer.sign(10, _grow(home, 0, 10))
    before = signed_note(home)
    for size, root in (
        (10, b"\1" * 32),  # a fork
        (5, root_of([leaf_hash(entry) for entry in ENTRIES[:5]])),  # a rollback
        (0, EMPTY_ROOT),
        (11 + PAGE_ENTRIES, b"\1" * 32),
    ):
        with pytest.raises(IntegrityFault, match="grows by a page"):
            signer.sign(size, root)
    _grow(home, 10, 20)
    with pytest.raises(IntegrityFault, match="another root"):
        signer.sign(20, b"\1" * 32)
    assert signed_note(home) == before == note


@pytest.mark.parametrize("first", [5, 10, 250, 300])
def test_a_changed_file_is_not_signed(home: Home, signer: Signer, first: int) -> None:
    signer.sign(first, _grow(home, 0, first))
    before = signed_note(home)
    old = set(_all_files(home))
    root = _grow(home, first, 600)
    changed = 0
    for path in _all_files(home):
        good = path.read_bytes()
        for at in range(0, len(good), max(1, len(good) // 7)):
            path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            try:
                signer.sign(600, root)
            except IntegrityFault:
                changed += 1
            else:  # what was signed before, and is not at the edge, is for the auditors
                assert path in old
                home.signed_path.write_bytes(before)
            path.write_bytes(good)
    assert changed > 20
    assert signed_note(home) == before
    signer.sign(600, root)


def test_a_missing_file_is_not_signed(home: Home, signer: Signer) -> None:
    signer.sign(300, _grow(home, 0, 300))
    root = _grow(home, 300, 600)
    for name in ("tile/0/001", "tile/entries/001", "tile/entries/002.p/88", "tile/1/000.p/2"):
        path = home.log_dir / name
        good = path.read_bytes()
        path.unlink()
        with pytest.raises(IntegrityFault, match=r"missing|wrong"):
            signer.sign(600, root)
        path.write_bytes(good)
    signer.sign(600, root)


def test_a_history_that_was_rewritten_with_all_its_files_is_refused(
    home: Home, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer.sign(300, _grow(home, 0, 300))
    monkeypatch.setitem(globals(), "ENTRIES", [b"other", *ENTRIES[1:]])
    shutil.rmtree(home.log_dir / "tile")
    root = _grow(home, 0, 600)
    _grow(home, 0, 300)
    with pytest.raises(IntegrityFault, match="no longer lead to the signed root"):
        signer.sign(600, root)


def test_a_checkpoint_of_another_key_or_log_is_refused(home: Home, signer: Signer) -> None:
    root = _grow(home, 0, 10)
    other = Home.create(home.path.parent / "other", home.origin)
    create_keys(other)
    _grow(other, 0, 10)
    Signer(other).sign(10, root)
    shutil.copy(other.signed_path, home.signed_path)
    with pytest.raises(BadNote):
        signer.sign(10, root)
    home.signed_path.write_bytes(b"")
    assert signer.sign(10, root)


def _older_signed_note(home: Home) -> None:
    note = signed_note(home)
    Signer(home).sign(20, _grow(home, 10, 20))
    shutil.copy(home.signed_path, home.log_dir / "checkpoint")
    home.signed_path.write_bytes(note)


def _lost_signed_note(home: Home) -> None:
    shutil.copy(home.signed_path, home.log_dir / "checkpoint")
    home.signed_path.unlink()


def _lost_all_but_the_archive(home: Home) -> None:
    (home.log_dir / "checkpoints").mkdir()
    assert check_signed(home) is not None
    shutil.copy(home.signed_path, home.log_dir / "checkpoints/10")
    home.signed_path.unlink()


def _two_of_one_size(home: Home) -> None:
    other = Home.create(home.path.parent / "other", home.origin)
    shutil.copy(home.key_path, other.key_path)
    create_keys(other)
    (other.log_dir / "tile").mkdir()
    ENTRIES.reverse()
    try:
        Signer(other).sign(10, _grow(other, 0, 10))
    finally:
        ENTRIES.reverse()
    shutil.copy(other.signed_path, home.log_dir / "checkpoint")


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (_older_signed_note, "older than the published"),
        (_lost_signed_note, "is missing while"),
        (_lost_all_but_the_archive, "is missing while"),
        (_two_of_one_size, "two checkpoints of one size"),
    ],
)
def test_a_signer_that_lost_its_memory_does_not_sign(
    home: Home, signer: Signer, damage: Callable[[Home], None], found: str
) -> None:
    signer.sign(10, _grow(home, 0, 10))
    damage(home)
    root = _grow(home, 10, 30)
    for refused in (lambda: check_signed(home), lambda: signer.sign(30, root)):
        with pytest.raises(IntegrityFault, match=found):
            refused()


def test_a_checkpoint_shown_by_a_stranger_is_refused(home: Home, signer: Signer) -> None:
    (home.log_dir / "checkpoint").write_bytes(b"x\n")
    with pytest.raises(BadNote):
        published(home)


def test_a_memory_that_changes_under_the_lock_stops_the_signature(
    home: Home, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer.sign(10, _grow(home, 0, 10))
    root = _grow(home, 10, 20)
    verify = Signer._verify

    def _meanwhile(self: Signer, last: Checkpoint | None, wanted: Checkpoint) -> None:
        verify(self, last, wanted)
        home.signed_path.write_bytes(b"other")

    monkeypatch.setattr(Signer, "_verify", _meanwhile)
    with pytest.raises(IntegrityFault, match="changed while it was locked"):
        signer.sign(20, root)
    assert signed_note(home) == b"other"


def test_one_process_signs_at_a_time(home: Home, signer: Signer) -> None:
    root = _grow(home, 0, 10)
    with files.locked(home.keys_dir / "sign.lock"), pytest.raises(StorageBusy):
        signer.sign(10, root)
    assert signer.sign(10, root)


@pytest.fixture
def broken_disk(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def _fail(*_given: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", _fail)
        yield


def test_a_disk_that_fails_gives_no_signature(
    home: Home, signer: Signer, broken_disk: None
) -> None:
    with pytest.raises(StorageDown) as caught:
        signer.sign(10, _grow_quietly(home))
    assert isinstance(caught.value, TradingError)
    assert signed_note(home) == b""


def _grow_quietly(home: Home) -> bytes:
    """Write files without flushing any."""
    hashes = [leaf_hash(entry) for entry in ENTRIES[:10]]
    read = log_reader(home.log_dir)
    for new in (new_bundles(0, ENTRIES[:10], read), new_tiles(0, hashes, read)):
        for path, content in new:
            (home.log_dir / path).parent.mkdir(parents=True)
            (home.log_dir / path).write_bytes(content)
    return root_of(hashes)
