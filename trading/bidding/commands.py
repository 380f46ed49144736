"""Commands of bidding: register, qualify, reject, get ready, bid, and what the clock does."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from trading.base.money import MAX_FEN
from trading.base.text import Id, LongText, ShortText
from trading.bidding import facts
from trading.bidding.deals import LotFailed, offered
from trading.bidding.methods.ascending import first_end, place_bid
from trading.bidding.rules import (
    Acknowledged,
    Admitted,
    Awaited,
    BidderKind,
    Ground,
    Listed,
    PriorityClaim,
    Qualified,
    Registered,
    RegistrationCorrected,
    Rejected,
    RollFrozen,
    Ruling,
    Sale,
    SaleOpened,
    Struck,
    lot_of,
    lot_of_registration,
    registration_stream,
)
from trading.engine.builtin import Due, suspension
from trading.engine.context import Context, Envelope
from trading.engine.corrections import keyed
from trading.engine.registry import CommandSpec, Correction, Effect, Then
from trading.engine.stream import Command, Event, States
from trading.listing.rules import Schedule, Terms, case_of_lot

PANEL_MAX = 21
UNDECIDED = frozenset({"qualifying", "stalled"})
"""Places of a lot in which it waits for its registrations to be decided."""
Version = Annotated[int, Meta(ge=1, le=1_000)]
BidderNumber = Annotated[int, Meta(ge=100, le=999_999)]


class Register(Command, frozen=True):
    """Register for a lot; ``who`` is the bidder's pseudonym of this lot alone.

    ``conflicts`` are the panel members to whom the bidder is close, as the edge found them.
    """

    lot: Id
    number: BidderNumber
    who: Id
    acknowledged_version: Version
    kind: BidderKind = "person"
    priority: PriorityClaim | None = None
    conflicts: Annotated[tuple[Id, ...], Meta(max_length=PANEL_MAX)] = ()


class Acknowledge(Command, frozen=True):
    """Accept an amended notice: who does not is no bidder when the lot gets ready."""

    lot: Id
    who: Id
    version: Version


class Qualify(Command, frozen=True):
    """Admit a registration to the bidding, and rule on its priority claim if it has one."""

    lot: Id
    number: BidderNumber
    ruling: Ruling = "none"
    ruling_reason_zh: LongText = ""


class Reject(Command, frozen=True):
    """Refuse a registration, with the reason that its bidder gets to read."""

    lot: Id
    number: BidderNumber
    grounds: Annotated[tuple[Ground, ...], Meta(min_length=1, max_length=7)]
    reason_zh: ShortText


class GetReady(Command, frozen=True):
    """Freeze the list of bidders and wait for the opening."""

    lot: Id


class FailLot(Command, frozen=True):
    """End a listing round that leads to no deal."""

    lot: Id


class PlaceBid(Command, frozen=True):
    """Offer ``price_fen`` in the lot's own unit."""

    lot: Id
    price_fen: Annotated[int, Meta(gt=0, le=MAX_FEN)]


def _lot(data: Any) -> str:
    return f"lot/{data.lot}"


def _registration(data: Any) -> str:
    return registration_stream(data.lot, data.number)


def _roll(data: Any) -> str:
    return f"roll/{data.lot}"


def _register(context: Context) -> Effect:
    data: Register = context.data
    read = data.acknowledged_version
    events: tuple[Event, ...] = (
        Registered(data.who, data.number, data.kind, read, data.priority, data.conflicts),
        facts.registration_due(context, data.lot, context.taken),
    )
    listed = (Listed(data.who, data.number, read, data.conflicts),)
    awaited = (Awaited(data.number),) if context.taken == "checking" else ()
    return Effect(events, (Then(_roll(data), "add", listed + awaited),))


def _acknowledge(context: Context) -> Effect:
    return Effect((Acknowledged(context.data.who, context.data.version),))


def _qualify(context: Context) -> Effect:
    data: Qualify = context.data
    event = Qualified(context.env.actor, data.ruling, data.ruling_reason_zh)
    return Effect((event,), (Then(_roll(data), "admit", (Admitted(data.number),)),))


def _reject(context: Context) -> Effect:
    data: Reject = context.data
    roll = Then(_roll(data), "strike", (Struck(data.number),))
    event = Rejected(context.env.actor, data.grounds, data.reason_zh)
    return Effect((event,), (roll, *context.fact("deposit_release")))


def _run_out(context: Context) -> Effect:
    """Hold the lot over a check that nobody made in time; before the end of registration wait.

    A public hold would tell that somebody has registered. Source: decisions 4 and 19.
    """
    lot, due_us = f"lot/{lot_of(context.stream.name)}", context.data.due_us
    state = context.states.get(lot)
    if context.taken in {"submitted", "checking"}:
        due = facts.registration_due(context, lot.partition("/")[2], "checking")
        return Effect((due,))
    if context.taken == "lapsed" or state is None or state.held or state.place not in UNDECIDED:
        return Effect(since_us=due_us)
    since_us = max(due_us, state.entered_us)
    return Effect(then=(suspension(lot, "silence", since_us),), since_us=due_us)


def frozen_roll(context: Context) -> tuple[Then, ...]:
    """Return the part that makes the list of bidders final."""
    frozen = RollFrozen(context.of(Terms).version)
    return (Then(_roll(context.data), "freeze", (frozen,)),)


def _get_ready(context: Context) -> Effect:
    return Effect(then=frozen_roll(context))


def given_back(context: Context) -> tuple[Then, ...]:
    """Return the parts that give the asset back to the ledger and the deposits to bidders."""
    return (*context.fact("asset_release"), *context.fact("settlements"))


def _clock(context: Context) -> Effect:
    return Effect(since_us=context.data.due_us)


def _close(context: Context) -> Effect:
    """Close registration; whom a registration bars from watching is recused only now."""
    return Effect(then=context.fact("recusals"), since_us=context.data.due_us)


def _open(context: Context) -> Effect:
    ends = first_end(context.of(Terms), context.of(Schedule).closes_us)
    return Effect((SaleOpened(*ends),), since_us=context.data.due_us)


def _end(context: Context) -> Effect:
    due_us = context.data.due_us
    if context.taken == "provisional":
        sale = context.of(Sale)
        event = offered(context, sale.lead_number, sale.lead_fen, due_us)
        return Effect((event,), since_us=due_us)
    return Effect((LotFailed("no_bid"),), given_back(context), since_us=due_us)


def _lot_and_roll(env: Envelope, _states: States) -> tuple[str, ...]:
    return (f"lot/{env.data.lot}", f"roll/{env.data.lot}")


def _with_deposit(env: Envelope, _states: States) -> tuple[str, ...]:
    lot = env.data.lot
    return (f"lot/{lot}", f"roll/{lot}", f"deposit/{lot}-{env.data.number}")


def _lot_of_stream(env: Envelope, _states: States) -> tuple[str, ...]:
    return (f"lot/{lot_of(env.data.stream)}",)


def with_panel(env: Envelope, states: States) -> tuple[str, ...]:
    """Declare the panel of a lot and all that its end would touch."""
    return (f"panel/{case_of_lot(env.data.lot)}", *around(env.data.lot, states))


def due_around(env: Envelope, states: States) -> tuple[str, ...]:
    """Declare all that an end by the clock would touch."""
    return around(env.data.stream.partition("/")[2], states)


def around(lot: str, states: States) -> tuple[str, ...]:
    """Return what an end without award touches: roll, deposits and asset of ``lot``."""
    state, rolled = states.get(f"lot/{lot}"), states.get(f"roll/{lot}")
    terms = state.facets.get("terms") if state else None
    roll = rolled.facets.get("roll") if rolled else None
    asset = (f"asset/{terms.plan.asset}",) if terms else ()
    numbers = roll.listed.values() if roll else ()
    return (f"roll/{lot}", *asset, *(f"deposit/{lot}-{number}" for number in numbers))


def _closing(env: Envelope, _states: States) -> tuple[str, ...]:
    lot = env.data.stream.partition("/")[2]
    return (f"roll/{lot}", f"panel/{case_of_lot(lot)}")


def _of_stream(data: Any) -> str:
    return str(data.stream)


COMMANDS = (
    CommandSpec("registration.submit/1", Register, _registration, "submit", _register,
                parent=_lot, reads=_lot_and_roll, timely=True),
    CommandSpec("registration.qualify/1", Qualify, _registration, "qualify", _qualify,
                reads=_with_deposit),
    CommandSpec("registration.reject/1", Reject, _registration, "reject", _reject,
                reads=_with_deposit),
    CommandSpec("registration.run_out/1", Due, _of_stream, "run_out", _run_out,
                reads=_lot_of_stream, clock=True),
    CommandSpec("roll.acknowledge/1", Acknowledge, _roll, "acknowledge", _acknowledge,
                reads=_lot_and_roll),
    CommandSpec("lot.get_ready/1", GetReady, _lot, "get_ready", _get_ready, reads=with_panel),
    CommandSpec("bid.place/1", PlaceBid, _lot, "bid", place_bid, reads=_lot_and_roll, timely=True),
    CommandSpec("lot.close_registration/1", Due, _of_stream, "close_registration", _close,
                reads=_closing, clock=True),
    CommandSpec("lot.miss_start/1", Due, _of_stream, "miss_start", _clock, clock=True),
    CommandSpec("lot.open/1", Due, _of_stream, "open", _open, clock=True),
    CommandSpec("lot.end/1", Due, _of_stream, "end", _end, reads=due_around, clock=True),
)  # fmt: skip

REGISTRATION_CORRECTION = Correction(
    "registration", RegistrationCorrected, keyed(Register, "kind"), lot_of_registration
)
