"""Awarding: from the end of the bidding to the certificate."""

from __future__ import annotations

from trading.awarding import rules
from trading.awarding.commands import COMMANDS
from trading.awarding.guards import GUARDS
from trading.engine.registry import Subject

SUBJECT = Subject(
    name="awarding",
    commands=COMMANDS,
    facets={"award": rules.Award},
    evolves={
        rules.DealConfirmed: ("award", rules.deal_confirmed),
        rules.ResultPublished: ("award", rules.result_published),
        rules.Awarded: ("award", rules.awarded),
        rules.ContractSigned: ("award", rules.contract_signed),
        rules.Certified: ("award", rules.certified),
    },
    guards=GUARDS,
)
