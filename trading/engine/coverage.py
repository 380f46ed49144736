"""Coverage: every guard and every permission of every edge, with the vector that proves it.

The tests prove of each edge, by one generated vector for each rule, that this rule refuses where
all others hold, and that no other role passes. What they proved they write down, and a definition
is compared with that: an edge that nobody proved, or one that has changed since, is a gap.
Source: decisions, section 8.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from trading.engine.definitions import Transition, Workflow
from trading.engine.kernel import GRANTED_GUARD, SECOND_PERSON_GUARD
from trading.engine.registry import GRANTED

Proven = Mapping[str, Iterable[str]]


class Covered(msgspec.Struct, frozen=True):
    """One edge: the roles that it serves, the rules that must refuse alone, and those unproven."""

    edge: str
    roles: tuple[str, ...]
    rules: tuple[str, ...]
    unproven: tuple[str, ...]
    known: bool

    @property
    def whole(self) -> bool:
        """Tell whether roles and rules of the edge are proven."""
        return self.known and not self.unproven


def edge_name(workflow: Workflow, edge: Transition) -> str:
    """Return the name of an edge; it changes with the roles and with how many persons it takes."""
    roles = ",".join(edge.roles)
    twice = " x2" if edge.persons > 1 else ""
    return f"{workflow.id} {edge.trigger} {edge.source}->{edge.dest} {roles}{twice}"


def rules_of(edge: Transition, roles: Mapping[str, str]) -> tuple[str, ...]:
    """Return the rules of ``edge``: its guards, the grant, and the second person."""
    granted = (GRANTED_GUARD,) if any(roles[role] == GRANTED for role in edge.roles) else ()
    second = (SECOND_PERSON_GUARD,) if edge.persons > 1 else ()
    return (*granted, *edge.all_guards, *edge.unless, *second)


def coverage(
    workflows: Iterable[Workflow], roles: Mapping[str, str], proven: Proven
) -> Iterator[Covered]:
    """Yield every edge of ``workflows`` with what of it is not in ``proven``."""
    for workflow in workflows:
        for edge in workflow.transitions:
            name = edge_name(workflow, edge)
            rules = rules_of(edge, roles)
            held = set(proven.get(name, ()))
            missing = tuple(rule for rule in rules if rule not in held)
            yield Covered(name, edge.roles, rules, missing, name in proven)


def parse(text: str) -> dict[str, tuple[str, ...]]:
    """Read what was proven: for each edge the rules that refuse alone."""
    return msgspec.convert(tomllib.loads(text)["edges"], dict[str, tuple[str, ...]])


def write(proven: Mapping[str, Iterable[str]]) -> str:
    """Write what was proven, one line for each edge, in the order of their names."""
    lines = (
        f'"{name}" = [{", ".join(f"{chr(34)}{rule}{chr(34)}" for rule in proven[name])}]'
        for name in sorted(proven)
    )
    head = "# What the tests have proven of each edge; written by them, never by hand.\n[edges]\n"
    return head + "".join(f"{line}\n" for line in lines)
