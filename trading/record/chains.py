"""What an entry must be, and how it must follow those before it: the part of verifying that reads.

A closed leaf, whose body was not given, stands where an entry stood; it may have been the next of
a restricted stream or a part of a group, so chains are followed past it as far as they can be.
Source: audit log brief, section 2; decisions 2 to 4.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from trading.base.errors import IntegrityFault
from trading.record import canonical
from trading.record.entry import (
    BODY_BYTES_MAX,
    DEFINITION_BYTES_MAX,
    FORMAT,
    Body,
    In,
    Out,
    blind_leaf,
    encode,
)
from trading.record.forms import Forms, Said
from trading.record.merkle import HASH_SIZE

FINDINGS_MAX = 100
_BLIND = re.compile(rb'\{"blind":"[0-9a-f]{64}","v":"%s"\}' % re.escape(FORMAT.encode()))
_BLIND_BYTES = len(blind_leaf(b"", b""))
_START = (0, "00" * HASH_SIZE)


class Finding(msgspec.Struct, frozen=True):
    """What does not hold, and at which entry; -1 where it is about the whole."""

    code: str
    index: int
    detail: str


class Findings:
    """Keeps the first hundred findings and remembers whether there were more."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self.more = False

    @property
    def kept(self) -> tuple[Finding, ...]:
        """Return what was kept, in the order in which it was found."""
        return tuple(self._kept)

    def add(self, code: str, index: int, detail: str) -> None:
        """Keep a finding, unless there are too many already."""
        if len(self._kept) < FINDINGS_MAX:
            self._kept.append(Finding(code, index, detail))
        else:
            self.more = True


class Entry(Body, frozen=True, kw_only=True):
    """A body whose ``in`` and ``out`` are typed as far as every kind of entry shares them."""

    out: Out
    given: In[Any] | None = None


_decode = msgspec.json.Decoder(Entry).decode


def is_closed(leaf: bytes) -> bool:
    """Tell whether ``leaf`` is only the blind of a body."""
    return len(leaf) == _BLIND_BYTES and _BLIND.fullmatch(leaf) is not None


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """What a stretch of the log shows at its edges, for what comes before and behind it.

    ``begins`` holds index, prev, seq, stream and the leaves closed before it in the stretch, of
    the first entry of every stream: an entry that is ``blind`` may follow closed ones. ``first``
    is the index of the first entry of all with what places it, and ``leading`` how many closed
    leaves lie before it. The rest is how the stretch ends.
    """

    begins: tuple[tuple[int, str, int, str, int, bool], ...]
    first: tuple[int, Said] | None
    leading: int
    closed: int
    heads: dict[str, tuple[int, str]]
    at_us: int
    group: tuple[str, int]
    part: int
    run: int


class Chains:
    """Follows the entries of a log in their order; what does not follow is a finding.

    ``closed`` counts the leaves whose body was not given. ``unfinished`` is how many parts the
    last group still lacks. Chains that are not ``whole`` begin in the middle of a log: they take
    what is said of the entries before for true, and note it in ``links`` to be compared.
    """

    def __init__(
        self, findings: Findings, forms: Forms | None = None, *, whole: bool = True
    ) -> None:
        self.closed = 0
        self._findings = findings
        self._forms = forms or Forms()
        self._heads: dict[str, tuple[int, str]] = {}
        self._at_us = 0
        self._lost = 0
        self._group: tuple[str, int] = ("", 0)
        self._part = 0
        self._run = 0
        self._whole = whole
        self._begins: list[tuple[int, str, int, str, int, bool]] = []
        self._first: tuple[int, Said] | None = None
        self._leading = 0

    @property
    def unfinished(self) -> int:
        """Return how many parts of the last group have not come yet."""
        return self._group[1] - self._part

    @property
    def links(self) -> Links:
        """Return the edges of the stretch that was followed."""
        return Links(
            begins=tuple(self._begins), first=self._first,
            leading=self._leading if self._first else self.closed, closed=self.closed,
            heads=self._heads, at_us=self._at_us, group=self._group, part=self._part,
            run=self._run,
        )  # fmt: skip

    def close(self) -> None:
        """Go past a leaf whose body was not given."""
        self.closed += 1
        self._pass()

    def lose(self, count: int = 1) -> None:
        """Go past entries that cannot be read; what is missing now was found before."""
        self._lost += count
        self._pass(count)

    def follow(self, index: int, body: bytes, leaf_hash: bytes, *, blind: bool) -> Said | None:
        """Check one entry and its place; return that, None when it is not an entry at all."""
        said = self._forms.read(body) or self._read(index, body)
        if said is None:
            self.lose()
            return None
        at_us, cmd, kind, part, total, prev, seq, stream = said
        if len(body) > BODY_BYTES_MAX:
            self._limit(index, kind, body)
        head = self._heads.get(stream)
        if head is None:
            head = _START if self._whole else self._assume(index, said, blind=blind)
        if seq != head[0] + 1 or prev != head[1]:
            self._unlinked(index, said, head, self.closed if blind else 0)
        self._heads[stream] = (seq, leaf_hash.hex())
        if at_us < self._at_us:
            self._findings.add("time", index, f"{at_us} follows {self._at_us}")
        self._at_us = at_us
        if part == 1 == total and self._part == self._group[1]:
            self._run = 0
        else:
            self._join(index, cmd, part, total)
        return said

    def append(self, links: Links) -> None:
        """Go on behind a stretch in which nothing was found: check what it took for true."""
        for index, prev, seq, stream, closed, blind in links.begins:
            said = (0, "", "", 0, 0, prev, seq, stream)
            head = self._heads.get(stream, _START)
            if seq != head[0] + 1 or prev != head[1]:
                self._unlinked(index, said, head, self.closed + closed if blind else 0)
        self._pass(links.leading)
        if links.first is not None:
            index, (at_us, cmd, _kind, part, total, *_) = links.first
            if at_us < self._at_us:
                self._findings.add("time", index, f"{at_us} follows {self._at_us}")
            self._join(index, cmd, part, total)
            self._at_us = links.at_us
            self._group, self._part, self._run = links.group, links.part, links.run
        self._heads.update(links.heads)
        self.closed += links.closed

    def _assume(self, index: int, said: Said, *, blind: bool) -> tuple[int, str]:
        """Note what the first entry of a stream says of the one before; take it for true."""
        _, cmd, _, part, total, prev, seq, stream = said
        if self._first is None:
            self._first, self._leading = (index, said), self.closed
            self._group, self._part = (cmd, total), part - 1
        self._begins.append((index, prev, seq, stream, self.closed, blind))
        return seq - 1, prev

    def _unlinked(self, index: int, said: Said, head: tuple[int, str], closed: int) -> None:
        """Tell what is wrong with a link, unless closed or lost entries lie between."""
        _prev, seq, stream = said[5:]
        last, before = head
        if seq == last + 1:
            self._findings.add("prev", index, f"{stream}: entry {last} has the hash {before}")
        # A closed leaf may have been an entry of a blind stream, a lost one of any.
        elif not last < seq <= last + 1 + self._lost + closed:
            self._findings.add("seq", index, f"{stream}: {seq} follows {last}")

    def _read(self, index: int, body: bytes) -> Said | None:
        """Return any entry, looked at in full; what is wrong with its spelling is a finding."""
        add = self._findings.add
        try:
            entry = _decode(body)
        except (ValueError, RecursionError) as error:
            add("format", index, str(error))
            return None
        part, total = entry.part
        is_first = entry.given is not None
        well_formed = entry.v == FORMAT and is_first == (part == 1)
        if not well_formed:
            add("format", index, f"{entry.v}, part {part}: only the first says what was asked")
        try:
            canonical.decode(body)
        except IntegrityFault as error:
            add("canonical", index, error.detail)
        else:
            if encode(entry) != body:
                add("canonical", index, "a default that is spelled out")
            elif well_formed:
                self._forms.learn(body, is_first=is_first)
        return (
            entry.at_us, entry.cmd, entry.kind, part, total, entry.prev, entry.seq, entry.stream
        )  # fmt: skip

    def _limit(self, index: int, kind: str, body: bytes) -> None:
        limit = DEFINITION_BYTES_MAX if kind.startswith("definition.") else BODY_BYTES_MAX
        if len(body) > limit:
            self._findings.add("size", index, f"{len(body)} bytes, at most {limit}")

    def _join(self, index: int, cmd: str, part: int, total: int) -> None:
        """Check that ``part`` of ``total`` goes on with the group that was begun, or begins one."""
        if (cmd, total) != self._group or part != self._part + 1 or part > total:
            if self.unfinished:
                open_cmd, open_total = self._group
                detail = f"part {self._part + 1} of {open_total} of {open_cmd} is missing"
                self._findings.add("part", index, detail)
            # The first parts of a group may be closed, and those of a lost bundle unknown.
            if not 1 <= part <= min(total, 1 + self._run):
                self._findings.add("part", index, f"part {part} of {total} of {cmd}")
        self._group, self._part, self._run = (cmd, total), min(part, total), 0

    def _pass(self, count: int = 1) -> None:
        parts = min(count, self.unfinished)
        self._part += parts
        self._run += count - parts
