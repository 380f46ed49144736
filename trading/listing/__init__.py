"""Listing: case, decision, review by separated desks, notice, and the lots it lists."""

from __future__ import annotations

from trading.engine.registry import StreamSpec, Subject
from trading.listing import facts, rules
from trading.listing.commands import COMMANDS
from trading.listing.guards import GUARDS

SUBJECT = Subject(
    name="listing",
    streams=(StreamSpec("case", "case"), StreamSpec("lot", "lot_ascending")),
    commands=COMMANDS,
    facets={"case": rules.Case, "terms": rules.Terms, "schedule": rules.Schedule},
    evolves={
        rules.CaseDrafted: ("case", rules.case_drafted),
        rules.CaseDecided: ("case", rules.case_decided),
        rules.CaseApproved: ("case", rules.case_approved),
        rules.CaseReturned: ("case", rules.case_returned),
        rules.CaseAccepted: ("case", rules.case_accepted),
        rules.CasePublished: ("case", rules.case_published),
        rules.LotListed: ("terms", rules.lot_listed),
        rules.LotScheduled: ("schedule", rules.lot_scheduled),
    },
    guards=GUARDS,
    instants={"registration_end": facts.registration_end, "opening": facts.opening},
)
