"""Observing: resident representatives as required steps of every trade."""

from __future__ import annotations

from trading.engine.registry import OPEN, StreamSpec, Subject
from trading.observing import (
    commands,
    facts,
    guards,
    rules,
    talk,
    talk_commands,
    talk_guards,
    waivers,
    watching,
)

SUBJECT = Subject(
    name="observing",
    streams=(StreamSpec("roster", "roster"), StreamSpec("panel", "panel")),
    commands=(*commands.COMMANDS, *watching.COMMANDS, *talk_commands.COMMANDS),
    facets={
        "roster": rules.Roster,
        "panel": rules.Panel,
        "talk": talk.Talk,
        "waived": waivers.Waived,
    },
    evolves={
        rules.RosterFrozen: ("roster", rules.roster_frozen),
        rules.RosterServed: ("roster", rules.roster_served),
        rules.PanelCommitted: ("panel", rules.panel_committed),
        rules.MemberExcluded: ("panel", rules.member_excluded),
        rules.NumberCalled: ("panel", rules.number_called),
        rules.PanelDrawn: ("panel", rules.panel_drawn),
        rules.SeatPassed: ("panel", rules.seat_passed),
        rules.StepOpened: ("panel", rules.step_opened),
        rules.StatementMade: ("panel", rules.statement_made),
        talk.Attended: ("talk", talk.attended),
        talk.Remarked: ("talk", talk.remarked),
        talk.QuestionAsked: ("talk", talk.question_asked),
        talk.QuestionAnswered: ("talk", talk.question_answered),
        talk.AnswersLate: ("talk", talk.answers_late),
        talk.HoldAsked: ("talk", talk.hold_asked),
        talk.TimeWorked: ("talk", talk.time_worked),
        waivers.StepWaived: ("waived", waivers.step_waived),
    },
    guards=(*guards.GUARDS, *talk_guards.GUARDS),
    facts={
        "recusals": facts.recusals,
        "same_roster": facts.same_roster,
        "waived_steps": facts.waived_steps,
    },
    instants={"question_due": talk.question_due},
    roles={"resident_rep": OPEN},
)
