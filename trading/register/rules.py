"""The register of assets: one stream per asset, from the census to disposal.

Quantities are integers in thousandths of their unit, so that 130.72 mu is 130720. An asset may
be let and, before that contract ends, already be in the lot that decides who comes next; so its
place tells both, and certificate and departure may come in either order. A frozen title says
nothing of who uses the asset, so it is a mark and no place.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from trading.base.money import MAX_FEN
from trading.base.text import Id, ShortText
from trading.engine.registry import Then
from trading.engine.stream import Corrected, Event, Facet, Stream

QUANTITY_MAX = 10**12
CONTRACTS_MAX = 8
DISPOSED = "disposed"

OptionalText = Annotated[str, Meta(max_length=500)]
OptionalDay = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$(?!\n)")]
Amount = Annotated[int, Meta(ge=0, le=MAX_FEN)]
Quantity = Annotated[int, Meta(gt=0, le=QUANTITY_MAX)]


class Ledger(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the ledger knows of an asset beyond its name, place and size.

    Empty text, 0 and ``unknown`` mean that nobody has found out yet. ``encumbrance_zh`` not empty
    means that somebody else has a right in the asset. An occupant is a kind and never a name.
    Source: domain brief, section 4.
    """

    group_zh: OptionalText = ""
    bounds_zh: OptionalText = ""
    area_basis: Literal["surveyed", "as_is"] = "as_is"
    title_kind: Literal["unknown", "none", "ownership", "land_use", "contracting", "other"] = (
        "unknown"
    )
    title_number: OptionalText = ""
    title_day: OptionalDay = ""
    mixed_title: bool = False
    book_value_fen: Amount = 0
    appraisal_fen: Amount = 0
    appraisal_day: OptionalDay = ""
    current_use_zh: OptionalText = ""
    encumbrance_zh: OptionalText = ""
    occupant: Literal["unknown", "none", "owner", "tenant", "held_over", "unauthorised"] = "unknown"
    improvements_zh: OptionalText = ""
    zoning_zh: OptionalText = ""
    fire_acceptance: Literal["unknown", "not_needed", "accepted", "missing"] = "unknown"
    inventory_day: OptionalDay = ""


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an asset is: class, name, place, size, and the rest of its ledger."""

    category: Id
    name_zh: ShortText
    place_zh: ShortText
    quantity_thousandths: Quantity
    quantity_unit: Id
    ledger: Ledger = Ledger()


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field of the ledger as it was and as it is now, as text."""

    field: str
    old: str
    new: str


class Asset(Facet, frozen=True):
    """What the ledger says of one asset, the lot that it is in and the contracts on it.

    ``contracts`` maps the id of a contract to its last day.
    """

    category: str = ""
    name_zh: str = ""
    place_zh: str = ""
    quantity_thousandths: int = 0
    quantity_unit: str = ""
    lot: str = ""
    ledger: Ledger = Ledger()
    contracts: dict[str, str] = {}  # noqa: RUF012 - copied by msgspec
    frozen_zh: str = ""


class AssetRegistered(Event, frozen=True, tag="asset_registered/1"):
    """An asset entered the ledger."""

    description: Description


class AssetUpdated(Event, frozen=True, tag="asset_updated/1"):
    """The ledger describes the asset anew; ``changes`` are the fields that differ."""

    description: Description
    changes: tuple[Change, ...]
    reason_zh: str


class AssetFrozen(Event, frozen=True, tag="asset_frozen/1"):
    """A court or another authority stopped every disposal of the asset."""

    reason_zh: str


class AssetUnfrozen(Event, frozen=True, tag="asset_unfrozen/1"):
    """The authority let the asset go again."""

    reason_zh: str


class AssetReserved(Event, frozen=True, tag="asset_reserved/1"):
    """The asset is in a live lot."""

    lot: str


class AssetReleased(Event, frozen=True, tag="asset_released/1"):
    """The asset left its lot."""


class AssetTaken(Event, frozen=True, tag="asset_taken/1"):
    """A contract was opened on the asset; its lot, if any, has done its work."""

    contract: str
    ends_day: str


class AssetLeft(Event, frozen=True, tag="asset_left/1"):
    """A contract on the asset is over and the asset was given back."""

    contract: str


class AssetCorrected(Corrected, frozen=True, tag="asset_corrected/1"):
    """What the ledger said of an asset was keyed wrongly."""


def registered(_asset: Asset | None, event: AssetRegistered) -> Asset:
    """Fold the registration."""
    return Asset(**_described(event.description))


def updated(asset: Asset, event: AssetUpdated) -> Asset:
    """Fold a new description."""
    return msgspec.structs.replace(asset, **_described(event.description))


def frozen(asset: Asset, event: AssetFrozen) -> Asset:
    """Fold the freeze."""
    return msgspec.structs.replace(asset, frozen_zh=event.reason_zh)


def unfrozen(asset: Asset, _event: AssetUnfrozen) -> Asset:
    """Fold the end of the freeze."""
    return msgspec.structs.replace(asset, frozen_zh="")


def reserved(asset: Asset, event: AssetReserved) -> Asset:
    """Fold the reservation for a lot."""
    return msgspec.structs.replace(asset, lot=event.lot)


def released(asset: Asset, _event: AssetReleased) -> Asset:
    """Fold the release from a lot."""
    return msgspec.structs.replace(asset, lot="")


def taken(asset: Asset, event: AssetTaken) -> Asset:
    """Fold a contract on the asset."""
    contracts = {**asset.contracts, event.contract: event.ends_day}
    return msgspec.structs.replace(asset, lot="", contracts=contracts)


def left(asset: Asset, event: AssetLeft) -> Asset:
    """Fold the end of a contract on the asset."""
    contracts = {name: day for name, day in asset.contracts.items() if name != event.contract}
    return msgspec.structs.replace(asset, contracts=contracts)


def tradable(asset: Asset) -> bool:
    """Tell whether title and encumbrances let the asset come into a lot."""
    return not asset.frozen_zh and not asset.ledger.encumbrance_zh


def description(asset: Asset) -> Description:
    """Return what the ledger now says the asset is."""
    return Description(**{name: getattr(asset, name) for name in Description.__struct_fields__})


def changes(old: Description, new: Description) -> tuple[Change, ...]:
    """Return the fields in which two descriptions differ, in the order of the ledger."""
    before, after = _flat(old), _flat(new)
    return tuple(
        Change(name, str(before[name]), str(after[name]))
        for name in before
        if before[name] != after[name]
    )


def asset_taken(asset: str, contract: str, tenure: str, ends_day: str) -> Then:
    """Return the part that gives ``asset`` to the holder of ``contract``: let, or sold."""
    trigger = "dispose" if tenure == "transfer" else "let"
    return Then(f"asset/{asset}", trigger, (AssetTaken(contract, ends_day),))


def asset_left(state: Stream, contract: str) -> Then:
    """Return the part that takes the asset back when ``contract`` is over.

    While another contract is on it, or when the next one was certified already, it stays let.
    """
    if state.place == DISPOSED:
        trigger = "restore"
    else:
        trigger = "leave" if state.facets["asset"].contracts.keys() - {contract} else "vacate"
    return Then(state.name, trigger, (AssetLeft(contract),))


def _described(description: Description) -> dict[str, Any]:
    return {name: getattr(description, name) for name in Description.__struct_fields__}


def _flat(description: Description) -> dict[str, Any]:
    found = _described(description)
    ledger: Ledger = found.pop("ledger")
    return {**found, **msgspec.structs.asdict(ledger)}
