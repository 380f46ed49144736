"""Commands of the register."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from trading.base.text import Id, ShortText
from trading.engine.context import Context
from trading.engine.corrections import keyed
from trading.engine.registry import CommandSpec, Correction, Effect
from trading.engine.stream import Command, Stream
from trading.register.rules import Asset, AssetCorrected, AssetRegistered, AssetReleased

QUANTITY_MAX = 10**12


class RegisterAsset(Command, frozen=True):
    """Enter an asset of ``org`` in the ledger."""

    asset: Id
    org: Id
    category: Id
    name_zh: ShortText
    place_zh: ShortText
    quantity_thousandths: Annotated[int, Meta(gt=0, le=QUANTITY_MAX)]
    quantity_unit: Id


class VacateAsset(Command, frozen=True):
    """Take an asset back whose tenant has left."""

    asset: Id


def _register(context: Context) -> Effect:
    data: RegisterAsset = context.data
    event = AssetRegistered(
        data.category, data.name_zh, data.place_zh, data.quantity_thousandths, data.quantity_unit
    )
    return Effect((event,))


def _vacate(_context: Context) -> Effect:
    return Effect((AssetReleased(),))


COMMANDS = (
    CommandSpec(
        "asset.register/1", RegisterAsset, lambda data: f"asset/{data.asset}", "register",
        _register, owner=lambda data: data.org, reads=lambda _env, _states: ("orgs",),
    ),
    CommandSpec(
        "asset.vacate/1", VacateAsset, lambda data: f"asset/{data.asset}", "vacate", _vacate
    ),
)  # fmt: skip


def _lot(state: Stream) -> str:
    asset: Asset = state.facets["asset"]
    return f"lot/{asset.lot}" if asset.lot else ""


ASSET_CORRECTION = Correction(
    "asset",
    AssetCorrected,
    keyed(
        RegisterAsset, "category", "name_zh", "place_zh", "quantity_thousandths", "quantity_unit"
    ),
    _lot,
)
