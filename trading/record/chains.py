"""What an entry must be, and how it must follow those before it: the part of verifying that reads.

A closed leaf, whose body was not given, stands where an entry stood; it may have been the next of
a restricted stream or a part of a group, so chains are followed past it as far as they can be.
Source: audit log brief, section 2; decisions 2 to 4.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import Any

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
_KEYS_MAX = 10_000
_PLAIN = frozenset({str, bool, type(None)})
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


_decode = msgspec.json.Decoder(Entry).decode


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
        self._keys: set[str] = set()
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

    def follow(self, index: int, body: bytes, leaf_hash: bytes, *, blind: bool) -> Entry | None:
        """Check one entry and its place; return it, None when it is not an entry at all."""
        add = self._findings.add
        try:
            entry = _decode(body)
        except (ValueError, RecursionError) as error:
            add("format", index, str(error))
            self.lose()
            return None
        self._look(index, entry, body)
        stream, seq = entry.stream, entry.seq
        last, before = self._heads.get(stream, _START)
        if seq != last + 1:
            # A closed leaf may have been an entry of a blind stream, a lost one of any.
            if not last < seq <= last + 1 + self._lost + (self.closed if blind else 0):
                add("seq", index, f"{stream}: {seq} follows {last}")
        elif entry.prev != before.hex():
            add("prev", index, f"{stream}: entry {last} has the hash {before.hex()}")
        self._heads[stream] = (seq, leaf_hash)
        at_us = entry.at_us
        if at_us < self._at_us:
            add("time", index, f"{at_us} follows {self._at_us}")
        self._at_us = at_us
        if entry.part == (1, 1) and self._part == self._group[1]:
            self._run = 0
        else:
            self._join(index, entry.cmd, *entry.part)
        return entry

    def _look(self, index: int, entry: Entry, body: bytes) -> None:
        """Check the spelling, the profile and the size of one entry."""
        add = self._findings.add
        if entry.v != FORMAT:
            add("format", index, f"the format {entry.v}")
        if (entry.given is None) != (entry.part[0] != 1):
            add("format", index, "only the first part of a group says what was asked")
        if encode(entry) != body:
            add("canonical", index, "not the canonical spelling")
        elif not self._is_plain(entry):
            try:
                canonical.decode(body)
            except IntegrityFault as error:
                add("canonical", index, error.detail)
            else:
                self._learn(entry)
        limit = DEFINITION_BYTES_MAX if entry.kind.startswith("definition.") else BODY_BYTES_MAX
        if len(body) > limit:
            add("size", index, f"{len(body)} bytes, at most {limit}")

    def _is_plain(self, entry: Entry) -> bool:
        """Tell fast that an entry is in the profile; what is not plain is looked at in full.

        Plain is an entry whose keys were all seen before in entries that are in the profile, and
        whose data and events hold no others than texts, truth values and small integers.
        """
        keys, out, given = self._keys, entry.out, entry.given
        numbers = [entry.seq, entry.at_us, out.since_us]
        nodes = list(out.events)
        if given is not None:
            numbers.append(given.received_us)
            nodes.append(given.data)
            if not keys.issuperset(given.facts) or not keys.issuperset(given.random):
                return False
        if out.bind is not None:
            numbers.append(out.bind.edition)
        for node in nodes:
            if type(node) is not dict or not keys.issuperset(node):
                return False
            for value in node.values():
                kind = type(value)
                if kind is int:
                    numbers.append(value)
                elif kind not in _PLAIN:
                    return False
        numbers += entry.part
        if min(numbers) < -INTEGER_MAX or max(numbers) > INTEGER_MAX:
            return False
        return keys.issuperset(out.guards)

    def _learn(self, entry: Entry) -> None:
        """Remember the keys of an entry that is in the profile."""
        keys, given = self._keys, entry.given
        if len(keys) > _KEYS_MAX:
            keys.clear()
        nodes: list[Any] = [entry.out.guards, *entry.out.events]
        if given is not None:
            nodes += [given.facts, given.random, given.data]
        keys.update(chain.from_iterable(node for node in nodes if type(node) is dict))

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
