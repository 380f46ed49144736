"""Bring a case of one's own through its decision and past its desks."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.support.acts import (
    ASSET,
    CASE,
    CLOSES_US,
    OPENS_US,
    STAFF,
    UNTIL_US,
    Act,
    apply,
    approve,
    asset,
    decision,
    draft,
    officer,
    paper,
    staff,
    vote,
)
from tests.support.trade import Trade
from trading.base.units import DAY_US
from trading.listing.cases import DESKS, Vote
from trading.listing.commands import AcceptCase
from trading.listing.notices import AmendCase
from trading.listing.rounds import DecideAgain, RelistLot
from trading.listing.rules import LotPlan

POSTED_DAYS = 8
"""How long the tests wait after a resolution; its five days may end on a Saturday."""


def brought(trade: Trade, *lots: LotPlan, case: str = CASE) -> None:
    """Register the assets of ``lots`` where they are new, draft the case, decide it and apply."""
    for name in [plan.asset for plan in lots] or [ASSET]:
        if trade.centre.state(f"asset/{name}") is None:
            trade.do(officer("asset.register/1", asset(name)))
    trade.do(officer("case.draft/1", draft(*lots, case=case)))
    for act in decision(case):
        trade.do(act)
    trade.wait(trade.clock.now_us() + POSTED_DAYS * DAY_US)
    trade.do(apply(case))


def accepted(trade: Trade, *lots: LotPlan, case: str = CASE) -> None:
    """Bring a case as far as the centre's acceptance."""
    brought(trade, *lots, case=case)
    reviewed(trade, case)


def reviewed(trade: Trade, case: str = CASE) -> None:
    """Pass every desk that the value of the case needs, the centre's last."""
    while (place := trade.place(f"case/{case}")) != "approved":
        trade.do(approve(DESKS[place], case))
    trade.do(staff("case.accept/1", AcceptCase(case), "centre_reviewer"))


def amend(*plans: LotPlan, until_us: int = UNTIL_US, **more: Any) -> Act:
    """Return the community's wish to amend lots of the notice, registration ending then."""
    data = AmendCase(CASE, plans, until_us, OPENS_US, CLOSES_US, "押金有误")
    docs = (paper("amendment"), paper("approval"))
    return officer("case.amend/1", msgspec.structs.replace(data, **more), docs=docs)


def relist(price_fen: int, until_us: int = UNTIL_US, number: int = 1) -> Act:
    """Return the community's wish to list a failed lot again."""
    after_us = until_us - UNTIL_US
    data = RelistLot(
        CASE, number, "notice-b", price_fen, until_us, OPENS_US + after_us, CLOSES_US + after_us
    )
    docs = (paper("notice"), paper("contract_draft"))
    return officer("case.relist/1", data, docs=docs)


def confirmed(act: Act) -> Act:
    """Return the centre's own word for what the community asked."""
    return Act(act.kind, act.data, STAFF["centre_clerk"], "centre_clerk", act.docs, act.facts)


def decide_again(ratio: str, found: Vote | None = None, number: int = 1) -> Act:
    """Return a new vote that allows a cut of ``ratio`` in all."""
    docs = (paper("minutes"), paper("street_approval"))
    data = DecideAgain(CASE, number, found or vote(), ratio)
    return officer("case.decide_again/1", data, docs=docs)
