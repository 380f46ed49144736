"""What turns one guard of the register alone."""

from __future__ import annotations

from tests.trade.vectors.build import Breaks, closed_org

BREAKS: Breaks = {
    ("asset", "register", "community_officer"): {
        "org_known_v1": closed_org,
    },
}
