"""A link that asks to sign in first leads on at once for whoever is signed in already."""

from __future__ import annotations

import httpx
import pytest

from tests.support.rooms import Rooms
from trading.web.shell import Shell


@pytest.mark.parametrize(
    ("wanted", "arrived"),
    [("/staff/cases", "/staff/cases"), ("", "/signin/me"), ("/bidder/mine", "/signin/me"),
     ("//elsewhere.example/staff", "/signin/me")],
)  # fmt: skip
def test_who_is_signed_in_goes_where_the_link_leads(
    rooms: Rooms, wanted: str, arrived: str
) -> None:
    token = Shell(rooms.centre, rooms.home).sessions.begin("office-1", "staff", "two")
    answer = httpx.get(
        f"{rooms.url}/signin", params={"next": wanted}, headers={"Accept": "text/html"},
        cookies={"session": token},
    )  # fmt: skip
    assert answer.headers["location"] == arrived
