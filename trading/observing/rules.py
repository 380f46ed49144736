"""Observing: the roster of representatives, the panel drawn from it, the steps they state.

One panel watches all lots of a notice (``panel/<case>``). A step is opened with the digest of what
is shown; it is complete for a lot when the quorum of the panel has stated it, each with "seen" or
with a reason for refusing: no step is ever a veto. Representatives are ids; their names lie in
openings. Source: domain brief, section 8; decisions 18 and 24; ADR 0009.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from trading.base.text import Id
from trading.engine.stream import Event, Facet
from trading.record import canonical

STEPS = tuple(f"O{n}" for n in range(1, 12))
Step = Literal["O1", "O2", "O3", "O4", "O5", "O6", "O7", "O8", "O9", "O10", "O11"]
Verdict = Literal["seen", "refused"]
Ground = Literal["interest", "decision_maker", "complaint", "unavailable"]
"""Why a representative does not watch; none of them tells whether anybody registered."""
RECUSED = "recused"
DEVICE_KEY = "device_key"
DRAWS_KEPT = 20
"""How many draws a roster remembers: as many as the rotation limit can ever look back."""
replace = msgspec.structs.replace


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One row of a roster: the residents' group, the number in it, and who.

    Written as an array: a roster of two hundred stands in one entry, in what was asked and in what
    happened.
    """

    group: Id
    number: Annotated[int, Meta(ge=1, le=9999)]
    member: Id


class Roster(Facet, frozen=True):
    """The representatives of one community in their published order, and who served last.

    ``served`` names the panels drawn so far, the newest last.
    """

    rows: tuple[Listed, ...] = ()
    digest: str = ""
    served: tuple[tuple[str, ...], ...] = ()


class Seat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A seat of the panel: who has it, and the position in the drawn order, from 1."""

    member: str
    position: int


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one representative stated over what an opening shows.

    ``lot`` is empty where the statement is about all lots of the opening but ``except_lots``.
    ``stands_in`` marks a member of the supervision committee in the place of somebody absent.
    """

    member: str
    verdict: str
    assurance: str
    stands_in: bool = False
    lot: str = ""
    except_lots: tuple[str, ...] = ()

    def covers(self, lot: str) -> bool:
        """Tell whether the statement is about ``lot``, one of the lots of its opening."""
        return lot == self.lot if self.lot else lot not in self.except_lots


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step as it was opened: the digest of what is shown, for which lots, since when."""

    shown: str
    lots: tuple[str, ...]
    opened_us: int
    statements: tuple[Statement, ...] = ()


class Panel(Facet, frozen=True):
    """The representatives of one notice, how they were drawn and what they have stated so far.

    ``order`` is the drawn order of all who were eligible; ``gone`` says of those who left a seat
    why they did.
    """

    org: str
    roster_digest: str
    commitment: str
    committed_by: str
    excluded: dict[str, str] = {}  # noqa: RUF012 - copied by msgspec
    number: int = 0
    order: tuple[str, ...] = ()
    seats: tuple[Seat, ...] = ()
    quorum: int = 0
    gone: dict[str, str] = {}  # noqa: RUF012 - copied by msgspec
    steps: dict[str, tuple[Opening, ...]] = {}  # noqa: RUF012 - copied by msgspec

    @property
    def members(self) -> tuple[str, ...]:
        """Return who sits on the panel now."""
        return tuple(seat.member for seat in self.seats)


class RosterFrozen(Event, frozen=True, tag="roster_frozen/1"):
    """The roster was fixed in this order."""

    rows: tuple[Listed, ...]
    digest: str


class RosterServed(Event, frozen=True, tag="roster_served/1"):
    """A panel was drawn from this roster."""

    case: str
    members: tuple[str, ...]


class PanelCommitted(Event, frozen=True, tag="panel_committed/1"):
    """Somebody keeps a seed of this SHA-256; the roster is fixed by its digest."""

    org: str
    roster_digest: str
    commitment: str
    by: str


class MemberExcluded(Event, frozen=True, tag="member_excluded/1"):
    """A representative does not take part in this draw."""

    member: str
    ground: str


class NumberCalled(Event, frozen=True, tag="number_called/1"):
    """Another person called a number, knowing nothing of the seed."""

    number: int


class PanelDrawn(Event, frozen=True, tag="panel_drawn/1"):
    """A panel was drawn: the seed, the order it gave, who sits at which position.

    Left out were the ``barred`` by registrations that were closed, and the ``rested``, who sat on
    as many panels in a row as ``rests_after`` says.
    """

    seed: str
    order: tuple[str, ...]
    barred: tuple[str, ...]
    rested: tuple[str, ...]
    rests_after: int
    seats: tuple[Seat, ...]
    quorum: int


class SeatPassed(Event, frozen=True, tag="seat_passed/1"):
    """A seat passed to the nearest eligible; to nobody where ``to`` is empty."""

    member: str
    cause: str
    to: str
    position: int
    quorum: int


class StepOpened(Event, frozen=True, tag="step_opened/1"):
    """A step was opened for ``lots`` over the digest of what is shown."""

    step: str
    shown: str
    lots: tuple[str, ...]
    opened_us: int


class StatementMade(Event, frozen=True, tag="statement_made/1"):
    """A step was stated over what an opening shows.

    ``public_key`` is that of the device whose signature the command bears, so that anybody can
    verify it; empty where none signed.
    """

    step: str
    shown: str
    statement: Statement
    public_key: str = ""


def roster_digest(rows: tuple[Listed, ...]) -> str:
    """Return the SHA-256 (hex) of the rows in order, one ``group/number/member`` per line."""
    text = "".join(f"{row.group}/{row.number}/{row.member}\n" for row in rows)
    return sha256(text.encode()).hexdigest()


def roster_frozen(roster: Roster | None, event: RosterFrozen) -> Roster:
    """Fold a frozen roster; the newest one is drawn from, and who served is not forgotten."""
    return Roster(event.rows, event.digest, roster.served if roster else ())


def roster_served(roster: Roster, event: RosterServed) -> Roster:
    """Fold a draw from this roster."""
    return replace(roster, served=(*roster.served, event.members)[-DRAWS_KEPT:])


def panel_committed(panel: Panel | None, event: PanelCommitted) -> Panel:
    """Fold a commitment: a number called for an older one counts no longer."""
    excluded = panel.excluded if panel else {}
    return Panel(event.org, event.roster_digest, event.commitment, event.by, excluded)


def member_excluded(panel: Panel, event: MemberExcluded) -> Panel:
    """Fold an exclusion."""
    return replace(panel, excluded={**panel.excluded, event.member: event.ground})


def number_called(panel: Panel, event: NumberCalled) -> Panel:
    """Fold the called number."""
    return replace(panel, number=event.number)


def panel_drawn(panel: Panel, event: PanelDrawn) -> Panel:
    """Fold the draw."""
    return replace(panel, order=event.order, seats=event.seats, quorum=event.quorum)


def seat_passed(panel: Panel, event: SeatPassed) -> Panel:
    """Fold a passed seat; one that nobody could take is gone."""
    heir = (Seat(event.to, event.position),) if event.to else ()
    seats = tuple(
        seat for old in panel.seats for seat in (heir if old.member == event.member else (old,))
    )
    gone = {**panel.gone, event.member: event.cause}
    return replace(panel, seats=seats, gone=gone, quorum=event.quorum)


def step_opened(panel: Panel, event: StepOpened) -> Panel:
    """Fold an opened step: an older opening keeps only the lots that are not opened anew."""
    older = (
        replace(opening, lots=tuple(lot for lot in opening.lots if lot not in event.lots))
        for opening in panel.steps.get(event.step, ())
    )
    kept = tuple(opening for opening in older if opening.lots)
    opened = Opening(event.shown, event.lots, event.opened_us)
    return replace(panel, steps={**panel.steps, event.step: (*kept, opened)})


def statement_made(panel: Panel, event: StatementMade) -> Panel:
    """Fold a statement into the opening that it is about."""
    openings = tuple(
        replace(opening, statements=(*opening.statements, event.statement))
        if opening.shown == event.shown
        else opening
        for opening in panel.steps[event.step]
    )
    return replace(panel, steps={**panel.steps, event.step: openings})


def opening_of(panel: Panel, step: str, lot: str, since_us: int = 0) -> Opening | None:
    """Return the opening of ``step`` that counts for ``lot``, None where there is none.

    It is the first since ``since_us``, the instant from which the lot was run again.
    """
    found = (
        opening
        for opening in panel.steps.get(step, ())
        if lot in opening.lots and opening.opened_us >= since_us
    )
    return next(found, None)


def opening_showing(panel: Panel, step: str, shown: str) -> Opening | None:
    """Return the opening of ``step`` over the digest ``shown``, None where there is none."""
    found = (opening for opening in panel.steps.get(step, ()) if opening.shown == shown)
    return next(found, None)


def complete(panel: Panel | None, step: str, lot: str, weak_ratio: str, since_us: int = 0) -> bool:
    """Tell whether the quorum has stated ``step`` for ``lot``, in the run since ``since_us``.

    Who was recused does not count. Of those who signed with no device of their own, at most
    ``weak_ratio`` of the quorum, rounded down, does.
    """
    opening = opening_of(panel, step, lot, since_us) if panel else None
    if panel is None or opening is None:
        return False
    counted = [
        statement
        for statement in opening.statements
        if statement.covers(lot) and panel.gone.get(statement.member) != RECUSED
    ]
    strong = sum(one.assurance == DEVICE_KEY or one.stands_in for one in counted)
    top, bottom = (int(part) for part in weak_ratio.split("/"))
    weak = min(len(counted) - strong, panel.quorum * top // bottom)
    return 0 < panel.quorum <= strong + weak


def statement_bytes(case: str, step: str, shown: str, statement: Statement, reason: str) -> bytes:
    """Return the canonical bytes that a device signs: who states what, over which digest."""
    said = {
        "v": "trading.statement/1", "case": case, "step": step, "shown": shown,
        "member": statement.member, "verdict": statement.verdict, "lot": statement.lot,
        "except_lots": list(statement.except_lots), "reason_zh": reason,
    }  # fmt: skip
    return canonical.encode(said)


def quorum_of(size: int, ratio: str, least: int) -> int:
    """Return how many of ``size`` members make a quorum: ``ratio`` rounded up, at least some."""
    top, bottom = (int(part) for part in ratio.split("/"))
    return min(size, max(least, -(-size * top // bottom)))
