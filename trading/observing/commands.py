"""Commands of the draw: freeze the roster, commit, exclude, call, draw, and pass a seat on."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from trading.base.text import Digest, Id, ShortText
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect, Then
from trading.engine.stream import Command, States
from trading.listing.cases import Case
from trading.listing.rules import lot_stream
from trading.observing.draws import NUMBER_MAX, drawn, ordered, resting
from trading.observing.facts import conflicts_known, passed, quorum
from trading.observing.rules import (
    Ground,
    Listed,
    MemberExcluded,
    NumberCalled,
    Panel,
    PanelCommitted,
    PanelDrawn,
    Roster,
    RosterFrozen,
    RosterServed,
    Seat,
    roster_digest,
)

ROWS_MAX = 200


class FreezeRoster(Command, frozen=True):
    """Fix the representatives of a community in their published order."""

    org: Id
    rows: Annotated[tuple[Listed, ...], Meta(min_length=3, max_length=ROWS_MAX)]


class CommitSeed(Command, frozen=True):
    """Commit to a secret seed by its SHA-256, and to the roster as it is now."""

    case: Id
    org: Id
    commitment: Digest


class ExcludeMember(Command, frozen=True):
    """Leave a representative out of the draw, for a listed ground that names no bidder."""

    case: Id
    member: Id
    ground: Ground


class CallNumber(Command, frozen=True):
    """Call a number at will, without knowing the seed."""

    case: Id
    number: Annotated[int, Meta(ge=0, le=NUMBER_MAX)]


class DrawPanel(Command, frozen=True):
    """Open the seed: from here on anyone can draw the panel again."""

    case: Id
    seed: Digest


class ReplaceMember(Command, frozen=True):
    """Pass on the seat of a representative who cannot come."""

    case: Id
    member: Id
    reason_zh: ShortText


def panel_stream(data: Any) -> str:
    """Return the panel that a command of a case is about."""
    return f"panel/{data.case}"


def _freeze(context: Context) -> Effect:
    rows = context.data.rows
    return Effect((RosterFrozen(rows, roster_digest(rows)),))


def _commit(context: Context) -> Effect:
    data: CommitSeed = context.data
    digest = context.of(Roster, f"roster/{data.org}").digest
    return Effect((PanelCommitted(data.org, digest, data.commitment, context.env.actor),))


def _exclude(context: Context) -> Effect:
    return Effect((MemberExcluded(context.data.member, context.data.ground),))


def _call(context: Context) -> Effect:
    return Effect((NumberCalled(context.data.number),))


def _draw(context: Context) -> Effect:
    data: DrawPanel = context.data
    panel = context.of(Panel)
    roster = context.of(Roster, f"roster/{panel.org}")
    size = context.policy("observers_count")
    members = [row.member for row in roster.rows if row.member not in panel.excluded]
    conflicts = conflicts_known(context)
    barred = tuple(member for member in members if member in conflicts)
    eligible = [member for member in members if member not in conflicts]
    limit = context.policy("observers_consecutive_max")
    rested = resting(eligible, roster.served, limit, size)
    order = ordered([m for m in eligible if m not in rested], data.seed, panel.number)
    seats = tuple(Seat(member, position) for member, position in drawn(order, size))
    event = PanelDrawn(data.seed, order, barred, rested, limit, seats, quorum(context, size))
    served = RosterServed(data.case, tuple(seat.member for seat in seats))
    return Effect((event,), (Then(f"roster/{panel.org}", "serve", (served,)),))


def _replace(context: Context) -> Effect:
    return Effect(passed(context, context.of(Panel), (context.data.member,), "unavailable"))


def _roster(env: Envelope, _states: States) -> tuple[str, ...]:
    return (f"roster/{env.data.org}",)


def _own_roster(env: Envelope, states: States) -> tuple[str, ...]:
    state = states.get(panel_stream(env.data))
    return (f"roster/{state.facets['panel'].org}",) if state else ()


def _all_known(env: Envelope, states: States) -> tuple[str, ...]:
    """Return the roster, the case, its lots and their rolls."""
    name = f"case/{env.data.case}"
    state = states.get(name)
    case: Case | None = state.facets.get("case") if state else None
    lots = [lot_stream(env.data.case, plan.number) for plan in case.lots] if case else []
    rolls = [f"roll/{lot.partition('/')[2]}" for lot in lots]
    return (name, *lots, *rolls, *_own_roster(env, states))


COMMANDS = (
    CommandSpec("roster.freeze/1", FreezeRoster, lambda data: f"roster/{data.org}", "freeze",
                _freeze, owner=lambda data: data.org),
    CommandSpec("panel.commit/1", CommitSeed, panel_stream, "commit", _commit,
                parent=lambda data: f"case/{data.case}", reads=_roster),
    CommandSpec("panel.exclude/1", ExcludeMember, panel_stream, "exclude", _exclude,
                reads=_own_roster),
    CommandSpec("panel.call/1", CallNumber, panel_stream, "call", _call),
    CommandSpec("panel.draw/1", DrawPanel, panel_stream, "draw", _draw, reads=_all_known),
    CommandSpec("panel.replace/1", ReplaceMember, panel_stream, "replace", _replace),
)  # fmt: skip
