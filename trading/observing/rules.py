"""Observing: the roster of representatives, the panel drawn from it, the steps they state.

An observation step is complete when the quorum of the panel has stated it, each with "seen" or
with a reason for refusing; no step is ever a veto. Representatives are ids; their names lie in
openings. Source: domain brief, section 8; decisions 18 and 24.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

import msgspec

from trading.engine.stream import Event, Facet

STEPS = tuple(f"O{n}" for n in range(1, 12))
Step = Literal["O1", "O2", "O3", "O4", "O5", "O6", "O7", "O8", "O9", "O10", "O11"]
Verdict = Literal["seen", "refused"]


class Roster(Facet, frozen=True):
    """The representatives of one community in their published order."""

    members: tuple[str, ...] = ()
    digest: str = ""


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one representative stated of one step, over the digest of what was shown."""

    member: str
    verdict: str
    shown: str
    assurance: str


class Panel(Facet, frozen=True):
    """The representatives of one lot and what they have stated so far."""

    members: tuple[str, ...] = ()
    roster_digest: str = ""
    quorum: int = 0
    statements: dict[str, tuple[Statement, ...]] = {}  # noqa: RUF012 - copied by msgspec


class RosterFrozen(Event, frozen=True, tag="roster_frozen/1"):
    """The roster was fixed in this order."""

    members: tuple[str, ...]
    digest: str


class PanelDrawn(Event, frozen=True, tag="panel_drawn/1"):
    """A panel was drawn: who, from how many, at which positions, by which roster."""

    members: tuple[str, ...]
    positions: tuple[int, ...]
    population: int
    roster_digest: str
    quorum: int


class StatementMade(Event, frozen=True, tag="statement_made/1"):
    """A representative stated a step."""

    step: str
    member: str
    verdict: str
    shown: str
    assurance: str


def roster_digest(members: tuple[str, ...]) -> str:
    """Return the SHA-256 (hex) of the ids in order, one per line."""
    return sha256("".join(f"{member}\n" for member in members).encode()).hexdigest()


def roster_frozen(_roster: Roster | None, event: RosterFrozen) -> Roster:
    """Fold a frozen roster; the newest one is drawn from."""
    return Roster(event.members, event.digest)


def panel_drawn(_panel: Panel | None, event: PanelDrawn) -> Panel:
    """Fold the draw."""
    return Panel(event.members, event.roster_digest, event.quorum)


def statement_made(panel: Panel, event: StatementMade) -> Panel:
    """Fold a statement."""
    made = Statement(event.member, event.verdict, event.shown, event.assurance)
    before = panel.statements.get(event.step, ())
    return msgspec.structs.replace(
        panel, statements={**panel.statements, event.step: (*before, made)}
    )


def complete(panel: Panel | None, step: str) -> bool:
    """Tell whether the quorum has stated ``step``."""
    return panel is not None and 0 < panel.quorum <= len(panel.statements.get(step, ()))


def quorum_of(size: int, ratio: str, least: int) -> int:
    """Return how many of ``size`` members make a quorum: ``ratio`` rounded up, at least some."""
    top, bottom = (int(part) for part in ratio.split("/"))
    return min(size, max(least, -(-size * top // bottom)))
