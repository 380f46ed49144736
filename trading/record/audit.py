"""One pass over a log: every bundle, its tile of hashes, and the rows of the database beside it.

A stretch of a log can be audited by itself, by another process: what it shows is a ``Span``, to be
joined with those before and behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import chain, count, islice

import msgspec

from trading.base.errors import IntegrityFault, NotFound
from trading.record.chains import Chains, Findings, Links, is_closed
from trading.record.entry import Row, leaf_of
from trading.record.forms import Forms
from trading.record.merkle import HASH_SIZE, CompactRange, hashes_in
from trading.record.regrowth import stored_tile, tile_root
from trading.record.tiles import ENTRIES, WIDTH, ReadFile, Tile, read_bundle

PUBLIC = "public"


class Opened(msgspec.Struct, frozen=True):
    """A body that is not public, and the salt that blinds it."""

    body: bytes
    salt: bytes


Reveal = Callable[[int], Opened | None]
"""Answers what was revealed of the closed leaf at an index, None where nothing was."""


class Span(msgspec.Struct, frozen=True):
    """What a stretch of the log showed, in which nothing was found.

    ``tiles`` holds the root of each full tile, and the leaf hashes of those that are needed: of
    the last, partial one and of the one in which a checkpoint kept from before ends.
    """

    first: int
    tiles: tuple[tuple[bytes, list[bytes]], ...]
    links: Links


def audit_span(
    read: ReadFile,
    size: int,
    indexes: range,
    *,
    kept: int = 0,
    rows: Iterable[Row] | None = None,
    reveal: Reveal = lambda _index: None,
    forms: Forms | None = None,
) -> Span | None:
    """Audit the entries at ``indexes``, from where a tile begins, in a log of ``size``.

    ``rows`` are theirs. ``kept`` is the size of a checkpoint that the log must
    begin with. Returns None as soon as there is any finding: then the log has to be verified in
    one, which tells them all.
    """
    findings = Findings()
    audit = Audit(findings, read, size, rows, reveal, Chains(findings, forms, whole=False))
    tiles = []
    for begin in indexes[::WIDTH]:
        root, hashes = audit.tile(begin)
        if findings.kept:
            return None
        is_needed = not root or begin < kept <= begin + WIDTH
        tiles.append((root, hashes if is_needed else []))
    return Span(indexes.start, tuple(tiles), audit.chains.links)


class Audit:
    """One pass over a log: takes tile after tile, and the rows that belong to it."""

    def __init__(  # the parts it is wired from
        self, findings: Findings, read: ReadFile, size: int, rows: Iterable[Row] | None,
        reveal: Reveal, chains: Chains,
    ) -> None:  # fmt: skip
        self.chains = chains
        self._findings = findings
        self._read = read
        self._size = size
        self.compares = rows is not None
        self._rows: Iterator[Row] = iter(rows or ())
        self._next = next(self._rows, None)
        self._is_plain = True
        self._reveal = reveal

    def tile(self, first: int) -> tuple[bytes, list[bytes]]:
        """Check the bundle and the tile from index ``first``; return its root and leaf hashes.

        Only a full tile has a root. Where the bundle is lost, the hashes of the tile stand in, so
        that the rest can be seen.
        """
        width = min(WIDTH, self._size - first)
        name = Tile(0, first // WIDTH, width)
        stored = stored_tile(self._findings, self._read, name)
        try:
            leaves = read_bundle(self._read, Tile(ENTRIES, name.index, width))
        except (NotFound, IntegrityFault) as error:
            self._findings.add("bundle", first, f"{Tile(ENTRIES, name.index, width).path}: {error}")
            self.chains.lose(width)
            self._skip_rows(first + width)
            hashes = hashes_in(stored) if stored else [bytes(HASH_SIZE)] * width
        else:
            hashes = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
            if stored and stored != b"".join(hashes):
                pairs = zip(hashes, hashes_in(stored), strict=True)
                at = next(at for at, (ours, theirs) in enumerate(pairs) if ours != theirs)
                detail = f"{name.path} does not hold the hash of the entry"
                self._findings.add("tile", first + at, detail)
            follow = self._compared if self.compares else self._published
            follow(first, leaves, hashes)
        return tile_root(hashes) if width == WIDTH else b"", hashes

    def tail(self, tree: CompactRange, head: CompactRange | None) -> int:
        """Check the rows behind the checkpoint, then the whole tree; return how many there are."""
        hashes = []
        index = tree.size
        while (row := self._take(index)) is not None:
            leaf = leaf_of(row.body, row.salt)
            hashes.append(sha256(b"\x00" + leaf).digest())
            self._follow(index, hashes[-1], row)
            index += 1
        if self._next is not None:
            self._findings.add("row", index, "an entry is missing in the database")
        tree = tree.extended(hashes)
        if head is not None and head != tree:
            detail = f"the head counts {head.size} entries, its tree is not that of the rows"
            self._findings.add("head", -1, detail)
        return len(hashes)

    def _published(self, first: int, leaves: list[bytes], hashes: list[bytes]) -> None:
        """Follow leaves without the database; closed ones may have been revealed."""
        chains = self.chains
        for index, leaf in enumerate(leaves, first):
            if not is_closed(leaf):
                chains.follow(index, leaf, hashes[index - first], blind=False)
            elif (opened := self._reveal(index)) is None:
                chains.close()
            elif leaf_of(opened.body, opened.salt) == leaf:
                chains.follow(index, opened.body, hashes[index - first], blind=True)
            else:
                self._findings.add("body", index, "what was revealed is not what was blinded")
                chains.close()

    def _compared(self, first: int, leaves: list[bytes], hashes: list[bytes]) -> None:
        """Follow leaves as published, and compare their rows with them."""
        rows = self._take_all(first, first + len(leaves))
        for index, leaf, leaf_hash, row in zip(count(first), leaves, hashes, rows, strict=False):
            if row is not None and leaf_of(row.body, row.salt) == leaf:
                self._follow(index, leaf_hash, row)
                continue
            if row is None:
                self._findings.add("row", index, "an entry is missing in the database")
            else:
                self._findings.add("body", index, "the database holds another body or salt")
            if is_closed(leaf):
                self.chains.close()
            else:
                self.chains.follow(index, leaf, leaf_hash, blind=False)

    def _follow(self, index: int, leaf_hash: bytes, row: Row) -> None:
        """Follow a row whose leaf is right, and check what its columns say of it."""
        if row.hash != leaf_hash:
            self._findings.add("hash", index, f"the column says {row.hash.hex()}")
        if (row.audience == PUBLIC) == bool(row.salt):
            self._findings.add("audience", index, f"{row.audience}, {len(row.salt)} bytes of salt")
        said = self.chains.follow(index, row.body, leaf_hash, blind=bool(row.salt))
        if said is None:
            return
        at_us, _cmd, kind, _part, _total, _prev, seq, stream = said
        if row.seq != seq or row.stream != stream or row.kind != kind or row.at_us != at_us:
            detail = f"{row.stream}, {row.seq}, {row.kind}, {row.at_us}"
            self._findings.add("column", index, f"the columns say {detail}")

    def _take_all(self, first: int, end: int) -> Iterable[Row | None]:
        """Return the rows from ``first`` to ``end``, None where one is missing."""
        if self._next is not None and self._is_plain:
            held = [self._next, *islice(self._rows, end - first - 1)]
            self._next = next(self._rows, None)
            if [row.idx for row in held] == list(range(first, end)):
                return held
            behind = () if self._next is None else (self._next,)
            self._rows = chain(held[1:], behind, self._rows)
            self._next = held[0]
            self._is_plain = False
        return map(self._take, range(first, end))

    def _take(self, index: int) -> Row | None:
        """Return the row of ``index``, None where it is missing."""
        row = self._next
        while row is not None and row.idx < index:
            self._findings.add("row", row.idx, "a row that no entry belongs to")
            row = self._next = next(self._rows, None)
        if row is None or row.idx != index:
            return None
        self._next = next(self._rows, None)
        return row

    def _skip_rows(self, end: int) -> None:
        while self._next is not None and self._next.idx < end:
            self._next = next(self._rows, None)
