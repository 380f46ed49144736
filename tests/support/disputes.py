"""Acts of disputes: one builder for each."""

from __future__ import annotations

from typing import Any

from tests.support.acts import BIDDERS, LOT, Act, paper, staff
from trading.disputes.commands import (
    AdmitObjection,
    DismissObjection,
    FileObjection,
    RejectObjection,
    UpholdObjection,
    WithdrawObjection,
)

LOSER = BIDDERS[0]
FIRST = f"objection/{LOT}-1"
_OFFICE = ("office-chen", "office-peng")


def objection(number: int = 1, *, by: int = LOSER, **more: Any) -> Act:
    """Return an objection of a bidder against the result; ``more`` changes its fields."""
    fields = {"kind": "objection", "ground": "winner_ineligible", **more}
    data = FileObjection(LOT, number, **fields)
    return Act("objection.file/1", data, f"bidder-{by}", "bidder", (paper("objection"),))


def complaint(number: int = 1) -> Act:
    """Return a complaint of a bidder to the office."""
    return objection(number, kind="complaint", ground="procedure")


def admit(number: int = 1) -> Act:
    """Return the admission."""
    return staff("objection.admit/1", AdmitObjection(LOT, number), "office")


def reject(number: int = 1) -> Act:
    """Return the refusal to take it up."""
    data = RejectObjection(LOT, number, "与本标的无关")
    return staff("objection.reject/1", data, "office", docs=(paper("answer"),))


def withdraw(number: int = 1, *, by: int = LOSER) -> Act:
    """Return the withdrawal by a bidder."""
    data = WithdrawObjection(LOT, number, "已了解情况")
    return Act("objection.withdraw/1", data, f"bidder-{by}", "bidder")


def dismiss(number: int = 1) -> tuple[Act, ...]:
    """Return the ruling of two that the result stands."""
    return _ruling("objection.dismiss/1", DismissObjection(LOT, number, "查无实据"))


def uphold(number: int = 1, remedy: Any = "rerun", struck: tuple[int, ...] = ()) -> tuple[Act, ...]:
    """Return the ruling of two that the result falls."""
    data = UpholdObjection(LOT, number, "成交人不符合公告条件", remedy, struck)
    return _ruling("objection.uphold/1", data)


def _ruling(kind: str, data: Any) -> tuple[Act, ...]:
    return tuple(Act(kind, data, who, "office", (paper("answer"),)) for who in _OFFICE)
