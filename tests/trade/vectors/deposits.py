"""What turns one guard of a deposit alone."""

from __future__ import annotations

from tests.support.acts import (
    BIDDERS,
    DEPOSIT_FEN,
    LOT,
)
from tests.trade.vectors.build import Breaks, data, facet, given, stream

DEPOSIT = f"deposit/{LOT}-{BIDDERS[1]}"
BREAKS: Breaks = {
    ("deposit", "receive", "centre_cashier"): {
        "registered_v1": stream(f"registration/{LOT}-{BIDDERS[2]}", place="rejected"),
        "amount_full_v1": lambda v: data(amount_fen=v.env.data.amount_fen - 1)(v),
        "paid_in_time_v1": lambda v: data(paid_us=v.at_us + 1)(v),
        "payer_same_name_v1": given(facts={}),
    },
    ("deposit", "hand_back", "office"): {
        "deposit_idle_v1": stream(f"registration/{LOT}-{BIDDERS[1]}", place="qualified"),
    },
    ("deposit", "freeze", "office"): {"evidence_filed_v1": given(docs=())},
    ("deposit", "unfreeze", "office"): {"evidence_filed_v1": given(docs=())},
    ("deposit", "apply", "office"): {
        "evidence_filed_v1": given(docs=()),
        "rerun_settled_v1": stream(f"lot/{LOT}", place="failed"),
        "costs_covered_v1": data(costs_fen=DEPOSIT_FEN + 1),
        "deposit_excess_v1": lambda v: facet(
            f"deposit/{LOT}-{BIDDERS[1]}",
            "deposit",
            amount_fen=DEPOSIT_FEN
            + (v.states[DEPOSIT].facets["deposit"].amount_fen == DEPOSIT_FEN),
        )(v),
    },
    ("deposit", "seize", "office"): {
        "evidence_filed_v1": given(docs=()),
        "price_unsettled_v1": stream(f"lot/{LOT}", place="contracted"),
    },
}
