"""Bring a case of one's own through its decision and past its desks."""

from __future__ import annotations

from tests.support.acts import ASSET, CASE, apply, approve, asset, decision, draft, officer, staff
from tests.support.trade import Trade
from trading.base.units import DAY_US
from trading.listing.cases import DESKS
from trading.listing.commands import AcceptCase
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
    while (place := trade.place(f"case/{case}")) != "approved":
        trade.do(approve(DESKS[place], case))
    trade.do(staff("case.accept/1", AcceptCase(case), "centre_reviewer"))
