"""Observing: resident representatives as required steps of every trade."""

from __future__ import annotations

from trading.engine.registry import OPEN, StreamSpec, Subject
from trading.observing import rules
from trading.observing.commands import COMMANDS
from trading.observing.guards import GUARDS

SUBJECT = Subject(
    name="observing",
    streams=(StreamSpec("roster", "roster"), StreamSpec("panel", "panel")),
    commands=COMMANDS,
    facets={"roster": rules.Roster, "panel": rules.Panel},
    evolves={
        rules.RosterFrozen: ("roster", rules.roster_frozen),
        rules.PanelDrawn: ("panel", rules.panel_drawn),
        rules.StatementMade: ("panel", rules.statement_made),
    },
    guards=GUARDS,
    roles={"resident_rep": OPEN},
)
