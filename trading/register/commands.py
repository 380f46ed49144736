"""Commands of the asset ledger."""

from __future__ import annotations

from typing import Any

from trading.base.text import Id, LongText, ShortText
from trading.engine.builtin import suspension
from trading.engine.context import Context, Envelope
from trading.engine.corrections import keyed
from trading.engine.registry import CommandSpec, Correction, Effect
from trading.engine.stream import CLEAR, Command, States
from trading.register.rules import (
    Asset,
    AssetCorrected,
    AssetFrozen,
    AssetRegistered,
    AssetUnfrozen,
    AssetUpdated,
    Description,
    Ledger,
    Quantity,
    changes,
    description,
)

FREEZE_CAUSE = "asset_frozen"


class RegisterAsset(Command, frozen=True):
    """Enter an asset of ``org`` in the ledger."""

    asset: Id
    org: Id
    category: Id
    name_zh: ShortText
    place_zh: ShortText
    quantity_thousandths: Quantity
    quantity_unit: Id
    ledger: Ledger = Ledger()

    @property
    def description(self) -> Description:
        """Return what the asset is said to be."""
        return Description(
            self.category, self.name_zh, self.place_zh, self.quantity_thousandths,
            self.quantity_unit, self.ledger,
        )  # fmt: skip


class UpdateAsset(Command, frozen=True):
    """Describe an asset anew, and say why."""

    asset: Id
    reason_zh: ShortText
    description: Description


class FreezeAsset(Command, frozen=True):
    """Stop every disposal of an asset by order of a court or another authority."""

    asset: Id
    reason_zh: LongText


class UnfreezeAsset(Command, frozen=True):
    """Let an asset go again, by order of who froze it."""

    asset: Id
    reason_zh: LongText


class UseAsset(Command, frozen=True):
    """Put an idle asset to the owner's own use."""

    asset: Id
    use_zh: ShortText


class StopUsingAsset(Command, frozen=True):
    """End the owner's own use."""

    asset: Id


def _register(context: Context) -> Effect:
    return Effect((AssetRegistered(context.data.description),))


def _update(context: Context) -> Effect:
    data: UpdateAsset = context.data
    changed = changes(description(context.of(Asset)), data.description)
    return Effect((AssetUpdated(data.description, changed, data.reason_zh),))


def _freeze(context: Context) -> Effect:
    """Freeze the asset, and hold the live lot that it is in: that is the safe direction."""
    lot = context.of(Asset).lot
    state = context.states.get(lot) if lot else None
    live = state is not None and state.hold == CLEAR
    holds = (suspension(lot, FREEZE_CAUSE, context.at_us),) if live else ()
    return Effect((AssetFrozen(context.data.reason_zh),), holds)


def _unfreeze(context: Context) -> Effect:
    return Effect((AssetUnfrozen(context.data.reason_zh),))


def _nothing(_context: Context) -> Effect:
    return Effect()


def _asset(data: Any) -> str:
    return f"asset/{data.asset}"


def _lot(env: Envelope, states: States) -> tuple[str, ...]:
    state = states.get(_asset(env.data))
    found: Asset | None = state.facets.get("asset") if state else None
    return (found.lot,) if found and found.lot else ()


COMMANDS = (
    CommandSpec(
        "asset.register/1", RegisterAsset, _asset, "register", _register,
        owner=lambda data: data.org, reads=lambda _env, _states: ("orgs",),
    ),
    CommandSpec("asset.update/1", UpdateAsset, _asset, "update", _update),
    CommandSpec("asset.freeze/1", FreezeAsset, _asset, "freeze", _freeze, reads=_lot),
    CommandSpec("asset.unfreeze/1", UnfreezeAsset, _asset, "unfreeze", _unfreeze),
    CommandSpec("asset.use/1", UseAsset, _asset, "use", _nothing),
    CommandSpec("asset.stop_using/1", StopUsingAsset, _asset, "stop_using", _nothing),
)  # fmt: skip

ASSET_CORRECTION = Correction(
    "asset",
    AssetCorrected,
    keyed(
        RegisterAsset,
        *("category", "name_zh", "place_zh", "quantity_thousandths", "quantity_unit"),
        *(f"ledger.{field}" for field in Ledger.__struct_fields__),
    ),
    lambda asset: str(asset.facets["asset"].lot),
)
