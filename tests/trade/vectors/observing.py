"""What turns one guard of panel and roster alone."""

from __future__ import annotations

from tests.support.acts import (
    ORG,
    OTHER_ORG,
    PANEL,
)
from tests.trade.vectors.build import Breaks, both, copied, data, facet, given

BREAKS: Breaks = {
    ("panel", "draw", "office"): {
        "roster_of_owner_v1": both(
            copied(f"roster/{ORG}", f"roster/{OTHER_ORG}"), data(org=OTHER_ORG)
        ),
        "roster_large_enough_v1": facet(f"roster/{ORG}", "roster", members=PANEL[:4]),
    },
    ("panel", "state", "resident_rep"): {
        "on_panel_v1": given(actor="rep-01"),
        "states_once_v1": given(actor=PANEL[0]),
        "refusal_reasoned_v1": data(verdict="refused", reason_zh=" "),
    },
    ("roster", "freeze", "office"): {"members_distinct_v1": data(members=PANEL[:3] * 2)},
}
