"""What turns one guard of a case alone."""

from __future__ import annotations

from tests.support.acts import (
    ASSET,
    CASE,
    START_FEN,
    START_US,
    paper,
    plan,
)
from tests.trade.vectors.build import Breaks, data, facet, given, replace, stream
from trading.base.units import DAY_US

_DESKS = {"another_desk_v1": lambda v: facet(f"case/{CASE}", "case", drafted_by=v.env.actor)(v)}

BREAKS: Breaks = {
    ("case", "draft", "community_officer"): {
        "pack_known_v1": data(pack="no-such-pack", lots=(plan(tenure="transfer"),)),
        "lots_numbered_v1": data(lots=(plan(2),)),
        "assets_free_v1": stream(f"asset/{ASSET}", place="reserved"),
        "prices_sound_v1": data(lots=(plan(ceiling_fen=START_FEN - 1),)),
        "term_lawful_v1": data(lots=(plan(term_months=241),)),
    },
    ("case", "decide", "community_officer"): {
        "decided_v1": lambda v: data(vote=replace(v.env.data.vote, in_favour=29))(v),
        "minutes_filed_v1": given(docs=(paper("photo"),)),
        "meeting_past_v1": lambda v: data(vote=replace(v.env.data.vote, meeting_day="2026-03-03"))(
            v
        ),
    },
    ("case", "approve", "street_reviewer"): _DESKS,
    ("case", "return", "street_reviewer"): _DESKS,
    ("case", "accept", "centre_reviewer"): _DESKS,
    ("case", "publish", "centre_clerk"): {
        "assets_free_v1": stream(f"asset/{ASSET}", place="let"),
        "notice_long_enough_v1": data(registration_until_us=START_US + DAY_US),
        "schedule_ordered_v1": data(opens_us=START_US + 15 * DAY_US),
    },
}
