"""Replay: decide every command of a record again, and compare with what was decided then.

The record is enough: definitions are learned from it as they come, states are folded from it, and
each ``in`` is decided once more with the independent stepper. Every byte of every entry must come
out the same, its chain included. The first difference ends the replay, because everything after
it would be judged on a state that nobody vouches for. Source: decisions 1, 7 to 9.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

import msgspec

from trading.base.errors import TradingError
from trading.engine.builtin import BUILTIN
from trading.engine.catalogue import Catalogue
from trading.engine.context import Envelope
from trading.engine.kernel import Decision, Kernel, Part
from trading.engine.registry import PUBLIC, Registry
from trading.engine.stream import Stream
from trading.record.chains import Finding, Findings
from trading.record.entry import DONE, FORMAT, Body, In, Row, encode, leaf_of, read

PROGRESS_ENTRIES = 1024
_ABSENT = "(absent)"


class Difference(msgspec.Struct, frozen=True):
    """Where the record first says something else than its own rules.

    ``expected`` is what deciding again gives and ``found`` what the record says, both as JSON
    where they are values; ``field`` is a path such as ``out.guards.in_time_v1``.
    """

    index: int
    stream: str
    field: str
    expected: str
    found: str


class ReplayReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was replayed: ``size`` entries, ``watched`` of them on the streams asked for.

    ``states`` is the final fold, of the streams asked for where any were. ``at_us`` is the
    decisive time of the last entry, ``edition`` the number of definitions learned.
    """

    size: int
    watched: int
    at_us: int
    edition: int
    states: dict[str, Stream]
    difference: Difference | None = None

    @property
    def ok(self) -> bool:
        """Tell whether everything came out the same."""
        return self.difference is None

    def entries_per_second(self, elapsed_us: int) -> int:
        """Return the pace, given the time that the caller has measured."""
        return self.size * 1_000_000 // max(elapsed_us, 1)


def replay(
    rows: Iterable[Row],
    registry: Registry,
    *,
    until_index: int | None = None,
    until_us: int | None = None,
    streams: Collection[str] = (),
    progress: Callable[[int], None] = lambda _done: None,
    after: Again | None = None,
) -> ReplayReport:
    """Replay ``rows``, the whole record in order from index 0, or what came ``after`` a replay.

    It ends behind the group that holds entry ``until_index``, before the first entry later than
    ``until_us``, at the first difference, or with the last row. ``streams`` limits what is
    reported; everything is replayed nevertheless, since a lot rests on what happened elsewhere.
    ``progress`` is told now and then how many entries are done.
    """
    again = after or Again(iter(()), registry)
    again.go_on(iter(rows))
    told = PROGRESS_ENTRIES
    while (row := again.next_row()) is not None:
        if until_index is not None and row.idx > until_index:
            break
        if until_us is not None and row.at_us > until_us:
            break
        again.group(row)
        if again.difference is not None:
            break
        if again.size >= told:
            progress(again.size)
            told = again.size + PROGRESS_ENTRIES
    progress(again.size)
    wanted = frozenset(streams)
    states = {name: state for name, state in again.states.items() if not wanted or name in wanted}
    return ReplayReport(
        size=again.size, watched=sum(state.seq for state in states.values()), at_us=again.at_us,
        edition=again.kernel.catalogue.edition, states=states, difference=again.difference,
    )  # fmt: skip


def compare_states(
    states: Mapping[str, Stream],
    stored: Iterable[tuple[Any, ...]],
    row_of: Callable[[Stream], tuple[Any, ...]],
) -> tuple[Finding, ...]:
    """Compare the final fold with the stored rows; ``row_of`` gives the row of a state."""
    findings = Findings()
    missing = set(states)
    for row in stored:
        name = row[0]
        state = states.get(name)
        missing.discard(name)
        if state is None:
            findings.add("state", -1, f"{name} is stored, but the record has no such stream")
        elif row != row_of(state):
            findings.add("state", -1, f"{name} is stored otherwise than its entries say")
    for name in sorted(missing):
        findings.add("state", -1, f"{name} is not stored")
    return findings.kept


def compare_rows(
    table: str,
    key: Collection[str],
    expected: Iterable[Mapping[str, Any]],
    stored: Iterable[Mapping[str, Any]],
) -> tuple[Finding, ...]:
    """Compare the rows of a projection, built anew from the final fold, with the stored ones."""
    findings = Findings()
    wanted = {tuple(row[name] for name in key): row for row in expected}
    for row in stored:
        at = tuple(row[name] for name in key)
        ours = wanted.pop(at, None)
        if ours is None:
            findings.add("projection", -1, f"{table} {at} is stored, but nothing says so")
        elif dict(ours) != dict(row):
            names = ", ".join(sorted(n for n in {*ours, *row} if ours.get(n) != row.get(n)))
            findings.add("projection", -1, f"{table} {at} differs in {names}")
    for at in wanted:
        findings.add("projection", -1, f"{table} {at} is not stored")
    return findings.kept


class Again:
    """The record as far as it was decided again: its states, its definitions, its length."""

    def __init__(self, rows: Iterator[Row], registry: Registry) -> None:
        """Start before the first of ``rows``."""
        catalogue = Catalogue(live=False)
        catalogue.add_workflow(BUILTIN)
        self.kernel = Kernel(registry, catalogue)
        self.states: dict[str, Stream] = {}
        self.size = 0
        self.at_us = 0
        self.difference: Difference | None = None
        self._rows = rows
        self._decoders: dict[str, msgspec.json.Decoder[In[Any]]] = {}

    def go_on(self, rows: Iterator[Row]) -> None:
        """Go on with ``rows``, which begin where the record ended so far."""
        self._rows = rows

    def next_row(self) -> Row | None:
        """Return the next row of the record, None behind the last."""
        return next(self._rows, None)

    def group(self, row: Row) -> None:
        """Decide the command of ``row`` again; compare it and the further parts of its group."""
        try:
            env, given, at_us = self.asked(row)
            decision = self.kernel.decide(env, self.states, at_us)
        except Exception as error:  # noqa: BLE001 - whatever a forged entry makes fail is a finding
            self._differ(row, "in", "a command that can be decided", _said(error))
            return
        if at_us < self.at_us:
            self._differ(row, "at_us", f"{self.at_us} or later", str(at_us))
            return
        self._compare(row, env, given, at_us, decision)
        if decision.outcome == DONE and self.difference is None:
            self.kernel.learn(env, decision.parts[0].before.seq + 1)

    def asked(self, row: Row) -> tuple[Envelope, In[Any], int]:
        """Return the command of the first part of a group, read as strictly as at the edge."""
        raw = read(row.body)
        decoder = self._decoders.get(raw.kind)
        if decoder is None:
            struct: Any = self.kernel.registry.command(raw.kind).struct
            decoder = self._decoders[raw.kind] = msgspec.json.Decoder(In[struct], strict=True)
        given = decoder.decode(raw.given)
        env = Envelope(
            raw.kind, given.data, given.actor, given.role, given.received_us, raw.cmd, given.org,
            random=given.random, facts=given.facts, docs=given.docs, sd=given.sd,
        )  # fmt: skip
        return env, given, raw.at_us

    def _compare(
        self, row: Row, env: Envelope, given: In[Any], at_us: int, decision: Decision
    ) -> None:
        """Compare part after part; move the states as far as they are the same."""
        total = len(decision.parts)
        for number, part in enumerate(decision.parts, 1):
            found = row if number == 1 else self.next_row()
            before = part.before
            if found is None:
                lost = Row(self.size, before.name, 0, env.kind, at_us, "", b"", b"", b"")
                self._differ(lost, "part", f"part {number} of {total}", _ABSENT)
                return
            body = Body(
                FORMAT, env.kind, before.name, before.seq + 1, before.hash, env.cmd,
                (number, total), at_us, part.out, given if number == 1 else None, before.org,
            )  # fmt: skip
            leaf_hash = sha256(b"\x00" + leaf_of(found.body, found.salt)).digest()
            if not self._is_same(found, body, part, leaf_hash):
                return
            self.states[before.name] = self.kernel.evolve(before, part.out, at_us, leaf_hash.hex())
            self.size += 1
            self.at_us = at_us

    def _is_same(self, row: Row, body: Body, part: Part, leaf_hash: bytes) -> bool:
        """Compare one stored entry with what it should be."""
        columns = (row.stream, row.seq, row.kind, row.at_us)
        said = (body.stream, body.seq, body.kind, body.at_us)
        expected = encode(body)
        if row.idx != self.size:
            self._differ(row, "index", str(self.size), str(row.idx))
        elif row.body != expected:
            self._differ(row, *_first_difference(expected, row.body))
        elif columns != said:
            self._differ(row, "column", str(said), str(columns))
        elif row.audience != part.audience or (row.audience == PUBLIC) == bool(row.salt):
            found = f"{row.audience}, {len(row.salt)} bytes of salt"
            self._differ(row, "audience", part.audience, found)
        elif row.hash != leaf_hash:
            self._differ(row, "hash", leaf_hash.hex(), row.hash.hex())
        else:
            return True
        return False

    def _differ(self, row: Row, field: str, expected: str, found: str) -> None:
        self.difference = Difference(row.idx, row.stream, field, expected, found)


def _first_difference(expected: bytes, found: bytes) -> tuple[str, str, str]:
    """Return path, expected and found value of the first field in which two bodies differ."""
    ours: Any = msgspec.json.decode(expected)
    try:
        theirs: Any = msgspec.json.decode(found)
    except msgspec.DecodeError:
        return "body", "an entry", "not JSON"
    path: list[str] = []
    while isinstance(ours, dict) and isinstance(theirs, dict):
        names = sorted(ours.keys() | theirs.keys())
        name = next((n for n in names if ours.get(n, _ABSENT) != theirs.get(n, _ABSENT)), None)
        if name is None:
            return "body", "the canonical spelling", "another spelling"
        path.append(name)
        ours, theirs = ours.get(name, _ABSENT), theirs.get(name, _ABSENT)
    return ".".join(path), _told(ours), _told(theirs)


def _told(value: Any) -> str:
    return _ABSENT if value == _ABSENT else encode(value).decode()


def _said(error: Exception) -> str:
    """Return what an error says; one of ours by its code, any other by its type as well."""
    code = error.code if isinstance(error, TradingError) else type(error).__name__
    return f"{code}: {error}"
