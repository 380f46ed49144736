"""What a panel says and does beside its statements: presence, remarks, questions, a hold, time.

A question has a clock for its answer, and the clock marks a late one. Enough members together may
have a lot held once for each step; bids stand, and the office decides on. Presence is paid by time.
Source: domain brief, section 8.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from trading.engine.stream import Event, Facet, Stream

HOLD_MEMBERS_MIN = 2
"""However small the panel: nobody holds a lot alone."""
QUESTIONS_MAX = 20
"""How many questions may wait for an answer."""
replace = msgspec.structs.replace


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question that waits for its answer until before ``due_us``."""

    member: str
    due_us: int
    late: bool = False


class Talk(Facet, frozen=True):
    """What the panel has said so far.

    ``waiting`` holds the open questions by number, of ``asked`` in all. ``present`` names who came
    by step; ``callers`` who asked for a hold, and ``held`` what was held, by step and lot;
    ``minutes`` the time worked by step and member, ``allowance_fen`` what is due for it by member.
    """

    asked: int = 0
    waiting: dict[str, Question] = {}  # noqa: RUF012 - copied by msgspec
    remarks: int = 0
    present: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 - copied by msgspec
    callers: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 - copied by msgspec
    held: tuple[str, ...] = ()
    minutes: dict[str, int] = {}  # noqa: RUF012 - copied by msgspec
    allowance_fen: dict[str, int] = {}  # noqa: RUF012 - copied by msgspec


class Attended(Event, frozen=True, tag="attended/1"):
    """A member came to a step."""

    step: str
    member: str


class Remarked(Event, frozen=True, tag="remarked/1"):
    """A member filed a remark, by the digest of its document."""

    step: str
    member: str
    document: str


class QuestionAsked(Event, frozen=True, tag="question_asked/1"):
    """A member asked; the answer is due before ``due_us``."""

    number: int
    step: str
    member: str
    due_us: int


class QuestionAnswered(Event, frozen=True, tag="question_answered/1"):
    """The centre answered a question."""

    number: int


class AnswersLate(Event, frozen=True, tag="answers_late/1"):
    """These questions were not answered in time; they still wait."""

    numbers: tuple[int, ...]


class HoldAsked(Event, frozen=True, tag="hold_asked/1"):
    """A member asked to hold a lot; ``granted`` by as many as it takes."""

    step: str
    lot: str
    member: str
    granted: bool


class TimeWorked(Event, frozen=True, tag="time_worked/1"):
    """A member worked so long at a step; the allowance is rounded down to a fen."""

    step: str
    member: str
    minutes: int
    allowance_fen: int


def place_of(step: str, what: str) -> str:
    """Return the key under which ``what``, a lot or a member, stands for a step."""
    return f"{step} {what}"


def attended(talk: Talk | None, event: Attended) -> Talk:
    """Fold an arrival."""
    found = talk or Talk()
    members = (*found.present.get(event.step, ()), event.member)
    return replace(found, present={**found.present, event.step: members})


def remarked(talk: Talk | None, _event: Remarked) -> Talk:
    """Fold a remark."""
    found = talk or Talk()
    return replace(found, remarks=found.remarks + 1)


def question_asked(talk: Talk | None, event: QuestionAsked) -> Talk:
    """Fold a question."""
    found = talk or Talk()
    question = Question(event.member, event.due_us)
    return replace(
        found, asked=event.number, waiting={**found.waiting, str(event.number): question}
    )


def question_answered(talk: Talk, event: QuestionAnswered) -> Talk:
    """Fold an answer."""
    answered = str(event.number)
    return replace(talk, waiting={n: q for n, q in talk.waiting.items() if n != answered})


def answers_late(talk: Talk, event: AnswersLate) -> Talk:
    """Fold what the clock found late."""
    late = {str(n): replace(talk.waiting[str(n)], late=True) for n in event.numbers}
    return replace(talk, waiting={**talk.waiting, **late})


def hold_asked(talk: Talk | None, event: HoldAsked) -> Talk:
    """Fold a call for a hold."""
    found, key = talk or Talk(), place_of(event.step, event.lot)
    callers = {**found.callers, key: (*found.callers.get(key, ()), event.member)}
    held = (*found.held, key) if event.granted else found.held
    return replace(found, callers=callers, held=held)


def time_worked(talk: Talk, event: TimeWorked) -> Talk:
    """Fold time worked."""
    due_fen = talk.allowance_fen.get(event.member, 0) + event.allowance_fen
    return replace(
        talk,
        minutes={**talk.minutes, place_of(event.step, event.member): event.minutes},
        allowance_fen={**talk.allowance_fen, event.member: due_fen},
    )


def allowance_of(minutes: int, fen_per_hour: int) -> int:
    """Return the allowance for ``minutes``, rounded down to a fen."""
    return minutes * fen_per_hour // 60


def callers_needed(seats: int, ratio: str) -> int:
    """Return how many of ``seats`` must ask for a hold: ``ratio`` rounded up, two at least."""
    top, bottom = (int(part) for part in ratio.split("/"))
    return max(HOLD_MEMBERS_MIN, -(-seats * top // bottom))


def _timely(talk: Talk) -> Iterable[tuple[str, Question]]:
    return ((number, question) for number, question in talk.waiting.items() if not question.late)


def question_due(stream: Stream) -> int | None:
    """Return when the next answer is due, in microseconds, None where none is."""
    talk: Talk | None = stream.facets.get("talk")
    return min((question.due_us for _n, question in _timely(talk)), default=None) if talk else None


def due_by(talk: Talk, at_us: int) -> tuple[int, ...]:
    """Return the numbers of the questions whose answer was due by ``at_us``, lowest first."""
    return tuple(sorted(int(n) for n, question in _timely(talk) if question.due_us <= at_us))
