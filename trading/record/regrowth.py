"""The tree above the entries, built again tile by tile and compared with what was published.

Source: c2sp.org/tlog-tiles; RFC 6962, section 2.1.
"""

from __future__ import annotations

from hashlib import sha256

from trading.base.errors import IntegrityFault, NotFound
from trading.record.chains import Findings
from trading.record.merkle import HASH_SIZE, CompactRange
from trading.record.tiles import WIDTH, ReadFile, Tile, read_tile

_NODE_BYTES = 2 * HASH_SIZE
_HEIGHT = 8


class Regrowth:
    """Derives every tile above the leaves again, and compares it with the published one.

    Of each level it keeps the row of hashes that is not a full tile yet.
    """

    def __init__(self, findings: Findings, read: ReadFile, size: int) -> None:
        self._findings = findings
        self._read = read
        self._size = size
        self._tiles = 0
        self._rows: list[list[bytes]] = []

    def extend(self, root: bytes) -> None:
        """Append a full tile of leaves, by its root."""
        self._tiles += 1
        level = 0
        while True:
            if level == len(self._rows):
                self._rows.append([])
            row = self._rows[level]
            row.append(root)
            level += 1
            if len(row) < WIDTH:
                return
            self._check(Tile(level, (self._tiles >> _HEIGHT * level) - 1), row)
            root = tile_root(row)
            row.clear()

    def root(self, last: list[bytes]) -> bytes:
        """Return the root over the full tiles appended so far and ``last``, the leaves behind."""
        return CompactRange(0, self._peaks(last)).root()

    def close(self, last: list[bytes]) -> CompactRange:
        """Check the partial tiles above the leaves and return the whole tree."""
        for level, row in enumerate(self._rows, 1):
            if row:
                index = self._size >> _HEIGHT * (level + 1)
                self._check(Tile(level, index, len(row)), row)
        return CompactRange(self._size, self._peaks(last))

    def _peaks(self, last: list[bytes]) -> tuple[bytes, ...]:
        """Return the roots of complete subtrees that make up the tree, the largest first."""
        rows = [*reversed(self._rows), last]
        return tuple(peak for row in rows for peak in CompactRange().extended(row).peaks)

    def _check(self, tile: Tile, row: list[bytes]) -> None:
        stored = stored_tile(self._findings, self._read, tile)
        if stored and stored != b"".join(row):
            self._findings.add("tile", _first(tile), f"{tile.path} is not that of its entries")


def stored_tile(findings: Findings, read: ReadFile, tile: Tile) -> bytes:
    """Return the hashes of a published tile, nothing where it is missing or malformed."""
    try:
        return read_tile(read, tile)
    except (NotFound, IntegrityFault) as error:
        findings.add("tile", _first(tile), f"{tile.path}: {error}")
        return b""


def _first(tile: Tile) -> int:
    """Return the index of the first entry that ``tile`` covers."""
    return tile.index * WIDTH << _HEIGHT * tile.level


def tile_root(hashes: list[bytes]) -> bytes:
    """Return the root over a full tile; the hot loop of verifying beside the leaf hashes."""
    row = b"".join(hashes)
    while len(row) > HASH_SIZE:
        row = b"".join([
            sha256(b"\x01" + row[at : at + _NODE_BYTES]).digest()
            for at in range(0, len(row), _NODE_BYTES)
        ])  # fmt: skip
    return row
