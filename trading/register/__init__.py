"""The register: assets and the contracts that are in force on them."""

from __future__ import annotations

from trading.engine.corrections import corrected
from trading.engine.registry import StreamSpec, Subject
from trading.register import commands, contract_commands, contracts, rules
from trading.register.guards import GUARDS

SUBJECT = Subject(
    name="register",
    streams=(StreamSpec("asset", "asset"), StreamSpec("contract", "contract")),
    commands=commands.COMMANDS + contract_commands.COMMANDS,
    facets={
        "asset": rules.Asset,
        "contract": contracts.ContractTerms,
        "performance": contracts.Performance,
    },
    evolves={
        rules.AssetRegistered: ("asset", rules.registered),
        rules.AssetUpdated: ("asset", rules.updated),
        rules.AssetFrozen: ("asset", rules.frozen),
        rules.AssetUnfrozen: ("asset", rules.unfrozen),
        rules.AssetReserved: ("asset", rules.reserved),
        rules.AssetReleased: ("asset", rules.released),
        rules.AssetTaken: ("asset", rules.taken),
        rules.AssetLeft: ("asset", rules.left),
        rules.AssetCorrected: ("asset", corrected),
        contracts.ContractOpened: ("contract", contracts.contract_opened),
        contracts.PaidOnPaper: ("performance", contracts.paid_on_paper),
        contracts.ContractCorrected: ("contract", corrected),
        contracts.HandedOver: ("performance", contracts.handed_over),
        contracts.MoneyReceived: ("performance", contracts.money_received),
        contracts.ContractSettled: ("performance", contracts.contract_settled),
    },
    guards=GUARDS,
    corrections=(commands.ASSET_CORRECTION, contract_commands.CONTRACT_CORRECTION),
    instants={"contract_rung": contracts.next_rung},
)
