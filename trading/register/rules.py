"""The register of assets: one stream per asset, from the census to disposal.

Quantities are integers in thousandths of their unit, so that 130.72 mu is 130720.
"""

from __future__ import annotations

from trading.engine.stream import Corrected, Event, Facet


class Asset(Facet, frozen=True):
    """What the ledger says of one asset, and the lot that it is in."""

    category: str = ""
    name_zh: str = ""
    place_zh: str = ""
    quantity_thousandths: int = 0
    quantity_unit: str = ""
    lot: str = ""


class AssetRegistered(Event, frozen=True, tag="asset_registered/1"):
    """An asset entered the ledger."""

    category: str
    name_zh: str
    place_zh: str
    quantity_thousandths: int
    quantity_unit: str


class AssetReserved(Event, frozen=True, tag="asset_reserved/1"):
    """The asset is in a live lot."""

    lot: str


class AssetReleased(Event, frozen=True, tag="asset_released/1"):
    """The asset left its lot."""


class AssetCorrected(Corrected, frozen=True, tag="asset_corrected/1"):
    """What the ledger said of an asset was keyed wrongly."""


def registered(_asset: Asset | None, event: AssetRegistered) -> Asset:
    """Fold the registration."""
    return Asset(
        event.category,
        event.name_zh,
        event.place_zh,
        event.quantity_thousandths,
        event.quantity_unit,
    )


def reserved(asset: Asset | None, event: AssetReserved) -> Asset:
    """Fold the reservation for a lot."""
    return _in_lot(asset, event.lot)


def released(asset: Asset | None, _event: AssetReleased) -> Asset:
    """Fold the release from a lot."""
    return _in_lot(asset, "")


def _in_lot(asset: Asset | None, lot: str) -> Asset:
    found = asset or Asset()
    return Asset(
        found.category,
        found.name_zh,
        found.place_zh,
        found.quantity_thousandths,
        found.quantity_unit,
        lot,
    )
