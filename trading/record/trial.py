"""Try a definition on past cases: what would have been decided otherwise under it.

The record is replayed as it was; beside every command the same command is decided on the same
states with the new definition standing where the old versions of its name stood. Nothing carries
over from one decision to the next, so that each difference is the definition's own.
Source: decision 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from trading.base.errors import TradingError
from trading.engine import builtin
from trading.engine.builtin import BUILTIN
from trading.engine.catalogue import Catalogue
from trading.engine.kernel import Kernel
from trading.engine.registry import Registry
from trading.record.entry import DONE, Row
from trading.record.replay import Again

EXAMPLES_MAX = 10


class Changed(msgspec.Struct, frozen=True):
    """A past command that would be decided otherwise; outcomes with their failing guards."""

    index: int
    stream: str
    before: str
    after: str


class Trial(msgspec.Struct, frozen=True):
    """How many commands were tried, how many would differ, and the first of these."""

    commands: int
    different: int
    examples: tuple[Changed, ...]


def trial(rows: Iterable[Row], registry: Registry, kind: str, body: dict[str, Any]) -> Trial:
    """Decide every command of ``rows`` again with ``body`` in the place of its older versions."""
    again = _Beside(iter(rows), registry, kind, body)
    while (row := again.next_row()) is not None and again.difference is None:
        again.group(row)
    return Trial(again.commands, again.different, tuple(again.examples))


class _Beside(Again):
    """A replay with a second kernel that knows the new definition under the old names."""

    def __init__(
        self, rows: Iterator[Row], registry: Registry, kind: str, body: dict[str, Any]
    ) -> None:
        super().__init__(rows, registry)
        catalogue = Catalogue(live=False)
        catalogue.add_workflow(BUILTIN)
        self._other = Kernel(registry, catalogue)
        self._kind = kind
        self._body = body
        self._name = _name(kind, body)
        self.commands = 0
        self.different = 0
        self.examples: list[Changed] = []

    def group(self, row: Row) -> None:
        """Decide the command both ways, then go on as the record does."""
        env, _given, at_us = self.asked(row)
        before = self.kernel.decide(env, self.states, at_us)
        self.commands += 1
        try:
            after = self._other.decide(env, self.states, at_us)
            told = _told(after.outcome, after.failed)
        except TradingError as error:
            told = error.code
        was = _told(before.outcome, before.failed)
        if told != was:
            self.different += 1
            if len(self.examples) < EXAMPLES_MAX:
                self.examples.append(Changed(row.idx, row.stream, was, told))
        super().group(row)
        found = builtin.definition_of(env.data)
        if found is not None and before.outcome == DONE:
            self._learn(*found)

    def _learn(self, kind: str, body: dict[str, Any]) -> None:
        if kind == self._kind and _name(kind, body) == self._name:
            same: dict[str, Any] = {key: body[key] for key in ("id", "version") if key in body}
            body = {**self._body, **same}
        self._other.catalogue.add(kind, body)


def _name(kind: str, body: dict[str, Any]) -> str:
    name = body["name"] if kind == "workflow" else body["id"]
    return str(name).partition("@")[0]


def _told(outcome: str, failed: tuple[str, ...]) -> str:
    return f"{outcome} ({', '.join(failed)})" if failed else outcome
