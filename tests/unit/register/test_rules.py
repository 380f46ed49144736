"""An asset that is let, in its next lot, sold and given back, in every order."""

from __future__ import annotations

import pytest

from trading.engine.stream import Stream
from trading.register.rules import (
    Asset,
    AssetLeft,
    AssetReleased,
    AssetReserved,
    AssetTaken,
    Ledger,
    asset_left,
    asset_taken,
    left,
    released,
    reserved,
    taken,
    tradable,
)

LET = Asset(contracts={"paper-1": "2026-12-31"})


def test_certificate_and_departure_come_in_either_order() -> None:
    taking, leaving = AssetTaken("lot-b-1", "2029-12-31"), AssetLeft("paper-1")
    in_lot = reserved(LET, AssetReserved("lot/b-1"))
    after = Asset(contracts={"lot-b-1": "2029-12-31"})
    assert left(taken(in_lot, taking), leaving) == taken(left(in_lot, leaving), taking) == after
    assert released(in_lot, AssetReleased()) == LET


@pytest.mark.parametrize(
    ("place", "contracts", "trigger"),
    [
        ("let", {"paper-1": ""}, "vacate"),
        ("let_reserved", {"paper-1": ""}, "vacate"),
        ("let", {"paper-1": "", "lot-b-1": ""}, "leave"),
        ("disposed", {"paper-1": ""}, "restore"),
    ],
)
def test_what_a_departure_does_depends_on_who_else_is_there(
    place: str, contracts: dict[str, str], trigger: str
) -> None:
    state = Stream("asset/a", place=place, facets={"asset": Asset(contracts=contracts)})
    assert asset_left(state, "paper-1").trigger == trigger


@pytest.mark.parametrize(("tenure", "trigger"), [("lease", "let"), ("transfer", "dispose")])
def test_what_is_sold_is_disposed_of(tenure: str, trigger: str) -> None:
    assert asset_taken("a", "lot-b-1", tenure, "").trigger == trigger


@pytest.mark.parametrize(
    ("asset", "free"),
    [
        (Asset(), True),
        (Asset(frozen_zh="查封"), False),
        (Asset(ledger=Ledger(encumbrance_zh="抵押给农商行")), False),
    ],
)
def test_frozen_or_encumbered_is_not_tradable(asset: Asset, *, free: bool) -> None:
    assert tradable(asset) is free
