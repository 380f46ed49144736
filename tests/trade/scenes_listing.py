"""Passing scenes of the case: every desk, every return, and what the community takes back."""

from __future__ import annotations

from typing import Any

from tests.support.acts import (
    ASSET,
    CASE,
    DEPOSIT_FEN,
    LOT,
    START_FEN,
    Act,
    approve,
    officer,
    plan,
    staff,
)
from tests.support.cases import amend, decide_again, relist
from tests.support.trade import Places, Scene
from tests.trade.vectors.build import Break, Vector, both, copied, facet, stream, vector
from trading.awarding.endings import WithdrawLot
from trading.engine.builtin import CLOCK, Due
from trading.listing.commands import (
    CloseCase,
    ExtendCase,
    RefuseCase,
    ReopenCase,
    ReturnCase,
    WithdrawCase,
)
from trading.listing.rounds import AbandonLot

_CASE = f"case/{CASE}"
_BEFORE_THE_NOTICE = (
    "drafted", "proposed", "deliberated", "reviewed", "resolved", "decided", "reviewing",
    "street_review", "office_review", "approved", "accepted",
)  # fmt: skip


def scenes(places: Places) -> list[Vector]:
    """Return passing vectors of the edges of a case beside the path."""

    def at(place: str, act: Act, *breaks: Break, at_us: int = 0) -> Vector:
        scene = Scene(act, places.states[place], at_us or places.now_us(place))
        return both(*breaks)(vector(scene))

    def case(place: str, tier: str = "small") -> Break:
        return both(stream(_CASE, place=place), facet(_CASE, "case", tier=tier))

    again: Any = places.scenes["case.draft/1"].act
    over_us = places.states["resolved"][_CASE].due_us
    over = Act("case.publicity_over/1", Due(_CASE, over_us), CLOCK, CLOCK)
    withdraw = officer("case.withdraw/1", WithdrawCase(CASE, "村民反对"))
    reopen = officer("case.reopen/1", ReopenCase(CASE, "调整租期"))
    refuse = RefuseCase(CASE, "title_disputed", "权属有争议")

    def returned(place: str, role: str) -> Vector:
        return at("reviewing", staff("case.return/1", ReturnCase(CASE, "补充材料"), role),
                  case(place))  # fmt: skip

    failed = both(
        stream(f"lot/{LOT}", place="failed"),
        stream(f"asset/{ASSET}", place="idle"),
        facet(_CASE, "case", lots=(plan(cut_ratio_max="1/10"),)),
    )
    abandon = officer("lot.abandon/1", AbandonLot(LOT, "改作自用"))
    withdraw_lot = officer("lot.withdraw/1", WithdrawLot(LOT, "owner_decision", "改作自用"))
    beside = copied(f"asset/{ASSET}", "asset/asset-b")
    return [
        at("listed", amend(plan(deposit_fen=DEPOSIT_FEN + 1))),
        at("listed", relist(START_FEN * 9 // 10), failed),
        at("listed", decide_again("1/5"), failed),
        at("listed", abandon, stream(f"lot/{LOT}", place="failed")),
        *(at("listed", withdraw_lot, stream(f"lot/{LOT}", place=place))
          for place in ("listed", "qualifying", "stalled", "ready")),
        at("drafted", again),
        at("drafted", officer("case.extend/1", ExtendCase(CASE, (plan(2, "asset-b"),))), beside),
        *(at("drafted", reopen, case(place)) for place in _BEFORE_THE_NOTICE[1:6]),
        at("resolved", over, at_us=over_us),
        at("reviewing", approve(), case("reviewing", "normal")),
        at("reviewing", approve("street_reviewer"), case("street_review", "normal")),
        at("reviewing", approve("street_reviewer"), case("street_review", "large")),
        at("reviewing", approve("office"), case("office_review", "large")),
        returned("reviewing", "asset3_reviewer"),
        returned("street_review", "street_reviewer"),
        returned("office_review", "office"),
        returned("approved", "centre_reviewer"),
        at("approved", staff("case.refuse/1", refuse, "centre_reviewer")),
        at("listed", staff("case.close/1", CloseCase(CASE), "centre_clerk"),
           stream(f"lot/{LOT}", place="terminated")),
        *(at("drafted", withdraw, case(place)) for place in _BEFORE_THE_NOTICE),
    ]  # fmt: skip
