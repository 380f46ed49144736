"""The log as plain files: tiles of 256 hashes, bundles of 256 entries, and reading them back.

A file name is a function of level, index and width, so a name never stands for two contents.
Nothing here touches a disk: files leave as ``(path, bytes)`` and come back through a ``ReadFile``.
What a file says is trusted only as far as a root that somebody signed follows from it.
Source: c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from trading.base.errors import IntegrityFault, InvalidInput, NotFound
from trading.record import merkle
from trading.record.merkle import HASH_SIZE, CompactRange, hashes_in, root_of

WIDTH = 256
ENTRIES = -1
ENTRY_BYTES_MAX = 2**16 - 1
_HEIGHT = 8
_LENGTH_BYTES = 2
_CACHED_TILES = 64

ReadFile = Callable[[str], bytes]
"""Answers the bytes of a file of the log by its path; raises ``NotFound`` if there is none."""

_PATH = re.compile(
    r"tile/(entries|0|[1-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/([1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """The name of one file: a tile of hashes, or a bundle of entries if ``level`` is ``ENTRIES``.

    A hash of level n covers 256**n leaves; ``width`` counts what the file holds, 256 when full.
    """

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Return the path below the root of the log, such as ``tile/0/x001/234.p/5``."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        *upper, last = re.findall("...", _padded(self.index))
        partial = f".p/{self.width}" if self.width < WIDTH else ""
        return f"tile/{level}/{''.join(f'x{part}/' for part in upper)}{last}{partial}"

    @classmethod
    def parse(cls, path: str) -> Self:
        """Return the tile that ``path`` names; raise ``NotFound`` unless it is spelled exactly."""
        if match := _PATH.fullmatch(path):
            level, index, width = match.groups()
            tile = cls(
                ENTRIES if level == "entries" else int(level),
                int(index.replace("x", "").replace("/", "")),
                int(width or WIDTH),
            )
            if tile.path == path:
                return tile
        raise NotFound("no file of the log has such a name")


def new_tiles(size: int, leaves: Sequence[bytes], read: ReadFile) -> Iterator[tuple[str, bytes]]:
    """Yield each tile that ``leaves``, hashes appended to a tree of ``size``, makes or widens.

    Only the partial tiles at the right edge of the old tree are read. Raises ``IntegrityFault``
    when one of them has the wrong length.
    """
    level = 0
    while leaves:
        index, held = divmod(size, WIDTH)
        row = (read_tile(read, Tile(level, index, held)) if held else b"") + b"".join(leaves)
        full = []
        for begin in range(0, len(row), WIDTH * HASH_SIZE):
            data = row[begin : begin + WIDTH * HASH_SIZE]
            tile = Tile(level, index, len(data) // HASH_SIZE)
            yield tile.path, data
            if tile.width == WIDTH:
                full.append(root_of(hashes_in(data)))
            index += 1
        leaves = full
        size //= WIDTH
        level += 1


def new_bundles(size: int, entries: Sequence[bytes], read: ReadFile) -> Iterator[tuple[str, bytes]]:
    """Yield each bundle that ``entries``, appended to a log of ``size``, makes or widens.

    Raises ``InvalidInput`` for an entry above 65,535 bytes, ``IntegrityFault`` when the partial
    bundle that is to be widened is malformed.
    """
    if not entries:
        return
    index, held = divmod(size, WIDTH)
    row = [*(read_bundle(read, Tile(ENTRIES, index, held)) if held else ()), *entries]
    for begin in range(0, len(row), WIDTH):
        bundle = row[begin : begin + WIDTH]
        yield Tile(ENTRIES, index, len(bundle)).path, pack_bundle(bundle)
        index += 1


def pack_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the entries, each behind its length; ``InvalidInput`` for one above 65,535 bytes."""
    if any(len(entry) > ENTRY_BYTES_MAX for entry in entries):
        raise InvalidInput("an entry is too large", field="entry", bytes_max=ENTRY_BYTES_MAX)
    return b"".join([len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries])


def parse_bundle(data: bytes) -> list[bytes]:
    """Return the entries of a bundle; raise ``IntegrityFault`` when the last one is cut off."""
    entries = []
    at = 0
    while at < len(data):
        begin = at + _LENGTH_BYTES
        at = begin + int.from_bytes(data[at:begin], "big")
        entries.append(data[begin:at])
    if at != len(data):
        raise IntegrityFault("an entry bundle is cut off")
    return entries


def read_tile(read: ReadFile, tile: Tile) -> bytes:
    """Return the hashes of ``tile``, from the full tile where the partial one is gone.

    Raises ``IntegrityFault`` when the file has the wrong length.
    """
    found, data = _read_widest(read, tile)
    if len(data) != found.width * HASH_SIZE:
        raise IntegrityFault("a tile has the wrong length", path=found.path)
    return data[: tile.width * HASH_SIZE]


def read_bundle(read: ReadFile, tile: Tile) -> list[bytes]:
    """Return the entries of a bundle, from the full one where the partial one is gone.

    Raises ``IntegrityFault`` when the file is malformed or holds another number of entries.
    """
    found, data = _read_widest(read, tile)
    entries = parse_bundle(data)
    if len(entries) != found.width:
        raise IntegrityFault("an entry bundle has the wrong width", path=found.path)
    return entries[: tile.width]


def _read_widest(read: ReadFile, tile: Tile) -> tuple[Tile, bytes]:
    try:
        return tile, read(tile.path)
    except NotFound:
        if tile.width == WIDTH:
            raise
    full = Tile(tile.level, tile.index)
    return full, read(full.path)


class TileReader:
    """Reads the tree of ``size`` leaves from its files; keeps the last 64 tiles it has seen.

    ``NotFound`` means that a file is missing, ``IntegrityFault`` that one is malformed.
    """

    def __init__(self, read: ReadFile, size: int) -> None:
        self.size = size
        self._read = read
        self._hashes = lru_cache(_CACHED_TILES)(self._read_hashes)

    def hash(self, level: int, index: int) -> bytes:
        """Return the hash of the complete subtree over 2**level leaves from ``index << level``.

        Raises ``InvalidInput`` when the tree has no such subtree.
        """
        if level < 0 or index < 0 or (index + 1) << level > self.size:
            raise InvalidInput("no such subtree in a tree of this size", field="index")
        row, inner = divmod(level, _HEIGHT)
        tile, begin = divmod(index << inner, WIDTH)
        return root_of(self._hashes(row, tile)[begin : begin + (1 << inner)])

    def compact_range(self) -> CompactRange:
        """Return the compact range of the whole tree."""
        return merkle.compact_range(self.size, self.hash)

    def entries(self, begin: int = 0) -> Iterator[bytes]:
        """Yield the entries from number ``begin`` to the end of the log."""
        index, skipped = divmod(begin, WIDTH)
        while index * WIDTH < self.size:
            yield from self._entries(index)[skipped:]
            index, skipped = index + 1, 0

    def entry(self, index: int) -> bytes:
        """Return one entry; raise ``InvalidInput`` when the log has none of that number."""
        if not 0 <= index < self.size:
            raise InvalidInput("no such entry in a log of this size", field="index")
        return self._entries(index // WIDTH)[index % WIDTH]

    def _entries(self, index: int) -> list[bytes]:
        return read_bundle(self._read, Tile(ENTRIES, index, self._width(0, index)))

    def _read_hashes(self, level: int, index: int) -> list[bytes]:
        return hashes_in(read_tile(self._read, Tile(level, index, self._width(level, index))))

    def _width(self, level: int, index: int) -> int:
        return min(WIDTH, (self.size >> _HEIGHT * level) - index * WIDTH)


def _padded(index: int) -> str:
    """Return the decimal digits of ``index``, filled up to whole groups of three."""
    digits = str(index)
    return digits.zfill(-(-len(digits) // 3) * 3)
