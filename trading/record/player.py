"""One lot's history step by step: what was done, and every state as it was after each step.

Nothing is decided here: states are folded from the entries as they stand, as projections are;
whether the entries themselves are right is for ``replay`` to say. Source: decisions 1 and 8;
domain brief, section 19.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Union

import msgspec

from trading.engine.kernel import Kernel, Proposed
from trading.engine.stream import Stream
from trading.record.entry import DONE, Binding, Out, RawBody, Row, read


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One entry on the way; ``place`` counts from 1.

    ``actor``, ``role``, ``facts``, ``docs`` and ``data`` are those of the command that the entry
    belongs to; a further part of a command (``part`` > 1) moves another object by the same act.
    ``received_us`` is when the command came, ``at_us`` its decisive time. ``workflow`` and
    ``pack`` are the rules that the object was bound to. ``hash`` is the leaf hash in hex.
    """

    place: int
    index: int
    stream: str
    seq: int
    kind: str
    at_us: int
    received_us: int
    actor: str
    role: str
    part: tuple[int, int]
    trigger: str
    outcome: str
    source: str
    dest: str
    region: str
    code: str
    failed: tuple[str, ...]
    guards: dict[str, bool]
    facts: dict[str, bool]
    docs: tuple[dict[str, str], ...]
    data: dict[str, Any]
    events: tuple[dict[str, Any], ...]
    workflow: str
    pack: str
    hash: str

    @property
    def refused(self) -> bool:
        """Tell whether nothing changed."""
        return self.outcome not in {DONE, "proposed"}


class Change(msgspec.Struct, frozen=True):
    """One value that differs between two instants; None where it was not there."""

    stream: str
    path: str
    old: Any
    new: Any


class _Given(msgspec.Struct):
    actor: str = ""
    role: str = ""
    received_us: int = 0
    facts: dict[str, bool] = {}
    docs: tuple[dict[str, str], ...] = ()
    data: dict[str, Any] = {}


class _Out(msgspec.Struct, rename={"source": "from", "dest": "to"}):
    outcome: str
    trigger: str
    source: str
    dest: str
    guards: dict[str, bool] = {}
    code: str = ""
    failed: tuple[str, ...] = ()
    events: tuple[dict[str, Any], ...] = ()
    since_us: int = 0
    region: str = "place"
    bind: Binding | None = None


_given, _out = msgspec.json.Decoder(_Given), msgspec.json.Decoder(_Out)


class Player:
    """Plays the entries of some streams, given in the order of the log from each one's first."""

    def __init__(self, kernel: Kernel, rows: Iterable[Row]) -> None:
        """Read ``rows``; ``kernel`` knows the definitions that they are bound to."""
        self._kernel = kernel
        self._rows = [(row, read(row.body)) for row in rows]
        known = (Proposed, *kernel.registry.evolves)
        self._event: Any = Union[known]  # noqa: UP007 - the union is made of what is registered

    @property
    def length(self) -> int:
        """Return the number of entries."""
        return len(self._rows)

    def moments(self) -> Iterator[Moment]:
        """Yield every entry as a reader needs it."""
        bound: dict[str, Binding] = {}
        said: dict[str, _Given] = {}
        for place, (row, raw) in enumerate(self._rows, 1):
            given = bytes(raw.given)
            if given:
                said[raw.cmd] = _given.decode(given)
            out = _out.decode(raw.out)
            if out.bind is not None:
                bound[raw.stream] = out.bind
            yield self._moment(place, row, raw, out, said.get(raw.cmd, _Given()), bound)

    @staticmethod
    def _moment(
        place: int, row: Row, raw: RawBody, out: _Out, said: _Given, bound: dict[str, Binding]
    ) -> Moment:
        rules = bound.get(raw.stream)
        return Moment(
            place=place, index=row.idx, stream=raw.stream, seq=raw.seq, kind=raw.kind,
            at_us=raw.at_us, received_us=said.received_us or raw.at_us, actor=said.actor,
            role=said.role, part=raw.part, trigger=out.trigger, outcome=out.outcome,
            source=out.source, dest=out.dest, region=out.region, code=out.code, failed=out.failed,
            guards=out.guards, facts=said.facts, docs=said.docs, data=said.data,
            events=out.events, workflow=rules.workflow if rules else "",
            pack=rules.pack if rules else "", hash=row.hash.hex(),
        )  # fmt: skip

    def states(self, upto: int) -> dict[str, Stream]:
        """Return the state of each stream after the first ``upto`` entries."""
        found: dict[str, Stream] = {}
        for row, raw in self._rows[:upto]:
            before = found.get(raw.stream) or Stream(raw.stream, org=raw.org)
            found[raw.stream] = self._kernel.evolve(
                before, self._typed(raw), raw.at_us, row.hash.hex()
            )
        return found

    def _typed(self, raw: RawBody) -> Out:
        out = _out.decode(raw.out)
        events = tuple(msgspec.convert(event, self._event) for event in out.events)
        return Out(
            out.outcome, out.trigger, out.source, out.dest, out.guards, out.code, out.failed,
            events, out.since_us, out.region, out.bind,
        )  # fmt: skip

    def place_at(self, at_us: int) -> int:
        """Return how many entries there were at the instant ``at_us``, its own included."""
        return sum(raw.at_us <= at_us for _row, raw in self._rows)


def changes(before: dict[str, Stream], after: dict[str, Stream]) -> tuple[Change, ...]:
    """Return every value in which two instants differ, sorted by stream and path."""
    found: list[Change] = []
    for name in sorted(before.keys() | after.keys()):
        old, new = flat(before.get(name)), flat(after.get(name))
        found += [
            Change(name, path, old.get(path), new.get(path))
            for path in sorted(old.keys() | new.keys())
            if old.get(path) != new.get(path)
        ]
    return tuple(found)


def flat(state: Stream | None) -> dict[str, Any]:
    """Return the values of a state by their paths, ``facets.sale.lead_fen`` for one."""
    found: dict[str, Any] = {}
    if state is not None:
        _flatten(msgspec.to_builtins(state), "", found)
    return found


def _flatten(value: Any, path: str, found: dict[str, Any]) -> None:
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    if not items or not value:
        found[path] = value
        return
    for name, inner in items:
        _flatten(inner, f"{path}.{name}" if path else str(name), found)
