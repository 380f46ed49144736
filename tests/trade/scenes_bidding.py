"""Passing scenes of registrations, of the roll, and of deposits beside the path."""

from __future__ import annotations

import msgspec

from tests.support.acts import (
    DEPOSIT_FEN,
    LOT,
    START_FEN,
    UNTIL_US,
    Act,
    bidder,
    pair,
    paper,
    register,
    staff,
)
from tests.support.packs import local_pack
from tests.support.trade import Places
from tests.trade.vectors.build import (
    LOT_STREAM,
    ROLL_STREAM,
    Break,
    Vector,
    both,
    engine,
    facet,
    placed,
    stream,
)
from trading.base.units import DAY_US
from trading.bidding.commands import Acknowledge, FailLot, Qualify, Reject
from trading.bidding.outcomes import (
    Agree,
    DeclineDeal,
    DefaultWinner,
    GoThin,
    Negotiate,
    Offer,
    Succeed,
)
from trading.deposits.commands import (
    ApplyDeposit,
    ForfeitDeposit,
    FreezeDeposit,
    RefundDeposit,
    ReleaseDeposit,
    UnfreezeDeposit,
)
from trading.engine.builtin import CLOCK, Due

REGISTRATION, DEPOSIT = f"registration/{LOT}-202", f"deposit/{LOT}-202"
EVIDENCE = (paper("evidence"),)


PACKS = {
    "test-negotiate@1": {"thin_one_rule": "negotiate"},
    "test-runner-up@1": {"winner_default_rule": "runner_up"},
}


def free(v: Vector) -> Vector:
    """Let the lot take no deposit."""
    plan = msgspec.structs.replace(v.states[LOT_STREAM].facets["terms"].plan, deposit_fen=0)
    return facet(LOT_STREAM, "terms", plan=plan)(v)


def scenes(places: Places) -> list[Vector]:
    """Return passing vectors of the commands of bidding and deposits."""
    return [*_registrations(places), *_deposits(places), *_outcomes(places)]


def _registrations(places: Places) -> list[Vector]:
    unanswered = stream(REGISTRATION, place="unanswered")
    late = bidder("registration.submit/1", register(404), 404)
    qualify = staff(
        "registration.qualify/1", Qualify(LOT, 202), "centre_reviewer", facts={"eligible": True}
    )
    reject = Reject(LOT, 202, ("papers_missing",), "材料不全")
    rejected = staff("registration.reject/1", reject, "centre_reviewer")
    read = bidder("roll.acknowledge/1", Acknowledge(LOT, "who-202", 1), 202)
    over = stream(LOT_STREAM, place="qualifying")

    def run_out(*breaks: Break) -> Vector:
        due_us = UNTIL_US + 9 * DAY_US
        act = engine("registration.run_out/1", Due(REGISTRATION, due_us), CLOCK)
        return placed(places, "registered", act, *breaks, at_us=due_us)

    unpaid = stream(REGISTRATION, place="submitted")
    return [
        placed(places, "registered", late),
        placed(places, "registered", late, free),
        placed(places, "registered", qualify, unanswered),
        placed(places, "registered", rejected),
        placed(places, "registered", rejected, unanswered),
        placed(places, "registered", read),
        *(run_out(*place, *lot) for place in ((), (unpaid,)) for lot in ((), (over,))),
    ]


def _deposits(places: Places) -> list[Vector]:
    def act(kind: str, data: object) -> Act:
        return staff(kind, data, "office", docs=EVIDENCE)  # type: ignore[arg-type]

    def at(place: str) -> Break:
        return stream(DEPOSIT, place=place)

    due_us = places.now_us("certified")
    overdue = engine("deposit.overdue/1", Due(f"deposit/{LOT}-101", due_us), CLOCK)
    refund = staff("deposit.refund/1", RefundDeposit(LOT, 202), "centre_cashier")
    freeze = act("deposit.freeze/1", FreezeDeposit(LOT, 202, "核查"))
    unfreeze = act("deposit.unfreeze/1", UnfreezeDeposit(LOT, 202, "核查完毕"))
    forfeit = pair("deposit.forfeit/1", ForfeitDeposit(LOT, 202, "collusion", "串通"))[0]
    release = act("deposit.release/1", ReleaseDeposit(LOT, 202))
    lapsed = stream(REGISTRATION, place="lapsed")
    apply = pair("deposit.apply/1", ApplyDeposit(LOT, 202, 500))[0]
    lost = both(at("forfeited"), facet(DEPOSIT, "deposit", account="forfeited", price_fen=101_000))
    more = facet(DEPOSIT, "deposit", amount_fen=DEPOSIT_FEN + 1)
    return [
        placed(places, "certified", overdue, at_us=due_us),
        placed(places, "qualified", refund, at("refund_overdue")),
        *(placed(places, "qualified", freeze, at(p)) for p in ("held", "refund_due")),
        placed(places, "qualified", freeze, at("refund_overdue")),
        placed(places, "qualified", unfreeze, at("frozen")),
        *(placed(places, "qualified", forfeit, at(p)) for p in ("held", "frozen", "converted")),
        placed(places, "qualified", release, both(lapsed)),
        placed(places, "awarded", apply, lost),
        placed(places, "awarded", apply, lost, more),
    ]


def _outcomes(places: Places) -> list[Vector]:
    catalogue = places.kernel.catalogue
    for name, values in PACKS.items():
        if not catalogue.knows("pack", name):
            catalogue.add("pack", local_pack(places.kernel.registry, name, **values).body)
    one = facet(ROLL_STREAM, "roll", qualified=(202,))
    negotiates = stream(LOT_STREAM, pack="test-negotiate@1")
    runner_up = stream(LOT_STREAM, pack="test-runner-up@1")
    operator, minutes = "centre_operator", (paper("minutes"),)
    fail = staff("lot.fail/1", FailLot(LOT), operator, docs=minutes)
    agree = pair("lot.agree/1", Agree(LOT, 202, START_FEN), docs=minutes)[0]
    default = pair("lot.default/1", DefaultWinner(LOT, "not_signed", "逾期未签约"))[0]
    succeed = pair("lot.succeed/1", Succeed(LOT))[0]
    decline = bidder("lot.decline_deal/1", DeclineDeal(LOT, "资金不足"), 202)
    defaulted, negotiating = (
        stream(LOT_STREAM, place="defaulted"),
        stream(LOT_STREAM, place="negotiating"),
    )

    def fired(kind: str, place: str, *breaks: Break) -> Vector:
        due_us = places.now_us(place) + DAY_US
        return placed(
            places, place, engine(kind, Due(LOT_STREAM, due_us), CLOCK), *breaks, at_us=due_us
        )

    return [
        placed(places, "qualified", staff("lot.go_thin/1", GoThin(LOT), operator), one),
        placed(places, "qualified", bidder("lot.offer/1", Offer(LOT, START_FEN), 202), one,
               stream(LOT_STREAM, place="thin")),
        fired("lot.no_offer/1", "qualified", stream(LOT_STREAM, place="thin")),
        placed(places, "qualified", staff("lot.negotiate/1", Negotiate(LOT), operator), one,
               negotiates),
        placed(places, "qualified", agree, negotiating),
        placed(places, "qualified", fail, negotiating),
        placed(places, "provisional", decline),
        fired("lot.lapse/1", "provisional"),
        *(placed(places, p, default) for p in ("confirmed", "publicity", "cleared", "awarded")),
        placed(places, "provisional", succeed, defaulted, runner_up),
        placed(places, "provisional", fail, defaulted),
    ]  # fmt: skip
