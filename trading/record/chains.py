"""What an entry must be, and how it must follow those before it: the part of verifying that reads.

A closed leaf, whose body was not given, stands where an entry stood; it may have been the next of
a restricted stream or a part of a group, so chains are followed past it as far as they can be.
Source: audit log brief, section 2; decisions 2 to 4.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import Annotated, Any

import msgspec

from trading.base.errors import IntegrityFault
from trading.record import canonical
from trading.record.canonical import INTEGER_MAX
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
from trading.record.merkle import HASH_SIZE

FINDINGS_MAX = 100
_SEEN_MAX = 10_000
_BLIND = re.compile(rb'\{"blind":"[0-9a-f]{64}","v":"%s"\}' % re.escape(FORMAT.encode()))
_BLIND_BYTES = len(blind_leaf(b"", b""))
_START = (0, bytes(HASH_SIZE))


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


# Most entries are read by narrower types, which let nothing through that the profile refuses but
# keys; and of what mostly repeats, guards, facts and bindings, only the bytes are taken.
_Integer = Annotated[int, msgspec.Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]
_Scalar = str | bool | None | _Integer
_Flat = dict[str, _Scalar | list[_Scalar]]
_NOTHING = msgspec.Raw(b"")


class _FlatIn(In[Any], frozen=True, kw_only=True, gc=False):
    data: _Flat
    received_us: _Integer
    facts: msgspec.Raw = _NOTHING  # type: ignore[assignment]


class _FlatOut(Out, frozen=True, kw_only=True, gc=False):
    guards: msgspec.Raw = _NOTHING  # type: ignore[assignment]
    events: tuple[_Flat, ...] = ()
    since_us: _Integer = 0
    bind: msgspec.Raw = _NOTHING  # type: ignore[assignment]


class _FlatEntry(Body, frozen=True, kw_only=True, gc=False):
    seq: _Integer
    part: tuple[_Integer, _Integer]
    at_us: _Integer
    out: _FlatOut
    given: _FlatIn | None = None


_decode = msgspec.json.Decoder(Entry).decode
_decode_flat = msgspec.json.Decoder(_FlatEntry).decode


def is_closed(leaf: bytes) -> bool:
    """Tell whether ``leaf`` is only the blind of a body."""
    return len(leaf) == _BLIND_BYTES and _BLIND.fullmatch(leaf) is not None


class Chains:
    """Follows the entries of a log in their order; what does not follow is a finding.

    ``closed`` counts the leaves whose body was not given. ``unfinished`` is how many parts the
    last group still lacks.
    """

    def __init__(self, findings: Findings) -> None:
        self.closed = 0
        self._findings = findings
        self._heads: dict[str, tuple[int, bytes]] = {}
        self._forget()
        self._at_us = 0
        self._lost = 0
        self._group: tuple[str, int] = ("", 0)
        self._part = 0
        self._run = 0

    @property
    def unfinished(self) -> int:
        """Return how many parts of the last group have not come yet."""
        return self._group[1] - self._part

    def close(self) -> None:
        """Go past a leaf whose body was not given."""
        self.closed += 1
        self._pass()

    def lose(self, count: int = 1) -> None:
        """Go past entries that cannot be read; what is missing now was found before."""
        self._lost += count
        for _ in range(count):
            self._pass()

    def follow(self, index: int, body: bytes, leaf_hash: bytes, *, blind: bool) -> Body | None:
        """Check one entry and its place; return it, None when it is not an entry at all."""
        add = self._findings.add
        entry = self._read_flat(body) or self._read(index, body)
        if entry is None:
            self.lose()
            return None
        part = entry.part
        if (entry.given is None) == (part[0] == 1) or entry.v != FORMAT:
            add("format", index, f"{entry.v}, part {part[0]}: only the first says what was asked")
        if len(body) > BODY_BYTES_MAX:
            self._limit(index, entry, body)
        stream, seq = entry.stream, entry.seq
        last, before = self._heads.get(stream, _START)
        if seq != last + 1:
            # A closed leaf may have been an entry of a blind stream, a lost one of any.
            if not last < seq <= last + 1 + self._lost + (self.closed if blind else 0):
                add("seq", index, f"{stream}: {seq} follows {last}")
        elif entry.prev != before.hex():
            add("prev", index, f"{stream}: entry {last} has the hash {before.hex()}")
        self._heads[stream] = (seq, leaf_hash)
        if entry.at_us < self._at_us:
            add("time", index, f"{entry.at_us} follows {self._at_us}")
        self._at_us = entry.at_us
        if part == (1, 1) and self._part == self._group[1]:
            self._run = 0
        else:
            self._join(index, entry.cmd, *part)
        return entry

    def _read_flat(self, body: bytes) -> Body | None:
        """Return an entry that is in the profile and spelled right, None where that is not plain.

        Plain is an entry of scalars and lists of them whose keys, guards, facts and binding were
        all seen before in entries that ``_read`` has found good.
        """
        try:
            entry = _decode_flat(body)
        except (ValueError, RecursionError):
            return None
        keys, seen, given, out = self._keys, self._seen, entry.given, entry.out
        if out.guards is not _NOTHING and bytes(out.guards) not in seen:
            return None
        if out.bind is not _NOTHING and bytes(out.bind) not in self._binds:
            return None
        if given is not None and not (
            (given.facts is _NOTHING or bytes(given.facts) in seen)
            and keys.issuperset(given.data)
            and keys.issuperset(given.random)
        ):
            return None
        for event in out.events:
            if not keys.issuperset(event):
                return None
        return entry if encode(entry) == body else None

    def _read(self, index: int, body: bytes) -> Body | None:
        """Return any entry, looked at in full; what is wrong with its spelling is a finding."""
        try:
            entry = _decode(body)
        except (ValueError, RecursionError) as error:
            self._findings.add("format", index, str(error))
            return None
        try:
            canonical.decode(body)
        except IntegrityFault as error:
            self._findings.add("canonical", index, error.detail)
        else:
            if encode(entry) != body:
                self._findings.add("canonical", index, "a default that is spelled out")
            else:
                self._learn(entry)
        return entry

    def _learn(self, entry: Entry) -> None:
        """Remember what repeats in an entry that was found good."""
        if len(self._keys) + len(self._seen) + len(self._binds) > _SEEN_MAX:
            self._forget()
        out, given = entry.out, entry.given
        # An empty one is left out of a body; spelled out it must go on being looked at in full.
        self._seen.update(encode(held) for held in (out.guards, given and given.facts) if held)
        nodes: list[Any] = list(out.events)
        if out.bind is not None:
            self._binds.add(encode(out.bind))
        if given is not None:
            nodes += [given.random, given.data]
        self._keys.update(chain.from_iterable(node for node in nodes if type(node) is dict))

    def _forget(self) -> None:
        self._keys: set[str] = set()
        self._seen: set[bytes] = set()
        self._binds: set[bytes] = set()

    def _limit(self, index: int, entry: Body, body: bytes) -> None:
        limit = DEFINITION_BYTES_MAX if entry.kind.startswith("definition.") else BODY_BYTES_MAX
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

    def _pass(self) -> None:
        if self.unfinished:
            self._part += 1
        else:
            self._run += 1
