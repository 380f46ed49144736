"""The register: assets and what is in force on them."""

from __future__ import annotations

from trading.engine.corrections import corrected
from trading.engine.registry import StreamSpec, Subject
from trading.register.commands import ASSET_CORRECTION, COMMANDS
from trading.register.rules import (
    Asset,
    AssetCorrected,
    AssetRegistered,
    AssetReleased,
    AssetReserved,
    registered,
    released,
    reserved,
)

SUBJECT = Subject(
    name="register",
    streams=(StreamSpec("asset", "asset"),),
    commands=COMMANDS,
    facets={"asset": Asset},
    evolves={
        AssetRegistered: ("asset", registered),
        AssetReserved: ("asset", reserved),
        AssetReleased: ("asset", released),
        AssetCorrected: ("asset", corrected),
    },
    corrections=(ASSET_CORRECTION,),
)
