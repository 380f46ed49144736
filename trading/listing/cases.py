"""The case: the plan, the four steps in which it was decided, and the desks it passed.

A case groups what was decided together. Whoever changes its plan loses what was decided of the
old one; whoever only mends its papers loses no more than the approvals.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from trading.base.text import Id, Name
from trading.engine.stream import Event, Facet
from trading.listing.flags import Flag, Reason, Sibling
from trading.listing.rules import Day, LotPlan, OptionalDay, Tier, lot_stream

Count = Annotated[int, Meta(ge=0, le=1_000_000)]
PARTY_BODIES = {
    "case.propose/1": "party_branch",
    "case.deliberate/1": "two_committees",
    "case.review/1": "party_members",
}
"""The body that meets in each step before the resolution (四议)."""
PAPERS = frozenset({"application", "authority", "title", "plan", "minutes", "contract_draft"})
APPRAISAL = "appraisal"
RefusalGround = Literal["approval_missing", "title_disputed", "restricted", "outside_catalogue"]
DESKS = {
    "reviewing": "asset3_reviewer",
    "street_review": "street_reviewer",
    "office_review": "office",
}


class Vote(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A meeting and its vote, judged by the rule in force on ``meeting_day``.

    Days are YYYY-MM-DD in Asia/Shanghai; ``called_day`` is when the meeting was called.
    """

    body: Id
    meeting_day: Day
    eligible: Count
    present: Count
    in_favour: Count
    called_day: OptionalDay = ""


class Approval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one desk said of the case, who sat there, and when."""

    desk: str
    by: str
    opinion_zh: str
    at_us: int


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the notice says beside the lots: times, channels, and the pack's rules of the day.

    ``rules`` holds policy values as text, with their unit where they count something. Red flags
    of the plan and the applicant's reasons are published with it. ``version`` counts amendments.
    """

    number: str
    published_us: int
    registration_until_us: int
    opens_us: int
    closes_us: int
    decided_day: str
    objection_zh: str
    supervision_phone: str
    settlement_zh: str
    rules: dict[Name, str]
    flags: tuple[Flag, ...] = ()
    reasons: tuple[Reason, ...] = ()
    version: int = 1


class Mandate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A vote after a failed round: the largest cut in all that it allows, and since when."""

    ratio_max: str
    at_us: int


class Case(Facet, frozen=True):
    """A case from draft to its end, with who did what.

    ``rounds`` and ``mandates`` are by the number of a lot; a lot in its first round is in neither.
    """

    title_zh: str = ""
    lots: tuple[LotPlan, ...] = ()
    drafted_by: str = ""
    meetings: tuple[Vote, ...] = ()
    brought_by: tuple[str, ...] = ()
    value_fen: int = 0
    tier: Tier = "small"
    categories: tuple[str, ...] = ()
    applied_day: str = ""
    flags: tuple[Flag, ...] = ()
    reasons: tuple[Reason, ...] = ()
    approvals: tuple[Approval, ...] = ()
    accepted_by: str = ""
    notice: Notice | None = None
    rounds: dict[str, int] = {}  # noqa: RUF012 - copied by msgspec
    mandates: dict[str, Mandate] = {}  # noqa: RUF012 - copied by msgspec

    @property
    def hands(self) -> frozenset[str]:
        """Return everybody who had the case in hand before."""
        reviewers = (approval.by for approval in self.approvals)
        return frozenset({self.drafted_by, *self.brought_by, *reviewers, self.accepted_by}) - {""}

    def plan(self, number: int) -> LotPlan | None:
        """Return the plan of lot ``number``, None where the case has no such lot."""
        return next((plan for plan in self.lots if plan.number == number), None)

    def lot(self, case: str, number: int) -> str:
        """Return the stream of lot ``number`` in its latest round; ``case`` is this case's id."""
        return lot_stream(case, number, self.rounds.get(str(number), 1))

    @property
    def sibling(self) -> Sibling | None:
        """Return what a later case of the owner is compared with, None before the application."""
        if not self.applied_day:
            return None
        day = date.fromisoformat(self.applied_day)
        return Sibling(self.value_fen, frozenset(self.categories), day)


class CaseDrafted(Event, frozen=True, tag="case_drafted/1"):
    """A community drafted a case."""

    title_zh: str
    lots: tuple[LotPlan, ...]
    by: str


class CaseExtended(Event, frozen=True, tag="case_extended/1"):
    """Further lots belong to the case."""

    lots: tuple[LotPlan, ...]


class CaseReopened(Event, frozen=True, tag="case_reopened/1"):
    """The plan is open again, and has to be decided anew."""

    by: str
    reason_zh: str


class CaseStepTaken(Event, frozen=True, tag="case_step_taken/1"):
    """One of the four steps of the decision is on record."""

    vote: Vote
    by: str


class CaseApplied(Event, frozen=True, tag="case_applied/1"):
    """The community applied for trading; ``value_fen`` decides how many desks review."""

    value_fen: int
    tier: Tier
    categories: tuple[str, ...]
    day: str
    flags: tuple[Flag, ...]
    reasons: tuple[Reason, ...]
    by: str


class CaseApproved(Event, frozen=True, tag="case_approved/1"):
    """A desk approved the plan."""

    approval: Approval


class CaseReturned(Event, frozen=True, tag="case_returned/1"):
    """A desk sent the case back to be mended."""

    by: str
    reason_zh: str


class CaseAccepted(Event, frozen=True, tag="case_accepted/1"):
    """The centre accepted the case for trading."""

    by: str


class CaseRefused(Event, frozen=True, tag="case_refused/1"):
    """The centre does not take the case, for a ground of its rules."""

    by: str
    ground: RefusalGround
    reason_zh: str


class CasePublished(Event, frozen=True, tag="case_published/1"):
    """The notice is up."""

    notice: Notice


class Difference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field of a lot's plan that an amendment changed; values as text."""

    lot: int
    field: str
    old: str
    new: str


class CaseAmended(Event, frozen=True, tag="case_amended/1"):
    """The notice was amended; ``flags`` are those of the amendment itself."""

    version: int
    differences: tuple[Difference, ...]
    lots: tuple[LotPlan, ...]
    material: bool
    flags: tuple[Flag, ...]
    reason_zh: str


class LotRelisted(Event, frozen=True, tag="case_lot_relisted/1"):
    """A failed lot is listed again, in listing round ``listing_round``."""

    number: int
    listing_round: int
    notice: str
    start_price_fen: int


class MandateGiven(Event, frozen=True, tag="case_mandate_given/1"):
    """A new vote allows a price cut of ``ratio_max`` in all for lot ``number``."""

    number: int
    ratio_max: str
    vote: Vote
    at_us: int


def drafted(_case: Case | None, event: CaseDrafted) -> Case:
    """Fold a draft."""
    return Case(title_zh=event.title_zh, lots=event.lots, drafted_by=event.by)


def extended(case: Case, event: CaseExtended) -> Case:
    """Fold further lots."""
    return msgspec.structs.replace(case, lots=case.lots + event.lots)


def reopened(case: Case, _event: CaseReopened) -> Case:
    """Fold a reopening: what was decided of the old plan is gone."""
    return Case(title_zh=case.title_zh, lots=case.lots, drafted_by=case.drafted_by)


def step_taken(case: Case, event: CaseStepTaken) -> Case:
    """Fold one step of the decision."""
    return msgspec.structs.replace(
        case, meetings=(*case.meetings, event.vote), brought_by=_with(case.brought_by, event.by)
    )


def applied(case: Case, event: CaseApplied) -> Case:
    """Fold the application."""
    return msgspec.structs.replace(
        case,
        value_fen=event.value_fen,
        tier=event.tier,
        categories=event.categories,
        applied_day=event.day,
        flags=event.flags,
        reasons=event.reasons,
        brought_by=_with(case.brought_by, event.by),
    )


def approved(case: Case, event: CaseApproved) -> Case:
    """Fold one desk's approval."""
    return msgspec.structs.replace(case, approvals=(*case.approvals, event.approval))


def returned(case: Case, _event: CaseReturned) -> Case:
    """Fold a return: the approvals are gone, the decision stays."""
    return msgspec.structs.replace(case, approvals=())


def accepted(case: Case, event: CaseAccepted) -> Case:
    """Fold the acceptance."""
    return msgspec.structs.replace(case, accepted_by=event.by)


def refused(case: Case, _event: CaseRefused) -> Case:
    """Fold the refusal: the case keeps what it was."""
    return case


def published(case: Case, event: CasePublished) -> Case:
    """Fold the publication."""
    return msgspec.structs.replace(case, notice=event.notice)


def amended(case: Case, event: CaseAmended) -> Case:
    """Fold an amendment: the plans as they are now, and the version of the notice."""
    assert case.notice is not None
    new = {plan.number: plan for plan in event.lots}
    lots = tuple(new.get(plan.number, plan) for plan in case.lots)
    notice = msgspec.structs.replace(case.notice, version=event.version)
    return msgspec.structs.replace(case, lots=lots, notice=notice)


def relisted(case: Case, event: LotRelisted) -> Case:
    """Fold a further listing round of one lot."""
    rounds = {**case.rounds, str(event.number): event.listing_round}
    return msgspec.structs.replace(case, rounds=rounds)


def mandate_given(case: Case, event: MandateGiven) -> Case:
    """Fold a new vote on the price."""
    mandate = Mandate(event.ratio_max, event.at_us)
    return msgspec.structs.replace(case, mandates={**case.mandates, str(event.number): mandate})


IMMATERIAL = frozenset({"title_zh", "viewing_zh"})
"""Fields whose change leaves everybody's offer what it was."""


def differences(old: LotPlan, new: LotPlan) -> tuple[Difference, ...]:
    """Return the fields in which two plans of one lot differ, in the order of the plan."""
    return tuple(
        Difference(new.number, field, _text(getattr(old, field)), _text(getattr(new, field)))
        for field in LotPlan.__struct_fields__
        if getattr(old, field) != getattr(new, field)
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _with(people: tuple[str, ...], one: str) -> tuple[str, ...]:
    return people if one in people else (*people, one)
