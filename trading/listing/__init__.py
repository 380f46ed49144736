"""Listing: case, decision, review by separated desks, notice, and the lots it lists."""

from __future__ import annotations

from trading.engine.registry import Desk, StreamSpec, Subject
from trading.listing import cases, commands, facts, notices, rounds, rules
from trading.listing.guards import GUARDS

SUBJECT = Subject(
    name="listing",
    streams=(StreamSpec("case", "case"), StreamSpec("lot", "lot_ascending")),
    commands=commands.COMMANDS + notices.COMMANDS + rounds.COMMANDS,
    facets={"case": cases.Case, "terms": rules.Terms, "schedule": rules.Schedule},
    evolves={
        cases.CaseDrafted: ("case", cases.drafted),
        cases.CaseExtended: ("case", cases.extended),
        cases.CaseReopened: ("case", cases.reopened),
        cases.CaseStepTaken: ("case", cases.step_taken),
        cases.CaseApplied: ("case", cases.applied),
        cases.CaseApproved: ("case", cases.approved),
        cases.CaseReturned: ("case", cases.returned),
        cases.CaseAccepted: ("case", cases.accepted),
        cases.CaseRefused: ("case", cases.refused),
        cases.CasePublished: ("case", cases.published),
        cases.CaseAmended: ("case", cases.amended),
        cases.LotRelisted: ("case", cases.relisted),
        cases.MandateGiven: ("case", cases.mandate_given),
        rules.LotAmended: ("terms", rules.lot_amended),
        rules.LotListed: ("terms", rules.lot_listed),
        rules.LotScheduled: ("schedule", rules.lot_scheduled),
    },
    guards=GUARDS,
    facts={"next_case": facts.next_case},
    desks=(
        Desk("case", "reviewing", "asset3_reviewer", "review_days"),
        Desk("case", "street_review", "street_reviewer", "review_days"),
        Desk("case", "office_review", "office", "review_days"),
        Desk("case", "approved", "centre_reviewer", "acceptance_days"),
        Desk("case", "accepted", "centre_clerk", "desk_days"),
    ),
    instants={"registration_end": facts.registration_end, "opening": facts.opening},
)
