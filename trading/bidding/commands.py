"""Commands of bidding: register, qualify, reject, get ready, bid, and what the clock does."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from trading.base.money import MAX_FEN
from trading.base.text import Id, ShortText
from trading.bidding.methods.ascending import place_bid
from trading.bidding.rules import (
    Admitted,
    Listed,
    Qualified,
    Registered,
    Rejected,
    SaleOpened,
    Struck,
    registration_stream,
)
from trading.engine.builtin import Due
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect, Then
from trading.engine.stream import Command, States
from trading.listing.rules import Schedule, case_of_lot

BidderNumber = Annotated[int, Meta(ge=100, le=999_999)]


class Register(Command, frozen=True):
    """Register for a lot; ``who`` is the bidder's pseudonym of this lot alone."""

    lot: Id
    number: BidderNumber
    who: Id
    acknowledges_notice: bool


class Qualify(Command, frozen=True):
    """Admit a registration to the bidding."""

    lot: Id
    number: BidderNumber


class Reject(Command, frozen=True):
    """Refuse a registration, with the reason that its bidder gets to read."""

    lot: Id
    number: BidderNumber
    reason_zh: ShortText


class GetReady(Command, frozen=True):
    """Freeze the list of bidders and wait for the opening."""

    lot: Id


class FailLot(Command, frozen=True):
    """End a lot that has too few bidders."""

    lot: Id


class PlaceBid(Command, frozen=True):
    """Offer ``price_fen`` in the lot's own unit."""

    lot: Id
    price_fen: Annotated[int, Meta(gt=0, le=MAX_FEN)]


def _lot(data: Any) -> str:
    return f"lot/{data.lot}"


def _registration(data: Any) -> str:
    return registration_stream(data.lot, data.number)


def _register(context: Context) -> Effect:
    data: Register = context.data
    roll = Then(f"roll/{data.lot}", "add", (Listed(data.who, data.number),))
    return Effect((Registered(data.who, data.number),), (roll,))


def _qualify(context: Context) -> Effect:
    data: Qualify = context.data
    roll = Then(f"roll/{data.lot}", "admit", (Admitted(data.number),))
    return Effect((Qualified(context.env.actor),), (roll,))


def _reject(context: Context) -> Effect:
    data: Reject = context.data
    roll = Then(f"roll/{data.lot}", "strike", (Struck(data.number),))
    return Effect((Rejected(context.env.actor, data.reason_zh),), (roll,))


def _nothing(_context: Context) -> Effect:
    return Effect()


def given_back(context: Context) -> tuple[Then, ...]:
    """Return the parts that give the asset back to the ledger and the deposits to bidders."""
    return (*context.fact("asset_release"), *context.fact("settlements"))


def _fail(context: Context) -> Effect:
    return Effect(then=given_back(context))


def _clock(context: Context) -> Effect:
    return Effect(since_us=context.data.due_us)


def _open(context: Context) -> Effect:
    schedule, due_us = context.of(Schedule), context.data.due_us
    return Effect((SaleOpened(schedule.closes_us),), since_us=due_us)


def _end(context: Context) -> Effect:
    then = () if context.taken == "provisional" else given_back(context)
    return Effect(then=then, since_us=context.data.due_us)


def _lot_and_roll(env: Envelope, _states: States) -> tuple[str, ...]:
    return (f"lot/{env.data.lot}", f"roll/{env.data.lot}")


def _with_deposit(env: Envelope, _states: States) -> tuple[str, ...]:
    lot = env.data.lot
    return (f"lot/{lot}", f"roll/{lot}", f"deposit/{lot}-{env.data.number}")


def _with_panel(env: Envelope, states: States) -> tuple[str, ...]:
    return (f"panel/{case_of_lot(env.data.lot)}", *around(env.data.lot, states))


def _due(env: Envelope, states: States) -> tuple[str, ...]:
    return around(env.data.stream.partition("/")[2], states)


def around(lot: str, states: States) -> tuple[str, ...]:
    """Return what an end without award touches: roll, deposits and asset of ``lot``."""
    state, rolled = states.get(f"lot/{lot}"), states.get(f"roll/{lot}")
    terms = state.facets.get("terms") if state else None
    roll = rolled.facets.get("roll") if rolled else None
    asset = (f"asset/{terms.plan.asset}",) if terms else ()
    numbers = roll.listed.values() if roll else ()
    return (f"roll/{lot}", *asset, *(f"deposit/{lot}-{number}" for number in numbers))


def _of_stream(data: Any) -> str:
    return str(data.stream)


COMMANDS = (
    CommandSpec("registration.submit/1", Register, _registration, "submit", _register,
                parent=_lot, reads=_lot_and_roll, timely=True),
    CommandSpec("registration.qualify/1", Qualify, _registration, "qualify", _qualify,
                reads=_with_deposit),
    CommandSpec("registration.reject/1", Reject, _registration, "reject", _reject,
                reads=_lot_and_roll),
    CommandSpec("lot.get_ready/1", GetReady, _lot, "get_ready", _nothing, reads=_with_panel),
    CommandSpec("lot.fail/1", FailLot, _lot, "fail", _fail, reads=_with_panel),
    CommandSpec("bid.place/1", PlaceBid, _lot, "bid", place_bid, reads=_lot_and_roll, timely=True),
    CommandSpec("lot.close_registration/1", Due, _of_stream, "close_registration", _clock,
                clock=True),
    CommandSpec("lot.miss_start/1", Due, _of_stream, "miss_start", _clock, clock=True),
    CommandSpec("lot.open/1", Due, _of_stream, "open", _open, clock=True),
    CommandSpec("lot.end/1", Due, _of_stream, "end", _end, reads=_due, clock=True),
)  # fmt: skip
