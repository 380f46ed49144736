"""Disputes: an objection or a complaint, and what its lot remembers of all of them.

An objection is answered by the centre within days; a complaint goes to the office, which accepts
it within days and then decides it within more. Either one, once admitted, stops the clock of its
lot. Source: domain brief 6, row 19, and 16; 招标投标法实施条例 54, 60-62.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from trading.engine.stream import Event, Facet

OBJECTION, COMPLAINT = "objection", "complaint"
CAUSE = "objection"
"""Cause of the hold that an admitted objection or complaint lays on its lot."""
DISPUTABLE = frozenset({"publicity", "cleared", "awarded", "contracted"})
"""Places of a lot in which its result stands and can still be disputed."""
RERUN_FROM = frozenset({"publicity", "cleared"})
"""Places of a lot whose qualification can be run again: nothing was awarded yet."""

Kind: TypeAlias = Literal["objection", "complaint"]
Ground: TypeAlias = Literal[
    "winner_ineligible", "collusion", "procedure", "notice_unlike", "priority", "bid_record"
]


class Objection(Facet, frozen=True):
    """One objection: who filed it on which ground, and by when the next answer is due.

    The period ``rule`` of the policy runs since ``since_us``; ``due_us`` is 0 once nothing is due.
    ``late`` tells that an answer was overdue.
    """

    kind: Kind
    ground: Ground
    by: str
    rule: str
    since_us: int
    due_us: int
    late: bool = False
    ruling: str = ""


class Disputes(Facet, frozen=True):
    """What a lot remembers: how many there were, and the numbers that are open or admitted.

    Since ``rerun_us`` the lot is run again, 0 where no result fell.
    """

    count: int = 0
    open: tuple[int, ...] = ()
    admitted: tuple[int, ...] = ()
    rerun_us: int = 0


class Filed(Event, frozen=True, tag="objection_filed/1"):
    """An objection was filed; its first answer is due before ``due_us``."""

    kind: Kind
    ground: Ground
    by: str
    rule: str
    since_us: int
    due_us: int


class Admitted(Event, frozen=True, tag="objection_admitted/1"):
    """The objection will be decided, before ``due_us``."""

    rule: str
    since_us: int
    due_us: int


class AnswerOverdue(Event, frozen=True, tag="answer_overdue/1"):
    """No answer was given in time."""


class Ruled(Event, frozen=True, tag="objection_ruled/1"):
    """The objection is closed; ``remedy`` says what follows where it was upheld."""

    ruling: Literal["rejected", "dismissed", "upheld", "withdrawn"]
    reason_zh: str
    remedy: Literal["", "rerun", "void"] = ""


class ObjectionRaised(Event, frozen=True, tag="objection_raised/1"):
    """Objection ``number`` was filed against the lot."""

    number: int


class ObjectionTaken(Event, frozen=True, tag="objection_taken/1"):
    """Objection ``number`` was admitted."""

    number: int


class ObjectionClosed(Event, frozen=True, tag="objection_closed/1"):
    """Objection ``number`` is closed."""

    number: int


class RunAgain(Event, frozen=True, tag="run_again/1"):
    """The lot qualifies its bidders again since ``at_us``; steps stated before do not count."""

    at_us: int


def filed(_objection: Objection | None, event: Filed) -> Objection:
    """Fold the filing."""
    return Objection(event.kind, event.ground, event.by, event.rule, event.since_us, event.due_us)


def admitted(objection: Objection, event: Admitted) -> Objection:
    """Fold the admission; where it begins another period, that one is not late yet."""
    late = objection.late and event.rule == objection.rule
    return msgspec.structs.replace(
        objection, rule=event.rule, since_us=event.since_us, due_us=event.due_us, late=late
    )


def answer_overdue(objection: Objection, _event: AnswerOverdue) -> Objection:
    """Fold the lapse: it is told once."""
    return msgspec.structs.replace(objection, late=True)


def ruled(objection: Objection, event: Ruled) -> Objection:
    """Fold the end."""
    return msgspec.structs.replace(objection, due_us=0, ruling=event.remedy or event.ruling)


def objection_raised(disputes: Disputes | None, event: ObjectionRaised) -> Disputes:
    """Fold a new objection."""
    found = disputes or Disputes()
    return msgspec.structs.replace(found, count=found.count + 1, open=(*found.open, event.number))


def objection_taken(disputes: Disputes, event: ObjectionTaken) -> Disputes:
    """Fold an admission."""
    return msgspec.structs.replace(disputes, admitted=(*disputes.admitted, event.number))


def objection_closed(disputes: Disputes, event: ObjectionClosed) -> Disputes:
    """Fold an end."""
    return msgspec.structs.replace(
        disputes,
        open=_without(disputes.open, event.number),
        admitted=_without(disputes.admitted, event.number),
    )


def run_again(disputes: Disputes, event: RunAgain) -> Disputes:
    """Fold the fall of a result: what was open against it is moot."""
    return msgspec.structs.replace(disputes, open=(), admitted=(), rerun_us=event.at_us)


def objection_stream(lot: str, number: int) -> str:
    """Return the stream of objection ``number`` against ``lot``, the id without its kind."""
    return f"objection/{lot}-{number}"


def _without(numbers: tuple[int, ...], number: int) -> tuple[int, ...]:
    return tuple(n for n in numbers if n != number)
