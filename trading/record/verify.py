"""Verify a log from outside: signature, tiles, every entry, its chains and its groups.

Nothing is believed that does not follow from the signed root: every tile is derived again from
the entries. What does not hold is a finding, not an exception, so that an auditor sees all of it
at once. Bodies that are not public may be given, from the database or as revealed files; without
them a closed leaf is only counted. It goes bundle by bundle, in memory that grows with nothing
but the number of streams. Source: audit log brief, sections 2, 3, 8 and 11; RFC 6962.

The codes of findings:

    checkpoint   missing, malformed or not signed by a key of the log; saved: the same, kept one
    rollback     the log is smaller than the saved checkpoint; fork: it does not begin with it
    bundle       a bundle of entries is missing or malformed; tile: or is not that of its entries
    root         the entries do not lead to the signed root
    format       not an entry; canonical: not its one spelling; size: too large
    seq, prev    the chain of a stream is broken; part: a group is not whole
    time         an entry is older than the one before it
    row          the database lacks an entry; body: it holds another; hash, column, audience:
                 it says something else of it; head: its tree is not that of its rows
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256

import msgspec

from trading.base.errors import BadNote, IntegrityFault, NotFound
from trading.record.chains import Chains, Finding, Findings, is_closed
from trading.record.checkpoint import Checkpoint
from trading.record.entry import Row, leaf_of
from trading.record.merkle import HASH_SIZE, CompactRange, hashes_in
from trading.record.note import PublicKey
from trading.record.tiles import ENTRIES, WIDTH, ReadFile, Tile, read_bundle, read_tile

__all__ = ["Finding", "Opened", "Report", "verify"]

PUBLIC = "public"
_NODE_BYTES = 2 * HASH_SIZE
_HEIGHT = 8


class Opened(msgspec.Struct, frozen=True):
    """A body that is not public, and the salt that blinds it."""

    body: bytes
    salt: bytes


Reveal = Callable[[int], Opened | None]
"""Answers what was revealed of the closed leaf at an index, None where nothing was."""
Progress = Callable[[int, int], None]
"""Is told how many entries are done, and of how many."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was verified, and what was found.

    ``root`` is in hex; ``closed`` counts the leaves whose body was not given, ``unpublished`` the
    rows behind the checkpoint. ``unfinished`` counts the parts of the last group that lie behind
    the checkpoint: the next one must show them. ``more`` tells that findings were left out.
    """

    findings: tuple[Finding, ...]
    more: bool = False
    origin: str = ""
    size: int = 0
    root: str = ""
    closed: int = 0
    unpublished: int = 0
    unfinished: int = 0

    @property
    def ok(self) -> bool:
        """Tell whether everything holds."""
        return not self.findings

    def entries_per_second(self, elapsed_us: int) -> int:
        """Return the pace, given the time that the caller has measured."""
        return (self.size + self.unpublished) * 1_000_000 // max(elapsed_us, 1)


def verify(
    read: ReadFile,
    vkeys: Iterable[PublicKey],
    *,
    saved: bytes = b"",
    rows: Iterable[Row] | None = None,
    head: CompactRange | None = None,
    reveal: Reveal = lambda _index: None,
    progress: Progress = lambda _done, _size: None,
) -> Report:
    """Verify the log whose files ``read`` answers, against keys that did not come from it.

    ``saved`` is a checkpoint kept from before: the log must begin with it. ``rows`` are those of
    the database, in order from index 0, compared with what was published and checked beyond it;
    ``head`` is the tree that the database says it holds. ``reveal`` answers single bodies.
    """
    keys = tuple(vkeys)
    findings = Findings()
    shown = _opened(findings, "checkpoint", _file(read, "checkpoint"), keys)
    if shown is None:
        return Report(findings=findings.kept)
    audit = _Audit(findings, read, shown.size, rows, reveal)
    old = _saved(findings, saved, keys, shown)
    for first in range(0, shown.size, WIDTH):
        hashes = audit.tile(first)
        if old is not None and first < old.size <= first + WIDTH:
            _compare(findings, old, audit.tree.root(hashes[: old.size - first]))
        audit.tree.extend(hashes)
        progress(min(first + WIDTH, shown.size), shown.size)
    tree = audit.tree.close()
    root = tree.root()
    if root != shown.root:
        detail = f"the entries lead to {root.hex()}, signed is {shown.root.hex()}"
        findings.add("root", -1, detail)
    unpublished = 0 if rows is None else audit.tail(tree, head)
    chains = audit.chains
    if rows is not None and chains.unfinished:
        findings.add("part", shown.size + unpublished, f"{chains.unfinished} parts are missing")
    return Report(
        findings=findings.kept, more=findings.more, origin=shown.origin, size=shown.size,
        root=root.hex(), closed=chains.closed, unpublished=unpublished,
        unfinished=chains.unfinished,
    )  # fmt: skip


class _Audit:
    """One pass over a log: takes tile after tile, and the rows that belong to it."""

    def __init__(
        self,
        findings: Findings,
        read: ReadFile,
        size: int,
        rows: Iterable[Row] | None,
        reveal: Reveal,
    ) -> None:
        self.chains = Chains(findings)
        self.tree = _Tree(findings, read, size)
        self._findings = findings
        self._read = read
        self._size = size
        self._compares = rows is not None
        self._rows: Iterator[Row] = iter(rows or ())
        self._next = next(self._rows, None)
        self._reveal = reveal

    def tile(self, first: int) -> list[bytes]:
        """Check the bundle and the tile from index ``first``; return its leaf hashes.

        Where the bundle is lost, the hashes of the tile stand in, so that the rest can be seen.
        """
        width = min(WIDTH, self._size - first)
        name = Tile(0, first // WIDTH, width)
        stored = self.tree.stored(name)
        try:
            leaves = read_bundle(self._read, Tile(ENTRIES, name.index, width))
        except (NotFound, IntegrityFault) as error:
            self._findings.add("bundle", first, f"{Tile(ENTRIES, name.index, width).path}: {error}")
            self.chains.lose(width)
            self._skip_rows(first + width)
            return hashes_in(stored) if stored else [bytes(HASH_SIZE)] * width
        hashes = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
        if stored and stored != b"".join(hashes):
            pairs = zip(hashes, hashes_in(stored), strict=True)
            at = next(at for at, (ours, theirs) in enumerate(pairs) if ours != theirs)
            detail = f"{name.path} does not hold the hash of the entry"
            self._findings.add("tile", first + at, detail)
        if not self._compares:
            self._published(first, leaves, hashes)
        else:
            for index, leaf in enumerate(leaves, first):
                self._compared(index, leaf, hashes[index - first])
        return hashes

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

    def _compared(self, index: int, leaf: bytes, leaf_hash: bytes) -> None:
        """Follow a leaf as published, and compare its row with it."""
        row = self._take(index)
        if row is None:
            self._findings.add("row", index, "an entry is missing in the database")
        elif leaf_of(row.body, row.salt) == leaf:
            self._follow(index, leaf_hash, row)
            return
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
        entry = self.chains.follow(index, row.body, leaf_hash, blind=bool(row.salt))
        if entry is not None and not (
            row.seq == entry.seq
            and row.stream == entry.stream
            and row.kind == entry.kind
            and row.at_us == entry.at_us
        ):
            detail = f"{row.stream}, {row.seq}, {row.kind}, {row.at_us}"
            self._findings.add("column", index, f"the columns say {detail}")

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


class _Tree:
    """Derives every tile above the leaves again, and compares it with the published one.

    Of each level it keeps the row of hashes that is not a full tile yet.
    """

    def __init__(self, findings: Findings, read: ReadFile, size: int) -> None:
        self._findings = findings
        self._read = read
        self._size = size
        self._tiles = 0
        self._last: list[bytes] = []
        self._rows: list[list[bytes]] = []

    def stored(self, tile: Tile) -> bytes:
        """Return the hashes of a published tile, nothing where it is missing or malformed."""
        try:
            return read_tile(self._read, tile)
        except (NotFound, IntegrityFault) as error:
            self._findings.add("tile", _first(tile), f"{tile.path}: {error}")
            return b""

    def extend(self, hashes: list[bytes]) -> None:
        """Append the hashes of one tile of leaves, full unless it is the last."""
        if len(hashes) < WIDTH:
            self._last = hashes
            return
        self._tiles += 1
        level, full = 0, hashes
        while len(full) == WIDTH:
            if level == len(self._rows):
                self._rows.append([])
            self._rows[level].append(_tile_root(full))
            if level:
                self._check(Tile(level, (self._tiles >> _HEIGHT * level) - 1), full)
                full.clear()
            full = self._rows[level]
            level += 1

    def root(self, last: list[bytes]) -> bytes:
        """Return the root over the full tiles appended so far and ``last``, the leaves behind."""
        return CompactRange(0, self._peaks(last)).root()

    def close(self) -> CompactRange:
        """Check the partial tiles above the leaves and return the whole tree."""
        for level, row in enumerate(self._rows, 1):
            if row:
                index = self._size >> _HEIGHT * (level + 1)
                self._check(Tile(level, index, len(row)), row)
        return CompactRange(self._size, self._peaks(self._last))

    def _peaks(self, last: list[bytes]) -> tuple[bytes, ...]:
        """Return the roots of complete subtrees that make up the tree, the largest first."""
        rows = [*reversed(self._rows), last]
        return tuple(peak for row in rows for peak in CompactRange().extended(row).peaks)

    def _check(self, tile: Tile, row: list[bytes]) -> None:
        stored = self.stored(tile)
        if stored and stored != b"".join(row):
            self._findings.add("tile", _first(tile), f"{tile.path} is not that of its entries")


def _first(tile: Tile) -> int:
    """Return the index of the first entry that ``tile`` covers."""
    return tile.index * WIDTH << _HEIGHT * tile.level


def _tile_root(hashes: list[bytes]) -> bytes:
    """Return the root over a full tile; the hot loop of verifying beside the leaf hashes."""
    row = b"".join(hashes)
    while len(row) > HASH_SIZE:
        row = b"".join([
            sha256(b"\x01" + row[at : at + _NODE_BYTES]).digest()
            for at in range(0, len(row), _NODE_BYTES)
        ])  # fmt: skip
    return row


def _file(read: ReadFile, path: str) -> bytes:
    try:
        return read(path)
    except NotFound:
        return b""


def _opened(
    findings: Findings, code: str, note: bytes, keys: tuple[PublicKey, ...]
) -> Checkpoint | None:
    try:
        return Checkpoint.open(note, keys)
    except BadNote as error:
        findings.add(code, -1, error.detail)
        return None


def _saved(
    findings: Findings, note: bytes, keys: tuple[PublicKey, ...], shown: Checkpoint
) -> Checkpoint | None:
    """Return the checkpoint kept from before, where there is something to compare with."""
    old = _opened(findings, "saved", note, keys) if note else None
    if old is None or old.size <= shown.size:
        return old
    findings.add("rollback", -1, f"{shown.size} entries, but {old.size} were signed before")
    return None


def _compare(findings: Findings, old: Checkpoint, root: bytes) -> None:
    if old.root != root:
        detail = f"the first {old.size} entries lead to {root.hex()}, signed was {old.root.hex()}"
        findings.add("fork", old.size - 1, detail)
