"""Commands of the register."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from trading.base.text import Id, ShortText
from trading.engine.context import Context
from trading.engine.registry import CommandSpec, Effect
from trading.engine.stream import Command
from trading.register.rules import AssetRegistered

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


def _register(context: Context) -> Effect:
    data: RegisterAsset = context.data
    event = AssetRegistered(
        data.category, data.name_zh, data.place_zh, data.quantity_thousandths, data.quantity_unit
    )
    return Effect((event,))


COMMANDS = (
    CommandSpec(
        "asset.register/1", RegisterAsset, lambda data: f"asset/{data.asset}", "register",
        _register, owner=lambda data: data.org, reads=lambda _env, _states: ("orgs",),
    ),
)  # fmt: skip
