"""The centre of the trade: its places, and who may do what from the first day."""

from __future__ import annotations

from pathlib import Path

from tests.web.conftest import ORIGIN
from trading.base.clock import SimulatedClock
from trading.centre import Centre
from trading.founding import FirstGrant, FirstOrg, found
from trading.store.home import Home
from trading.store.migrations import migrate_url
from trading.store.signer import create_keys

START_US = 1_771_203_600_000_000
"""2026-02-16 09:00 in Beijing, a Monday."""
COMMUNITY = "community-hexi"
ORGS = (
    FirstOrg("district", "", "district", "本区"),
    FirstOrg("street", "district", "street", "江边街道"),
    FirstOrg(COMMUNITY, "street", "community", "河西社区"),
)
GRANTS = tuple(
    FirstGrant(person, role, org)
    for person, org, roles in (
        ("officer-yi", COMMUNITY, ("community_officer",)),
        ("clerk-liu", "district", ("centre_clerk", "centre_operator", "centre_cashier")),
        ("reviewer-he", "district", ("asset3_reviewer", "office")),
        ("reviewer-yan", "district",
         ("centre_reviewer", "centre_certifier", "supervision_member")),
        ("office-chen", "district", ("office",)),
        ("auditor-wei", "district", ("auditor",)),
    )
    for role in roles
)  # fmt: skip


def founded(path: Path, clock: SimulatedClock) -> Home:
    """Found the centre of the trade, as `trading init` does."""
    home = Home.create(path, ORIGIN)
    create_keys(home)
    migrate_url(home.database_url)
    centre = Centre(home, clock)
    found(centre, ORGS, GRANTS)
    centre.close()
    return home
