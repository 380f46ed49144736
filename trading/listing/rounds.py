"""Commands after a round without a taker: list the lot again, decide again, or give it up."""

from __future__ import annotations

from typing import Any

import msgspec

from trading.base.text import Id, ShortText
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect, Then
from trading.engine.stream import Command, States
from trading.listing.cases import Case, LotRelisted, MandateGiven, Vote
from trading.listing.commands import Instant, case_objects, case_stream
from trading.listing.notices import listing, terms_of
from trading.listing.rules import Number, Price, Ratio, Terms, lot_stream


class RelistLot(Command, frozen=True):
    """List a failed lot of the case again, at the same start price or a lower one."""

    case: Id
    number: Number
    notice: Id
    start_price_fen: Price
    registration_until_us: Instant
    opens_us: Instant
    closes_us: Instant


class DecideAgain(Command, frozen=True):
    """Put a new vote on record that allows a larger price cut for one lot."""

    case: Id
    number: Number
    vote: Vote
    cut_ratio_max: Ratio


class AbandonLot(Command, frozen=True):
    """Give up a failed lot: its owner takes the asset back."""

    lot: Id
    reason_zh: ShortText


def _relist(context: Context) -> Effect:
    data: RelistLot = context.data
    case = context.of(Case)
    old = case.lot(data.case, data.number)
    before = context.of(Terms, old)
    again = before.listing_round + 1
    plan = msgspec.structs.replace(before.plan, start_price_fen=data.start_price_fen)
    terms = terms_of(
        context, plan, data.notice, listing_round=again, previous=old.partition("/")[2]
    )
    new = lot_stream(data.case, data.number, again)
    return Effect(
        (LotRelisted(data.number, again, data.notice, data.start_price_fen),),
        (Then(old, "relist"), *listing(context, new, terms)),
    )


def _decide_again(context: Context) -> Effect:
    data: DecideAgain = context.data
    return Effect((MandateGiven(data.number, data.cut_ratio_max, data.vote, context.at_us),))


def _abandon(_context: Context) -> Effect:
    return Effect()


def _with_next_round(env: Envelope, states: States) -> tuple[str, ...]:
    state = states.get(case_stream(env.data))
    case: Case | None = state.facets.get("case") if state else None
    again = case.rounds.get(str(env.data.number), 1) + 1 if case else 1
    return (*case_objects(env, states), lot_stream(env.data.case, env.data.number, again))


def _lot(data: Any) -> str:
    return f"lot/{data.lot}"


COMMANDS = (
    CommandSpec("case.relist/1", RelistLot, case_stream, "relist", _relist, reads=_with_next_round),
    CommandSpec("case.decide_again/1", DecideAgain, case_stream, "decide_again", _decide_again,
                reads=case_objects),
    CommandSpec("lot.abandon/1", AbandonLot, _lot, "abandon", _abandon),
)  # fmt: skip
