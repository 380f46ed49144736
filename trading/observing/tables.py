"""Whose panels and rosters there are, by person: nobody reads those of others to find the own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, Table, Text

from trading.engine.stream import Stream
from trading.observing.rules import Panel, Roster
from trading.store.projection import Projection
from trading.store.schema import metadata

seat = Table(
    "projection_seat",
    metadata,
    Column("panel", Text, primary_key=True),
    Column("member", Text, primary_key=True),
    Index("projection_seat_member", "member", "panel"),
)

listed = Table(
    "projection_listed",
    metadata,
    Column("roster", Text, primary_key=True),
    Column("member", Text, primary_key=True),
    Index("projection_listed_member", "member", "roster"),
)


def _seats(state: Stream) -> list[dict[str, Any]]:
    """Return who sits on a panel, and who did: they may still read what they stated."""
    panel: Panel = state.facets["panel"]
    members = sorted({*panel.members, *panel.gone})
    return [{"panel": state.name, "member": member} for member in members]


def _listed(state: Stream) -> list[dict[str, Any]]:
    roster: Roster = state.facets["roster"]
    members = sorted({row.member for row in roster.rows})
    return [{"roster": state.name, "member": member} for member in members]


SEAT_PROJECTION = Projection(seat, "panel", _seats, owner="panel")
LISTED_PROJECTION = Projection(listed, "roster", _listed, owner="roster")
