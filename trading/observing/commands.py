"""Commands of observing: freeze the roster, draw the panel, state a step."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from trading.base.text import Digest, Id, LongText
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect
from trading.engine.stream import Command, States
from trading.observing.rules import (
    PanelDrawn,
    Roster,
    RosterFrozen,
    StatementMade,
    Step,
    Verdict,
    quorum_of,
    roster_digest,
)
from trading.observing.sampling import half_interval_sample

MEMBERS_MAX = 200


class FreezeRoster(Command, frozen=True):
    """Fix the representatives of a community in their published order."""

    org: Id
    members: Annotated[tuple[Id, ...], Meta(min_length=3, max_length=MEMBERS_MAX)]


class DrawPanel(Command, frozen=True):
    """Draw the panel of a lot from the roster of its community."""

    lot: Id
    org: Id


class StateStep(Command, frozen=True):
    """State an observation step over the digest of what the screen showed."""

    lot: Id
    step: Step
    verdict: Verdict
    shown: Digest
    assurance: Literal["device_key", "session_code"]
    reason_zh: LongText = ""


def _freeze(context: Context) -> Effect:
    members = context.data.members
    return Effect((RosterFrozen(members, roster_digest(members)),))


def _draw(context: Context) -> Effect:
    roster = context.of(Roster, f"roster/{context.data.org}")
    size = context.policy("observers_count")
    positions = half_interval_sample(len(roster.members), size)
    quorum = quorum_of(
        size, context.policy("observers_quorum"), context.policy("observers_quorum_min")
    )
    drawn = tuple(roster.members[position - 1] for position in positions)
    event = PanelDrawn(drawn, positions, len(roster.members), roster.digest, quorum)
    return Effect((event,))


def _state(context: Context) -> Effect:
    data: StateStep = context.data
    event = StatementMade(data.step, context.env.actor, data.verdict, data.shown, data.assurance)
    return Effect((event,))


def _draw_reads(env: Envelope, _states: States) -> tuple[str, ...]:
    return (f"lot/{env.data.lot}", f"roster/{env.data.org}")


COMMANDS = (
    CommandSpec(
        "roster.freeze/1", FreezeRoster, lambda data: f"roster/{data.org}", "freeze", _freeze,
        owner=lambda data: data.org,
    ),
    CommandSpec(
        "panel.draw/1", DrawPanel, lambda data: f"panel/{data.lot}", "draw", _draw,
        parent=lambda data: f"lot/{data.lot}", reads=_draw_reads,
    ),
    CommandSpec(
        "panel.state/1", StateStep, lambda data: f"panel/{data.lot}", "state", _state,
    ),
)  # fmt: skip
