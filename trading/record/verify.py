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

from collections.abc import Callable, Iterable
from itertools import count

import msgspec

from trading.base.errors import BadNote, NotFound
from trading.record.audit import Audit, Opened, Reveal, Span
from trading.record.chains import Chains, Finding, Findings
from trading.record.checkpoint import Checkpoint
from trading.record.entry import Row
from trading.record.merkle import CompactRange
from trading.record.note import PublicKey
from trading.record.regrowth import Regrowth
from trading.record.tiles import WIDTH, ReadFile

__all__ = ["Finding", "Opened", "Report", "verify", "verify_spans"]

Spans = Callable[[int, int], Iterable[Span | None]]
"""Audits a log of a size, which must begin with another size, by stretches in their order."""
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
    course = _Course(read, vkeys, saved)
    shown = course.shown
    if shown is None:
        return Report(findings=course.findings.kept)
    chains = Chains(course.findings)
    audit = Audit(course.findings, read, shown.size, rows, reveal, chains)
    for first in range(0, shown.size, WIDTH):
        course.tile(first, *audit.tile(first))
        progress(min(first + WIDTH, shown.size), shown.size)
    return course.report(shown, audit, head)


def verify_spans(
    read: ReadFile,
    vkeys: Iterable[PublicKey],
    spans: Spans,
    *,
    saved: bytes = b"",
    rows: Callable[[int], Iterable[Row]] | None = None,
    head: CompactRange | None = None,
    progress: Progress = lambda _done, _size: None,
) -> Report | None:
    """Verify a log whose stretches are audited elsewhere; return the report of a sound log.

    ``spans`` answers the audited spans in their order, for the size of the log and that of the
    checkpoint that it must begin with. ``rows`` answers those of the database from an index on.
    Returns None when there is any finding: ``verify``, which goes through the log in one, then
    tells them all. What both say of a sound log is the same.
    """
    course = _Course(read, vkeys, saved)
    shown = course.shown
    if shown is None:
        return None
    chains = Chains(course.findings)
    for span in spans(shown.size, course.kept):
        if span is None:
            return None
        chains.append(span.links)
        for first, tile in zip(count(span.first, WIDTH), span.tiles, strict=False):
            course.tile(first, *tile)
        progress(min(span.first + WIDTH * len(span.tiles), shown.size), shown.size)
    behind = None if rows is None else rows(shown.size)
    audit = Audit(course.findings, read, shown.size, behind, lambda _index: None, chains)
    report = course.report(shown, audit, head)
    return report if report.ok else None


class _Course:
    """What there is to verify beside the entries: the checkpoints, and the tree between them."""

    def __init__(self, read: ReadFile, vkeys: Iterable[PublicKey], saved: bytes) -> None:
        keys = tuple(vkeys)
        self.findings = Findings()
        self.shown = _opened(self.findings, "checkpoint", _shown(read), keys)
        self._old: Checkpoint | None = None
        self._last: list[bytes] = []
        if self.shown is not None:
            self._old = _saved(self.findings, saved, keys, self.shown)
            self._grown = Regrowth(self.findings, read, self.shown.size)

    @property
    def kept(self) -> int:
        """Return the size of the checkpoint that the log must begin with, 0 for none."""
        return self._old.size if self._old is not None else 0

    def tile(self, first: int, root: bytes, hashes: list[bytes]) -> None:
        """Go on by a tile of leaves from index ``first``; only a full one has a root."""
        old = self._old
        if old is not None and first < old.size <= first + WIDTH:
            found = self._grown.root(hashes[: old.size - first])
            if old.root != found:
                detail = f"the first {old.size} entries lead to {found.hex()}, not {old.root.hex()}"
                self.findings.add("fork", old.size - 1, detail)
        if root:
            self._grown.extend(root)
        else:
            self._last = hashes

    def report(self, shown: Checkpoint, audit: Audit, head: CompactRange | None) -> Report:
        """Compare the tree with the signed root and with the rows behind it; tell the result."""
        findings, chains = self.findings, audit.chains
        tree = self._grown.close(self._last)
        root = tree.root()
        if root != shown.root:
            detail = f"the entries lead to {root.hex()}, signed is {shown.root.hex()}"
            findings.add("root", -1, detail)
        unpublished = audit.tail(tree, head) if audit.compares else 0
        if audit.compares and chains.unfinished:
            detail = f"{chains.unfinished} parts are missing"
            findings.add("part", shown.size + unpublished, detail)
        return Report(
            findings=findings.kept, more=findings.more, origin=shown.origin, size=shown.size,
            root=root.hex(), closed=chains.closed, unpublished=unpublished,
            unfinished=chains.unfinished,
        )  # fmt: skip


def _shown(read: ReadFile) -> bytes:
    """Return the note that the log shows, nothing where there is none."""
    try:
        return read("checkpoint")
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
