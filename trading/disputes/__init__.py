"""Disputes: objections and complaints against a result, with their clocks."""

from __future__ import annotations

from trading.disputes import facts, rules
from trading.disputes.commands import COMMANDS
from trading.disputes.guards import GUARDS
from trading.engine.registry import Desk, StreamSpec, Subject

SUBJECT = Subject(
    name="disputes",
    streams=(StreamSpec("objection", "objection"),),
    commands=COMMANDS,
    facets={"objection": rules.Objection, "disputes": rules.Disputes},
    evolves={
        rules.Filed: ("objection", rules.filed),
        rules.Admitted: ("objection", rules.admitted),
        rules.AnswerOverdue: ("objection", rules.answer_overdue),
        rules.Ruled: ("objection", rules.ruled),
        rules.ObjectionRaised: ("disputes", rules.objection_raised),
        rules.ObjectionTaken: ("disputes", rules.objection_taken),
        rules.ObjectionClosed: ("disputes", rules.objection_closed),
        rules.RunAgain: ("disputes", rules.run_again),
    },
    guards=GUARDS,
    facts={"rerun_us": facts.rerun_us},
    instants={"answer_due": facts.answer_due, "objection_end": facts.objection_end},
    desks=(
        Desk("objection", "filed", "office", at="objection_end"),
        Desk("objection", "admitted", "office", at="objection_end"),
    ),
)
