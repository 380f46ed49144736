"""Commands that bring a lot to its deal, or to its failure, and what a default leads to."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from trading.base.money import MAX_FEN
from trading.base.text import Id, ShortText
from trading.bidding.commands import (
    BidderNumber,
    FailLot,
    around,
    due_around,
    frozen_roll,
    given_back,
    with_panel,
)
from trading.bidding.deals import (
    DealAccepted,
    LotFailed,
    WinnerDefaulted,
    fail_cause,
    offered,
)
from trading.bidding.rules import Sale, bidder_number
from trading.engine.builtin import Due
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect
from trading.engine.stream import Command, States
from trading.listing.rules import Terms

PriceFen = Annotated[int, Meta(gt=0, le=MAX_FEN)]


class GoThin(Command, frozen=True):
    """Ask the one bidder there is for an offer."""

    lot: Id


class Negotiate(Command, frozen=True):
    """Negotiate with the few bidders there are."""

    lot: Id


class Offer(Command, frozen=True):
    """Offer ``price_fen`` in the lot's own unit, as its one bidder."""

    lot: Id
    price_fen: PriceFen


class Agree(Command, frozen=True):
    """Record what was negotiated with ``number``; the minutes are filed."""

    lot: Id
    number: BidderNumber
    price_fen: PriceFen


class AcceptDeal(Command, frozen=True):
    """Accept the deal, by the winner in person."""

    lot: Id


class DeclineDeal(Command, frozen=True):
    """Refuse the deal; the deposit is lost."""

    lot: Id
    reason_zh: ShortText


class DefaultWinner(Command, frozen=True):
    """Record that the winner does not stand by the confirmed deal, on evidence."""

    lot: Id
    cause: Literal["not_confirmed", "not_signed", "not_paid"]
    reason_zh: ShortText


class Succeed(Command, frozen=True):
    """Offer the deal to the runner-up at his own best bid."""

    lot: Id


def _lot(data: Any) -> str:
    return f"lot/{data.lot}"


def _fail(context: Context) -> Effect:
    return Effect((LotFailed(fail_cause(context)),), given_back(context))


def _thin(context: Context) -> Effect:
    return Effect(then=frozen_roll(context))


def _offer(context: Context) -> Effect:
    """Make the deal with the one bidder: at the start price, or at a higher offer by the rule."""
    price_fen = context.of(Terms).plan.start_price_fen
    if context.policy("thin_one_rule") == "deal_at_higher":
        price_fen = max(price_fen, context.data.price_fen)
    number = bidder_number(context.env.actor)
    return Effect((offered(context, number, price_fen, context.at_us),))


def _agree(context: Context) -> Effect:
    data: Agree = context.data
    return Effect((offered(context, data.number, data.price_fen, context.at_us),))


def _accept(context: Context) -> Effect:
    return Effect((DealAccepted(context.of(Sale).lead_number),))


def _decline(context: Context) -> Effect:
    return Effect((_defaulted(context, "not_confirmed", context.data.reason_zh),),
                  context.fact("forfeits"))  # fmt: skip


def _lapse(context: Context) -> Effect:
    return Effect((_defaulted(context, "not_confirmed"),), context.fact("forfeits"),
                  since_us=context.data.due_us)  # fmt: skip


def _default(context: Context) -> Effect:
    data: DefaultWinner = context.data
    return Effect((_defaulted(context, data.cause, data.reason_zh),), context.fact("forfeits"))


def _defaulted(context: Context, cause: str, reason_zh: str = "") -> WinnerDefaulted:
    sale = context.of(Sale)
    return WinnerDefaulted(sale.lead_number, sale.lead_fen, cause, reason_zh)


def _succeed(context: Context) -> Effect:
    sale = context.of(Sale)
    return Effect((offered(context, sale.second_number, sale.second_fen, context.at_us),))


def _no_offer(context: Context) -> Effect:
    return Effect((LotFailed("no_offer"),), given_back(context), since_us=context.data.due_us)


def _with_roll(env: Envelope, _states: States) -> tuple[str, ...]:
    return (f"roll/{env.data.lot}",)


def _around(env: Envelope, states: States) -> tuple[str, ...]:
    return around(env.data.lot, states)


def _of_stream(data: Any) -> str:
    return str(data.stream)


COMMANDS = (
    CommandSpec("lot.fail/1", FailLot, _lot, "fail", _fail, reads=with_panel),
    CommandSpec("lot.go_thin/1", GoThin, _lot, "go_thin", _thin, reads=with_panel),
    CommandSpec("lot.negotiate/1", Negotiate, _lot, "negotiate", _thin, reads=with_panel),
    CommandSpec("lot.offer/1", Offer, _lot, "offer", _offer, reads=_with_roll),
    CommandSpec("lot.agree/1", Agree, _lot, "agree", _agree, reads=_with_roll),
    CommandSpec("lot.accept_deal/1", AcceptDeal, _lot, "accept_deal", _accept),
    CommandSpec("lot.decline_deal/1", DeclineDeal, _lot, "decline_deal", _decline, reads=_around),
    CommandSpec("lot.default/1", DefaultWinner, _lot, "default", _default, reads=_around),
    CommandSpec("lot.succeed/1", Succeed, _lot, "succeed", _succeed),
    CommandSpec("lot.no_offer/1", Due, _of_stream, "no_offer", _no_offer, reads=due_around,
                clock=True),
    CommandSpec("lot.lapse/1", Due, _of_stream, "lapse", _lapse, reads=due_around, clock=True),
)  # fmt: skip
