"""Passing scenes for the ledger of assets and the contracts in force."""

from __future__ import annotations

from tests.support.acts import ASSET, LOT, Act, agreement, officer, paper, settled, staff
from tests.support.trade import Places
from tests.trade.vectors.build import Vector, facet, placed, stream
from trading.base.units import DAY_US
from trading.engine.builtin import CLOCK, Due
from trading.register.commands import (
    FreezeAsset,
    StopUsingAsset,
    UnfreezeAsset,
    UpdateAsset,
    UseAsset,
)
from trading.register.contract_commands import EndContract, HandOver, ReceiveMoney, TakeOverContract
from trading.register.contracts import LADDER, contract_of
from trading.register.rules import Description

CONTRACT = f"contract/{contract_of(LOT)}"
_ASSET = f"asset/{ASSET}"
_SOLD = agreement(tenure="transfer", starts_day="2026-12-01", ends_day="")
_HELD = ("idle", "reserved", "let", "let_reserved", "self_used")


def scenes(places: Places) -> list[Vector]:
    """Return passing vectors of the register."""
    return [*_assets(places), *_contracts(places)]


def _assets(places: Places) -> list[Vector]:
    name, order = _ASSET, (paper("order"),)
    described = Description("shop", "门面二号", "甲社区一组", 1000, "lot")
    update = officer("asset.update/1", UpdateAsset(ASSET, "门牌更正", described))
    freeze = staff("asset.freeze/1", FreezeAsset(ASSET, "法院查封"), "office", docs=order)
    unfreeze = staff("asset.unfreeze/1", UnfreezeAsset(ASSET, "解封"), "office", docs=order)
    frozen = facet(name, "asset", frozen_zh="法院查封")
    use = officer("asset.use/1", UseAsset(ASSET, "办公"))
    stop = officer("asset.stop_using/1", StopUsingAsset(ASSET))
    return [
        *(placed(places, "drafted", update, stream(name, place=place))
          for place in ("idle", "let", "self_used")),
        *(placed(places, "drafted", freeze, stream(name, place=place)) for place in _HELD),
        *(placed(places, "drafted", unfreeze, stream(name, place=place), frozen)
          for place in _HELD),
        placed(places, "drafted", use),
        placed(places, "drafted", stop, stream(name, place="self_used")),
    ]  # fmt: skip


def _contracts(places: Places) -> list[Vector]:
    def at(place: str, act: Act) -> Vector:
        return placed(places, "certified", act, stream(CONTRACT, place=place))

    contract, now_us = contract_of(LOT), places.now_us("certified")
    taking = TakeOverContract("paper-1", "community-a", "cn-collective", ASSET, agreement())
    take_over = officer("contract.take_over/1", taking, docs=(paper("contract"),))
    approach = Act("contract.approach/1", Due(CONTRACT, now_us + DAY_US), CLOCK, CLOCK)
    hand_over = officer("contract.hand_over/1", HandOver(contract, "2026-03-20"),
                        docs=(paper("handover"),))  # fmt: skip
    receive = officer("contract.receive/1", ReceiveMoney(contract, 1, 1000, "2026-03-20", "bank-7"))
    end = officer(
        "contract.end/1", EndContract(contract, "agreement", "双方协商", 0, 0, 0),
        docs=(paper("evidence"),),
    )  # fmt: skip
    sale = facet(CONTRACT, "contract", agreement=_SOLD)
    running = (*LADDER, "expired")
    return [
        placed(places, "drafted", take_over),
        *(at(place, approach) for place in LADDER),
        *(at(place, hand_over) for place in LADDER),
        *(at(place, receive) for place in running),
        *(at(place, end) for place in running),
        at("expired", settled(contract)),
        sale(at("in_force", settled(contract))),
    ]
