"""What turns one guard of a registration alone."""

from __future__ import annotations

from tests.support.acts import (
    BIDDERS,
    LOT,
)
from tests.trade.vectors.build import LOT_STREAM, Breaks, data, given, stream, when

BREAKS: Breaks = {
    ("registration", "submit", "bidder"): {
        "registration_open_v1": lambda v: when(
            v.states[LOT_STREAM].facets["schedule"].registration_until_us
        )(v),
        "own_number_v1": data(number=404),
        "registers_once_v1": data(who=f"who-{BIDDERS[0]}"),
        "notice_acknowledged_v1": data(acknowledges_notice=False),
    },
    ("registration", "qualify", "centre_reviewer"): {
        "deposit_held_v1": stream(f"deposit/{LOT}-{BIDDERS[2]}", place="refund_due"),
        "eligible_v1": given(facts={"eligible": False}),
    },
}
