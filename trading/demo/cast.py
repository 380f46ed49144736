"""Who takes part in the demonstration: organisations, staff, representatives."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

import msgspec

from trading.founding import FirstGrant, FirstOrg
from trading.observing.rules import Listed

DISTRICT = "demo-district"
STAFF = {
    "office-chen": "office",
    "office-peng": "office",
    "clerk-liu": "centre_clerk",
    "reviewer-he": "centre_reviewer",
    "operator-tan": "centre_operator",
    "cashier-zhou": "centre_cashier",
    "certifier-xie": "centre_certifier",
    "asset3-song": "asset3_reviewer",
    "street-luo": "street_reviewer",
    "supervisor-fang": "supervision_member",
    "auditor-wei": "auditor",
}
AUDITOR = "auditor-wei"
OFFICE = ("office-chen", "office-peng")
OFFICER = "officer-yi"
TITLES = {
    "office": ("区交易监管办公室", "District office"),
    "centre_clerk": ("交易中心经办", "Clerk of the centre"),
    "centre_reviewer": ("交易中心审核", "Reviewer of the centre"),
    "centre_operator": ("交易中心主持", "Operator of the centre"),
    "centre_cashier": ("交易中心出纳", "Cashier of the centre"),
    "centre_certifier": ("鉴证员", "Certifier"),
    "asset3_reviewer": ("“三资”监管审核", "Reviewer of collective assets"),
    "street_reviewer": ("街道审核", "Reviewer of the street"),
    "supervision_member": ("居务监督委员", "Member of the supervision committee"),
}
"""Desks as a visitor meets them, in Chinese and English."""
GROUP_SIZE = 3
SURNAMES = "张王李赵刘陈杨黄周吴徐孙马朱胡郭何林"


class Player(msgspec.Struct, frozen=True):
    """Somebody whom a visitor of a served demonstration may be, and the room they sign in to."""

    person: str
    room: Literal["staff", "bidder", "representative", "auditor"]
    roles: tuple[str, ...]
    title_zh: str
    title_en: str


def staff_players(row_id: str) -> tuple[Player, ...]:
    """Return the staff, with the officer of the community of row ``row_id``."""
    officer = Player(
        f"{OFFICER}-{row_id}", "staff", ("community_officer",), "社区经办人", "Community officer"
    )
    return (
        officer,
        *(Player(person, "staff", (role,), *TITLES[role])
          for person, role in STAFF.items() if role in TITLES),
    )  # fmt: skip


def holder(role: str) -> str:
    """Return the first of the staff who holds ``role``."""
    return next(person for person, held in STAFF.items() if held == role)


def surname(n: int) -> str:
    """Return the surname of the ``n``-th bidder."""
    return SURNAMES[n % len(SURNAMES)]


def community(row_id: str) -> str:
    """Return the id of the community that owns the asset of a row."""
    return f"community-{row_id.lower()}"


def orgs(localities: dict[str, str]) -> tuple[FirstOrg, ...]:
    """Return the district, one street, and the community of each row."""
    first = (
        FirstOrg(DISTRICT, "", "district", "示范区"),
        FirstOrg("demo-street", DISTRICT, "street", "示范街道"),
    )
    return first + tuple(
        FirstOrg(community(row_id), "demo-street", "community", name)
        for row_id, name in localities.items()
    )


def grants(localities: dict[str, str]) -> tuple[FirstGrant, ...]:
    """Return what the staff may do, and one officer for each community."""
    staff = tuple(FirstGrant(person, role, DISTRICT) for person, role in STAFF.items())
    return staff + tuple(
        FirstGrant(f"{OFFICER}-{row_id.lower()}", "community_officer", community(row_id))
        for row_id in localities
    )


def representatives(row_id: str, count: int) -> tuple[Listed, ...]:
    """Return a community's representatives, three of each residents' group, in their order."""
    return tuple(
        Listed(f"group-{n // GROUP_SIZE + 1:02d}", n % GROUP_SIZE + 1, f"rep-{row_id}-{n + 1:02d}")
        for n in range(count)
    )


def numbers(row_id: str, count: int) -> tuple[int, ...]:
    """Return distinct bidder numbers between 100 and 999 that tell nothing of the order."""
    found: list[int] = []
    n = 0
    while len(found) < count:
        drawn = int.from_bytes(sha256(f"{row_id}/{n}".encode()).digest()[:4], "big")
        number = 100 + drawn % 900
        if number not in found:
            found.append(number)
        n += 1
    return tuple(found)
