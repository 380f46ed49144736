"""Tiles and bundles: equal to a log that others wrote, and enough to prove everything from."""

from __future__ import annotations

import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.record.vectors import golden_log
from trading.base.errors import IntegrityFault, InvalidInput, NotFound
from trading.record.checkpoint import Checkpoint
from trading.record.merkle import CompactRange, leaf_hash, root_of
from trading.record.note import PublicKey
from trading.record.tiles import (
    ENTRIES,
    ENTRY_BYTES_MAX,
    Tile,
    TileReader,
    new_bundles,
    new_tiles,
    pack_bundle,
    parse_bundle,
    read_bundle,
    read_tile,
)

LOG = golden_log()
LOG_ENTRIES = parse_bundle(LOG["tile/entries/000.p/15"])


class Files(dict[str, bytes]):
    """A folder that remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def read(self, path: str) -> bytes:
        self.asked.append(path)
        if path not in self:
            raise NotFound(path)
        return self[path]

    def append(self, size: int, entries: list[bytes]) -> None:
        """Publish ``entries`` after the first ``size``; no path may change its content."""
        leaves = [leaf_hash(entry) for entry in entries]
        for path, data in (
            *new_tiles(size, leaves, self.read),
            *new_bundles(size, entries, self.read),
        ):
            assert self.setdefault(path, data) == data


def numbered(size: int) -> list[bytes]:
    return [b"%d" % n for n in range(size)]


@cache
def large_log() -> Files:
    """Return a log of 70,000 entries, the example of the specification."""
    files = Files()
    files.append(0, numbered(70_000))
    return files


@pytest.mark.parametrize("size", range(1, 16))
def test_the_golden_log_is_written_alike_from_any_earlier_size(size: int) -> None:
    for old_size in range(size):
        files = Files()
        files.append(0, LOG_ENTRIES[:old_size])
        files.append(old_size, LOG_ENTRIES[old_size:size])
        expected = {f"tile/0/000.p/{size}", f"tile/entries/000.p/{size}"}
        assert expected <= files.keys() <= LOG.keys()
        assert all(LOG[path] == data for path, data in files.items())


@pytest.mark.parametrize("size", range(16))
def test_the_golden_checkpoints_open_and_sign_the_roots_of_the_tiles(size: int) -> None:
    key = PublicKey.parse(LOG["log.vkey"].decode().strip())
    checkpoint = Checkpoint.open(LOG[f"checkpoint.{size}"], [key])
    assert checkpoint.size == size
    assert checkpoint.root == TileReader(LOG.__getitem__, size).compact_range().root()
    assert checkpoint.root == root_of([leaf_hash(entry) for entry in LOG_ENTRIES[:size]])


def test_all_of_the_golden_log_was_written() -> None:
    files = Files()
    for size, entry in enumerate(LOG_ENTRIES):
        files.append(size, [entry])
    assert files == {path: data for path, data in LOG.items() if path.startswith("tile/")}


def test_nothing_new_is_no_file() -> None:
    assert list(new_tiles(7, [], Files().read)) == []
    assert list(new_bundles(7, [], Files().read)) == []


def test_the_example_of_the_specification() -> None:
    tiles = [path for path in large_log() if not path.startswith("tile/entries/")]
    assert tiles == [
        *(f"tile/0/{n:03}" for n in range(273)),
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert Tile(0, 1_234_067).path == "tile/0/x001/x234/067"
    files = Files()
    files.append(0, numbered(256))
    assert files.keys() == {"tile/0/000", "tile/1/000.p/1", "tile/entries/000"}


@settings(max_examples=10)
@given(st.lists(st.integers(1, 2_000), max_size=5).map(sorted))
def test_the_files_do_not_depend_on_the_batches(cuts: list[int]) -> None:
    files, whole = Files(), Files()
    for begin, end in zip([0, *cuts], [*cuts, 2_000], strict=True):
        files.append(begin, numbered(end)[begin:])
    whole.append(0, numbered(2_000))
    assert whole.items() <= files.items()


def test_only_the_right_edge_is_read_to_append() -> None:
    files = large_log()
    files.asked.clear()
    list(new_tiles(70_000, [leaf_hash(b"")] * 200, files.read))
    list(new_bundles(70_000, [b""] * 200, files.read))
    assert files.asked == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/entries/273.p/112"]


def test_every_stored_hash_is_the_root_of_its_leaves() -> None:
    leaves = [leaf_hash(entry) for entry in numbered(70_000)]
    reader = TileReader(large_log().read, 70_000)
    chance = random.Random(6962)
    for level in range(17):
        last = (70_000 >> level) - 1
        for index in {0, last, chance.randint(0, last)}:
            expected = root_of(leaves[index << level : (index + 1) << level])
            assert reader.hash(level, index) == expected
    assert reader.compact_range() == CompactRange().extended(leaves)


@pytest.mark.parametrize(
    ("level", "index"), [(0, 70_000), (1, 35_000), (17, 0), (64, 0), (-1, 0), (0, -1)]
)
def test_the_tree_has_no_other_subtrees(level: int, index: int) -> None:
    with pytest.raises(InvalidInput):
        TileReader(large_log().read, 70_000).hash(level, index)


def test_a_tile_is_read_once() -> None:
    files = large_log()
    reader = TileReader(files.read, 70_000)
    files.asked.clear()
    assert reader.hash(0, 7) != reader.hash(0, 8)
    assert files.asked == ["tile/0/000"]


def test_entries_are_read_back_from_any_number() -> None:
    reader = TileReader(large_log().read, 70_000)
    for begin in (0, 255, 256, 300, 69_887, 69_888, 69_999):
        assert next(reader.entries(begin)) == reader.entry(begin) == b"%d" % begin
    assert list(reader.entries(69_000)) == numbered(70_000)[69_000:]
    assert list(reader.entries(70_000)) == []
    for index in (-1, 70_000):
        with pytest.raises(InvalidInput):
            reader.entry(index)


def test_a_smaller_tree_is_read_from_the_full_files_of_a_larger_one() -> None:
    reader = TileReader(large_log().read, 65_700)
    assert reader.compact_range().root() == root_of([leaf_hash(e) for e in numbered(65_700)])
    assert list(reader.entries(65_536)) == numbered(65_700)[65_536:]
    assert "tile/0/256.p/164" not in large_log()
    partial = read_tile(large_log().read, Tile(0, 256, 164))
    assert partial == large_log()["tile/0/256"][: 164 * 32]


def test_a_missing_file_is_not_found() -> None:
    files = Files()
    files.append(0, numbered(300))
    for path in list(files):
        del files[path]
    reader = TileReader(files.read, 300)
    for index in (0, 299):
        with pytest.raises(NotFound):
            reader.hash(0, index)
        with pytest.raises(NotFound):
            reader.entry(index)


def test_files_of_the_wrong_length_are_refused() -> None:
    files = Files()
    files.append(0, numbered(3))
    tile, bundle = Tile(0, 0, 3), Tile(ENTRIES, 0, 3)
    good = dict(files)
    for changed in (b"", good[tile.path][:-1], good[tile.path][:-32], good[tile.path] + bytes(32)):
        files[tile.path] = changed
        with pytest.raises(IntegrityFault):
            read_tile(files.read, tile)
        with pytest.raises(IntegrityFault):
            list(new_tiles(3, [leaf_hash(b"")], files.read))
    for changed in (
        b"",
        good[bundle.path][:-1],
        good[bundle.path][:-3],
        good[bundle.path] + b"\0\0",
    ):
        files[bundle.path] = changed
        with pytest.raises(IntegrityFault):
            read_bundle(files.read, bundle)
        with pytest.raises(IntegrityFault):
            list(new_bundles(3, [b""], files.read))


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_a_bundle_is_read_back(entries: list[bytes]) -> None:
    assert parse_bundle(pack_bundle(entries)) == entries


def test_an_entry_has_at_most_65535_bytes() -> None:
    assert parse_bundle(pack_bundle([bytes(ENTRY_BYTES_MAX)])) == [bytes(65_535)]
    with pytest.raises(InvalidInput):
        pack_bundle([b"", bytes(ENTRY_BYTES_MAX + 1)])
    with pytest.raises(InvalidInput):
        list(new_bundles(0, [bytes(ENTRY_BYTES_MAX + 1)], Files().read))


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x01", b"\x00\x00\x00", b"\x00\x03ab"])
def test_a_bundle_that_is_cut_off_is_refused(data: bytes) -> None:
    with pytest.raises(IntegrityFault):
        parse_bundle(data)


@given(
    st.integers(ENTRIES, 63),
    st.integers(0, 10**21 - 1) | st.integers(0, 2_000),
    st.integers(1, 256),
)
def test_a_path_is_parsed_back(level: int, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert Tile.parse(tile.path) == tile


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("tile/0/000", Tile(0, 0)),
        ("tile/63/999.p/255", Tile(63, 999, 255)),
        ("tile/entries/x001/000.p/1", Tile(ENTRIES, 1000, 1)),
        ("tile/1/x001/x234/067", Tile(1, 1_234_067)),
    ],
)
def test_known_paths(path: str, tile: Tile) -> None:
    assert tile.path == path
    assert Tile.parse(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/000/",
        "tile/0/000\n",
        "/tile/0/000",
        "tile//0/000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/-01",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/X001/000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/1000",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/٠٠٠",
        "tile/0/../../keys/log",
        "tile/0/x../000",
        "tile/entries/../../etc/passwd",
        "tile/Entries/000",
        "tile/0/000%2f..",
        "tile/0/000\x00",
        "checkpoint",
        "tile/0/" + "x001/" * 7 + "000",
    ],
)
def test_any_other_path_names_no_file(path: str) -> None:
    with pytest.raises(NotFound):
        Tile.parse(path)
