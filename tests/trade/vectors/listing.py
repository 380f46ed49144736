"""What turns one guard of a case alone."""

from __future__ import annotations

from typing import Any

from tests.support.acts import (
    ASSET,
    CASE,
    DECIDED_US,
    STAFF,
    START_FEN,
    paper,
    plan,
)
from tests.trade.vectors.build import (
    LOT_STREAM,
    Break,
    Breaks,
    Vector,
    both,
    data,
    facet,
    given,
    replace,
    stream,
)
from trading.base.units import DAY_US

_CASE = f"case/{CASE}"
_DESKS = {"another_desk_v1": lambda v: facet(_CASE, "case", drafted_by=v.env.actor)(v)}


def _vote(**fields: Any) -> Break:
    return lambda v: data(vote=replace(v.env.data.vote, **fields))(v)


def _other_tier(upper: str) -> Break:
    """Turn the tier: to ``upper`` where the case is below it, else to the smallest."""

    def change(v: Vector) -> Vector:
        below = v.states[_CASE].facets["case"].tier != upper
        return facet(_CASE, "case", tier=upper if below else "small")(v)

    return change


def _planned(**fields: Any) -> Break:
    """Change the plan that the case keeps."""
    return facet(_CASE, "case", lots=(plan(**fields),))


_TITLE = {"titles_clear_v1": facet(f"asset/{ASSET}", "asset", frozen_zh="法院查封")}
_ASKED = {"centre_confirms_v1": given(actor=STAFF["centre_clerk"], role="centre_clerk")}
_MEETING = {
    "right_body_v1": _vote(body="council"),
    "decided_v1": _vote(in_favour=0),
    "minutes_filed_v1": given(docs=(paper("photo"),)),
    "meeting_past_v1": _vote(meeting_day="2026-03-03"),
    "called_before_v1": _vote(called_day="2026-02-28"),
}
_LATER = {"meetings_ordered_v1": _vote(meeting_day="2026-02-23")}

BREAKS: Breaks = {
    ("case", "draft", "community_officer"): {
        "pack_known_v1": data(pack="no-such-pack", lots=(plan(tenure="transfer"),)),
        "lots_numbered_v1": data(lots=(plan(2),)),
        "assets_free_v1": stream(f"asset/{ASSET}", place="reserved"),
        **_TITLE,
        "prices_sound_v1": data(lots=(plan(ceiling_fen=START_FEN - 1),)),
        "term_lawful_v1": data(lots=(plan(term_months=241),)),
    },
    ("case", "extend", "community_officer"): {
        "lots_numbered_v1": data(lots=(plan(3, "asset-b"),)),
        "assets_free_v1": stream("asset/asset-b", place="reserved"),
        "titles_clear_v1": facet("asset/asset-b", "asset", frozen_zh="法院查封"),
        "prices_sound_v1": data(lots=(plan(2, "asset-b", ceiling_fen=START_FEN - 1),)),
        "term_lawful_v1": data(lots=(plan(2, "asset-b", term_months=241),)),
    },
    ("case", "propose", "community_officer"): _MEETING,
    ("case", "deliberate", "community_officer"): {**_MEETING, **_LATER},
    ("case", "review", "community_officer"): {**_MEETING, **_LATER},
    ("case", "decide", "community_officer"): {
        **_MEETING,
        **_LATER,
        "right_body_v1": _vote(body="party_branch"),
        "decided_v1": _vote(in_favour=29),
        "outsiders_allowed_v1": both(
            _planned(tenure="contracting_out"),
            _vote(body="villager_representative_meeting", in_favour=29),
        ),
        "meeting_called_v1": _vote(body="member_assembly", called_day="2026-02-18"),
    },
    ("case", "apply", "community_officer"): {
        "assets_free_v1": stream(f"asset/{ASSET}", place="frozen"),
        **_TITLE,
        "papers_filed_v1": given(docs=(paper("application"),)),
        "flags_explained_v1": _planned(buy_back=True),
    },
    ("case", "approve", "asset3_reviewer"): {**_DESKS, "street_reviews_v1": _other_tier("normal")},
    ("case", "approve", "street_reviewer"): {**_DESKS, "office_reviews_v1": _other_tier("large")},
    ("case", "approve", "office"): _DESKS,
    ("case", "return", "asset3_reviewer"): _DESKS,
    ("case", "return", "street_reviewer"): _DESKS,
    ("case", "return", "office"): _DESKS,
    ("case", "return", "centre_reviewer"): _DESKS,
    ("case", "accept", "centre_reviewer"): _DESKS,
    ("case", "refuse", "centre_reviewer"): _DESKS,
    ("case", "close", "centre_clerk"): {"lots_ended_v1": stream(LOT_STREAM, place="failed")},
    ("case", "publish", "centre_clerk"): {
        "assets_free_v1": stream(f"asset/{ASSET}", place="frozen"),
        **_TITLE,
        "notice_filed_v1": given(docs=(paper("notice"),)),
        "notice_long_enough_v1": data(registration_until_us=DECIDED_US + DAY_US),
        "schedule_ordered_v1": data(opens_us=DECIDED_US + 7 * DAY_US),
    },
    ("case", "amend", "community_officer"): {
        **_ASKED,
        "lots_amendable_v1": stream(LOT_STREAM, place="qualifying"),
        "prices_sound_v1": data(lots=(plan(deposit_fen=1, ceiling_fen=START_FEN - 1),)),
        "term_lawful_v1": data(lots=(plan(term_months=241),)),
        "amendment_filed_v1": given(docs=(paper("amendment"),)),
        "amendment_time_v1": data(registration_until_us=DECIDED_US + 2 * DAY_US),
        "schedule_ordered_v1": data(closes_us=DECIDED_US),
    },
    ("case", "relist", "community_officer"): {
        **_ASKED,
        "lot_failed_v1": stream(LOT_STREAM, place="withdrawn"),
        "relist_asset_free_v1": stream(f"asset/{ASSET}", place="frozen"),
        "relist_in_time_v1": stream(LOT_STREAM, entered_us=DECIDED_US - 60 * DAY_US),
        "cut_mandated_v1": _planned(cut_ratio_max="1/20"),
        "cut_within_policy_v1": both(
            _planned(cut_ratio_max="1/2"), data(start_price_fen=START_FEN // 2)
        ),
        "notice_filed_v1": given(docs=(paper("notice"),)),
        "notice_long_enough_v1": data(registration_until_us=DECIDED_US + DAY_US),
        "schedule_ordered_v1": data(closes_us=DECIDED_US),
    },
    ("case", "decide_again", "community_officer"): {
        "lot_failed_v1": stream(LOT_STREAM, place="withdrawn"),
        "right_body_v1": _vote(body="party_branch"),
        "decided_v1": _vote(in_favour=29),
        "minutes_filed_v1": given(docs=(paper("street_approval"),)),
        "meeting_past_v1": _vote(meeting_day="2026-03-30"),
        "called_before_v1": _vote(called_day="2026-03-31"),
        "meeting_called_v1": _vote(body="member_assembly", called_day="2026-02-18"),
        "street_approved_v1": given(docs=(paper("minutes"),)),
    },
}
