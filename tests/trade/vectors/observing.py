"""What turns one guard of panel, roster and waiver alone."""

from __future__ import annotations

from tests.support.acts import CASE, LOT, MEMBERS, ORG, OTHER_ORG, ROSTER
from tests.trade.vectors.build import (
    LOT_STREAM,
    PANEL_STREAM,
    Break,
    Breaks,
    Vector,
    both,
    copied,
    data,
    facet,
    given,
    stream,
)
from trading.observing.rules import Listed, Opening, Statement

_ROSTER = f"roster/{ORG}"


def _opened(*statements: Statement) -> Break:
    """Let the step of the command stand open over the digest that the command names."""

    def change(v: Vector) -> Vector:
        opening = Opening(v.env.data.shown, (LOT,), 0, statements)
        return facet(PANEL_STREAM, "panel", steps={v.env.data.step: (opening,)})(v)

    return change


BREAKS: Breaks = {
    ("panel", "commit", "office"): {
        "roster_of_owner_v1": both(copied(_ROSTER, f"roster/{OTHER_ORG}"), data(org=OTHER_ORG)),
        "roster_large_enough_v1": facet(_ROSTER, "roster", rows=ROSTER[:4]),
    },
    ("panel", "exclude", "centre_clerk"): {"on_roster_v1": data(member="stranger")},
    ("panel", "call", "supervision_member"): {
        "caller_apart_v1": lambda v: facet(PANEL_STREAM, "panel", committed_by=v.env.actor)(v),
    },
    ("panel", "draw", "office"): {
        "seed_opens_v1": data(seed="0" * 64),
        "roster_unchanged_v1": facet(_ROSTER, "roster", digest="0" * 64),
        "enough_eligible_v1": facet(
            PANEL_STREAM, "panel", excluded=dict.fromkeys(MEMBERS[4:], "interest")
        ),
    },
    ("panel", "replace", "office"): {"member_seated_v1": data(member="stranger")},
    ("panel", "open_step", "centre_operator"): {
        "lots_of_notice_v1": data(lots=(f"{CASE}-99",)),
        "step_due_v1": both(data(step="O11"), stream(LOT_STREAM, place="contracted")),
        "evidence_new_v1": _opened(),
    },
    ("panel", "state", "resident_rep"): {
        "on_panel_v1": given(actor="rep-01"),
        "shown_as_opened_v1": data(shown="0" * 64),
        "lots_as_opened_v1": data(except_lots=(f"{CASE}-99",)),
        "states_once_v1": lambda v: _opened(Statement(v.env.actor, "seen", "paper"))(v),
        "refusal_reasoned_v1": data(verdict="refused", reason_zh=" "),
    },
    ("roster", "freeze", "office"): {
        "members_distinct_v1": data(rows=(*ROSTER[:3], Listed("group-9", 9, MEMBERS[0]))),
        "roster_ordered_v1": data(rows=ROSTER[:3][::-1]),
    },
    ("lot_ascending", "waive", "office"): {
        "waivable_here_v1": data(step="O11"),
        "step_missing_v1": lambda v: facet(LOT_STREAM, "waived", steps={v.env.data.step: "x"})(v),
    },
}
