"""The deal that a sale leads to: offered, accepted or not, and passed on to the runner-up.

The winner answers in person before a deadline; silence, refusal, and a default until signing all
cost the deposit. Source: domain brief, section 6, rows 12-17 and 26; 网络司法拍卖规定 24.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from trading.base.calendar import compute
from trading.bidding.rules import Roll, Sale, bidder_number, bidders
from trading.engine.context import Context
from trading.engine.registry import GuardSpec
from trading.engine.stream import Event, Facet, Stream
from trading.listing.rules import Terms

FailCause = Literal[
    "no_registrant", "all_disqualified", "too_few", "no_bid", "no_offer", "no_agreement",
    "winner_default",
]  # fmt: skip
Course = Literal["bid", "offer", "negotiate", "fail"]


class Failure(Facet, frozen=True):
    """Why a listing round ended without a deal."""

    cause: FailCause


class DealOffered(Event, frozen=True, tag="deal_offered/1"):
    """Since ``offered_us`` the lot is ``number``'s if accepted before ``confirm_until_us``."""

    number: int
    price_fen: int
    offered_us: int
    confirm_until_us: int


class DealAccepted(Event, frozen=True, tag="deal_accepted/1"):
    """The winner accepted the deal in person."""

    number: int


class WinnerDefaulted(Event, frozen=True, tag="winner_defaulted/1"):
    """The winner refused, was silent or did not sign: the deal is off, for a listed cause."""

    number: int
    price_fen: int
    cause: str
    reason_zh: str = ""


class LotFailed(Event, frozen=True, tag="lot_failed/1"):
    """The listing round ended without a deal."""

    cause: FailCause


def deal_offered(sale: Sale | None, event: DealOffered) -> Sale:
    """Fold an offer; one to the runner-up leaves no runner-up."""
    found = sale or Sale(0)
    leads = event.number == found.lead_number
    return msgspec.structs.replace(
        found, lead_number=event.number, lead_fen=event.price_fen,
        second_number=found.second_number if leads else 0,
        second_fen=found.second_fen if leads else 0,
        offered_us=event.offered_us, confirm_until_us=event.confirm_until_us, accepted=False,
    )  # fmt: skip


def deal_accepted(sale: Sale, _event: DealAccepted) -> Sale:
    """Fold the acceptance."""
    return msgspec.structs.replace(sale, accepted=True)


def winner_defaulted(sale: Sale, _event: WinnerDefaulted) -> Sale:
    """Fold a default: nobody leads until the deal is offered anew."""
    return msgspec.structs.replace(
        sale, lead_number=0, lead_fen=0, confirm_until_us=0, accepted=False
    )


def lot_failed(_failure: Failure | None, event: LotFailed) -> Failure:
    """Fold the end of a listing round."""
    return Failure(event.cause)


def confirm_end(stream: Stream) -> int | None:
    """Return when a deal that nobody accepted lapses; the time of a hold is given back."""
    sale: Sale | None = stream.facets.get("sale")
    if sale is None or sale.accepted or not sale.confirm_until_us:
        return None
    return sale.confirm_until_us + stream.paused_us


def offered(context: Context, number: int, price_fen: int, since_us: int) -> DealOffered:
    """Return the offer to ``number``, open for ``confirm_days`` from ``since_us``."""
    pack = context.catalogue.pack(context.stream.pack)
    count, unit = pack.period("confirm_days")
    source = pack.get("confirm_days").source
    found = compute(since_us, count, unit, context.calendar, source=source, rule="confirm_days")
    return DealOffered(number, price_fen, since_us, found.end_us)


def roll_of(context: Context) -> Roll:
    """Return the roll of the lot that moves, an empty one where nobody registered."""
    return context.find(Roll, f"roll/{context.stream.name.partition('/')[2]}") or Roll()


def course(context: Context) -> Course:
    """Return how the lot goes on with the bidders that it has; declared stream: the roll.

    A reserve that a notice does not state is its start price. Source: domain brief 7.
    """
    count = len(bidders(roll_of(context), context.of(Terms).version))
    if count == 1:
        return _course_of(context.policy("thin_one_rule"))
    if 0 < count < context.policy("min_bidders"):
        return _course_of(context.policy("thin_few_rule"))
    return "bid" if count else "fail"


def _course_of(rule: str) -> Course:
    if rule.startswith("deal_at_"):
        return "offer"
    if rule == "proceed":
        return "bid"
    return "negotiate" if rule == "negotiate" else "fail"


def fail_cause(context: Context) -> FailCause:
    """Return why the lot fails in the place where it stands."""
    place = context.stream.place
    if place == "defaulted":
        return "winner_default"
    if place == "negotiating":
        return "no_agreement"
    roll = roll_of(context)
    if not roll.listed:
        return "no_registrant"
    return "too_few" if roll.qualified else "all_disqualified"


def _leads(context: Context) -> bool:
    sale = context.find(Sale)
    number = bidder_number(context.env.actor)
    return sale is not None and number > 0 and sale.lead_number == number


def _deal_open(context: Context) -> bool:
    sale = context.find(Sale)
    return sale is not None and not sale.accepted


def _deal_accepted(context: Context) -> bool:
    sale = context.find(Sale)
    return sale is not None and sale.accepted


def _runner_up(context: Context) -> bool:
    sale = context.find(Sale)
    if sale is None or not sale.second_number:
        return False
    return bool(context.policy("winner_default_rule") == "runner_up")


def _agreed_with_qualified(context: Context) -> bool:
    return context.data.number in roll_of(context).qualified


_RULE = "domain brief 6, rows 12-17"
GUARDS = (
    GuardSpec("enough_bidders_v1", lambda c: course(c) == "bid", "lot", f"{_RULE}; 7"),
    GuardSpec("too_few_bidders_v1", lambda c: course(c) == "fail", "lot", f"{_RULE}; 7"),
    GuardSpec("sole_bidder_v1", lambda c: course(c) == "offer", "lot", f"{_RULE}; 7"),
    GuardSpec("negotiation_due_v1", lambda c: course(c) == "negotiate", "lot", f"{_RULE}; 7"),
    GuardSpec("agreed_with_qualified_v1", _agreed_with_qualified, "number", _RULE),
    GuardSpec("leads_v1", _leads, "actor", _RULE),
    GuardSpec("deal_open_v1", _deal_open, "lot", _RULE),
    GuardSpec("deal_accepted_v1", _deal_accepted, "lot", _RULE),
    GuardSpec("runner_up_v1", _runner_up, "lot", "网络司法拍卖规定 24"),
)
