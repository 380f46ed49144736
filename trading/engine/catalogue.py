"""The definitions that are in the log, parsed once and kept by name.

An edition is the number of definitions entered so far: edition n sees the first n of them, so a
case that opened at edition n finds the same workflows, packs and calendars for ever.
Source: decision 7.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from trading.base.calendar import Calendar, YearTable
from trading.base.errors import UnknownName
from trading.engine import definitions, policy
from trading.engine.definitions import Workflow
from trading.engine.machine import MachineStepper
from trading.engine.table import TableStepper
from trading.engine.votes import VoteTable

Definition: TypeAlias = Workflow | policy.Pack | YearTable | VoteTable


class Catalogue:
    """Everything entered, in order; grows with the stream ``definitions`` and never shrinks."""

    def __init__(self, *, live: bool) -> None:
        """Step with ``transitions`` when ``live``, with the independent table otherwise."""
        self._live = live
        self._order: list[tuple[str, str]] = []
        self._seqs: list[int] = []
        self._workflows: dict[str, Workflow] = {}
        self._steppers: dict[str, MachineStepper | TableStepper] = {}
        self._packs: dict[str, policy.Pack] = {}
        self._resolved: dict[str, policy.ResolvedPack] = {}
        self._votes: dict[str, VoteTable] = {}
        self._tables: dict[str, YearTable] = {}
        self._calendars: dict[int, Calendar] = {}

    @property
    def edition(self) -> int:
        """Return how many definitions have been entered."""
        return len(self._order)

    @property
    def seq(self) -> int:
        """Return the sequence number of the last entry that was taken in, 0 before the first."""
        return self._seqs[-1] if self._seqs else 0

    def add(self, kind: str, body: dict[str, Any], seq: int = 0) -> str:
        """Take in the body that entry ``seq`` of the stream ``definitions`` carries; return its id.

        Raises as ``parsed`` does. Without ``seq`` it counts as the entry after the last.
        """
        found = parsed(kind, body)
        if isinstance(found, Workflow):
            self.add_workflow(found)
        elif isinstance(found, policy.Pack):
            self._packs[found.id] = found
        elif isinstance(found, YearTable):
            self._tables[found.id] = found
        else:
            self._votes[found.id] = found
        self._seqs.append(seq or self.seq + 1)
        self._order.append((kind, found.id))
        return found.id

    def add_workflow(self, workflow: Workflow) -> None:
        """Know ``workflow`` without counting it: the built-in one is not entered."""
        self._workflows[workflow.id] = workflow
        self._steppers[workflow.id] = (
            MachineStepper(workflow) if self._live else TableStepper(workflow)
        )

    def knows(self, kind: str, name: str) -> bool:
        """Tell whether ``name@version`` was entered."""
        return (kind, name) in self._order

    def forget(self, edition: int) -> None:
        """Drop what was entered after ``edition``, because its transaction failed."""
        del self._order[edition:]
        del self._seqs[edition:]
        self._calendars.clear()
        self._resolved.clear()

    def workflow(self, name: str) -> Workflow:
        """Return the workflow ``name@version``; raise ``UnknownName``."""
        found = self._workflows.get(name)
        if found is None:
            raise UnknownName(f"no workflow {name} in the log", name=name)
        return found

    def workflows_of(self, stream: str) -> tuple[Workflow, ...]:
        """Return the workflows whose streams are of the kind ``stream``."""
        return tuple(found for found in self._workflows.values() if found.stream == stream)

    def stepper(self, name: str) -> MachineStepper | TableStepper:
        """Return the stepper of the workflow ``name@version``."""
        return self._steppers[name]

    def latest(self, kind: str, name: str, edition: int) -> str:
        """Return ``name@version`` of the last version entered up to ``edition``.

        A ``name`` that carries its version already is returned as it is.
        """
        if "@" in name:
            return name
        for found_kind, found in reversed(self._order[:edition]):
            if found_kind == kind and found.partition("@")[0] == name:
                return found
        raise UnknownName(f"no {kind} {name} in the log", name=name)

    def pack(self, name: str) -> policy.ResolvedPack:
        """Return the pack ``name@version``, flattened; raise ``UnknownName``."""
        resolved = self._resolved.get(name)
        if resolved is None:
            resolved = self._resolved[name] = policy.resolve(name, self._packs)
        return resolved

    def newest(self, kind: str, name: str) -> Definition | None:
        """Return the last version entered of ``name``, None where there is none."""
        if not self.has(kind, name, self.edition):
            return None
        versioned = self.latest(kind, name, self.edition)
        held: dict[str, Any] = {
            "workflow": self._workflows,
            "pack": self._packs,
            "calendar": self._tables,
            "votes": self._votes,
        }
        found: Definition = held[kind][versioned]
        return found

    @property
    def entered(self) -> tuple[tuple[str, str], ...]:
        """Return (kind, ``name@version``) of every definition, in the order of the log."""
        return tuple(self._order)

    def has(self, kind: str, name: str, edition: int) -> bool:
        """Tell whether any version of ``name`` was entered up to ``edition``."""
        return any(
            found_kind == kind and found.partition("@")[0] == name
            for found_kind, found in self._order[:edition]
        )

    def votes(self, name: str) -> VoteTable:
        """Return the vote table ``name@version``; raise ``UnknownName``."""
        found = self._votes.get(name)
        if found is None:
            raise UnknownName(f"no vote table {name} in the log", name=name)
        return found

    def calendar(self, edition: int) -> Calendar:
        """Return the calendar made of the year tables entered up to ``edition``."""
        found = self._calendars.get(edition)
        if found is None:
            latest: dict[int, YearTable] = {}
            for kind, name in self._order[:edition]:
                if kind == "calendar":
                    latest[self._tables[name].year] = self._tables[name]
            found = self._calendars[edition] = Calendar(tuple(latest.values()))
        return found


def parsed(kind: str, body: dict[str, Any]) -> Definition:
    """Return the definition of ``body``; the inverse of its own ``body``.

    Raises ``UnknownName`` for another kind, ``DefinitionError`` or ``msgspec.ValidationError``
    for a body that is none.
    """
    if kind == "workflow":
        return definitions.from_body(body)
    if kind == "pack":
        return policy.Pack.from_body(body)
    if kind == "calendar":
        return YearTable.from_body(body)
    if kind == "votes":
        return VoteTable.from_body(body)
    raise UnknownName(f"no kind of definition {kind}", name=kind)
