"""Observing: resident representatives as required steps of every trade."""

from __future__ import annotations

from trading.engine.registry import OPEN, StreamSpec, Subject
from trading.observing import commands, facts, rules, waivers, watching
from trading.observing.guards import GUARDS

SUBJECT = Subject(
    name="observing",
    streams=(StreamSpec("roster", "roster"), StreamSpec("panel", "panel")),
    commands=(*commands.COMMANDS, *watching.COMMANDS),
    facets={"roster": rules.Roster, "panel": rules.Panel, "waived": waivers.Waived},
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
        waivers.StepWaived: ("waived", waivers.step_waived),
    },
    guards=GUARDS,
    facts={
        "recusals": facts.recusals,
        "same_roster": facts.same_roster,
        "waived_steps": facts.waived_steps,
    },
    roles={"resident_rep": OPEN},
)
