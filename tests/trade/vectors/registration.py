"""What turns one guard of a registration alone."""

from __future__ import annotations

import msgspec

from tests.support.acts import BIDDERS, DEPOSIT_FEN, LOT
from tests.trade.vectors.build import LOT_STREAM, Breaks, Vector, data, facet, given, stream, when

replace = msgspec.structs.replace


def _deposit_turned(v: Vector) -> Vector:
    plan = v.states[LOT_STREAM].facets["terms"].plan
    turned = replace(plan, deposit_fen=0 if plan.deposit_fen else DEPOSIT_FEN)
    return facet(LOT_STREAM, "terms", plan=turned)(v)


BREAKS: Breaks = {
    ("registration", "submit", "bidder"): {
        "registration_open_v1": lambda v: when(
            v.states[LOT_STREAM].facets["schedule"].registration_until_us
        )(v),
        "own_number_v1": data(number=405),
        "registers_once_v1": data(who=f"who-{BIDDERS[0]}"),
        "notice_acknowledged_v1": data(acknowledged_version=2),
        "deposit_wanted_v1": _deposit_turned,
    },
    ("registration", "run_out", "clock"): {
        "registration_over_v1": lambda v: stream(
            LOT_STREAM,
            place="qualifying" if v.states[LOT_STREAM].place == "listed" else "listed",
        )(v),
    },
    ("registration", "qualify", "centre_reviewer"): {
        "deposit_held_v1": lambda v: stream(
            f"deposit/{LOT}-{v.env.data.number}", place="refund_due"
        )(v),
        "eligible_v1": given(facts={"eligible": False}),
        "priority_ruled_v1": data(ruling="accepted"),
        "not_barred_v1": facet(LOT_STREAM, "terms", previous="case-z-1"),
    },
    ("roll", "acknowledge", "bidder"): {
        "own_listing_v1": data(who="who-101"),
        "amended_notice_v1": data(version=2),
    },
}
