"""The case: the plan, the four steps in which it was decided, and the desks it passed.

A case groups what was decided together. Whoever changes its plan loses what was decided of the
old one; whoever only mends its papers loses no more than the approvals.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from trading.base.text import Id
from trading.engine.stream import Event, Facet
from trading.listing.rules import Day, LotPlan, OptionalDay, Tier

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


class Case(Facet, frozen=True):
    """A case from draft to notice, with who did what."""

    title_zh: str = ""
    lots: tuple[LotPlan, ...] = ()
    drafted_by: str = ""
    meetings: tuple[Vote, ...] = ()
    brought_by: tuple[str, ...] = ()
    value_fen: int = 0
    tier: Tier = "small"
    approvals: tuple[Approval, ...] = ()
    accepted_by: str = ""
    notice: str = ""

    @property
    def hands(self) -> frozenset[str]:
        """Return everybody who had the case in hand before."""
        reviewers = (approval.by for approval in self.approvals)
        return frozenset({self.drafted_by, *self.brought_by, *reviewers, self.accepted_by}) - {""}


class CaseDrafted(Event, frozen=True, tag="case_drafted/1"):
    """A community drafted a case."""

    title_zh: str
    lots: tuple[LotPlan, ...]
    by: str


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

    notice: str


def drafted(_case: Case | None, event: CaseDrafted) -> Case:
    """Fold a draft."""
    return Case(title_zh=event.title_zh, lots=event.lots, drafted_by=event.by)


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


def _with(people: tuple[str, ...], one: str) -> tuple[str, ...]:
    return people if one in people else (*people, one)
