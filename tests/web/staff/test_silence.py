"""What keeps silent until the award is silent in the staff's room; each planted bug is noticed."""

from __future__ import annotations

from html import unescape

import pytest

from tests.web.staff.conftest import House, text_of
from trading.engine.builtin import WRITER
from trading.notifications.commands import QueueNotification
from trading.notifications.rules import Recipient
from trading.web import visibility
from trading.web.staff import possible

COUNT = "合格竞买人数不导致流标"
LOT = "/staff/objects/lot/case-r103-1"


def _registration(house: House) -> str:
    return next(
        f"/staff/objects/{state.name}" for state in house.centre.states_of("registration")
        if state.name.startswith("registration/case-r103-1-")
    )  # fmt: skip


def _leaks(house: House) -> set[str]:
    clerk = house.desk("clerk-liu")
    found = {"count"} if COUNT in text_of(clerk.get(LOT)) else set()
    return found | ({"one"} if clerk.get(_registration(house)).status_code == 200 else set())


def test_a_clerk_learns_nothing_before_the_award(reading_house: House) -> None:
    assert _leaks(reading_house) == set()


def test_a_rule_that_tells_the_count_is_noticed(
    reading_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(possible, "SILENT", frozenset())
    assert _leaks(reading_house) == {"count"}


def test_an_object_that_is_shown_to_a_clerk_is_noticed(
    reading_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visibility, "CHECKS", {"registration": {"centre_clerk"}})
    assert _leaks(reading_house) == {"one"}


def _told(house: House) -> set[str]:
    """Return the notifications of a bidder, before and after the award, that a clerk learns of."""
    clerk, found = house.desk("clerk-liu"), set()
    page = clerk.get("/staff/notices").text
    for name in ("early", "late"):
        seen = clerk.get(f"/staff/objects/notification/{name}").status_code == 200
        assert seen == (f"notification={name}&" in unescape(page))
        found |= {name} if seen else set()
    return found


@pytest.fixture
def telling_house(house: House) -> House:
    for name, about in (("early", "registration/case-r103-1-1"), ("late", "lot/case-r033-1")):
        told = (Recipient("bidder-1", "registered"),)
        data = QueueNotification(name, "", about, 1, told)
        house.centre.do("notification.queue/1", data, WRITER, WRITER, key=name)
    return house


def test_whom_a_notification_tells_is_silent_before_the_award(telling_house: House) -> None:
    assert _told(telling_house) == {"late"}


def test_a_notification_that_tells_of_a_bidder_is_noticed(
    telling_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visibility, "tells_bidders", lambda *_given: False)
    assert _told(telling_house) == {"early", "late"}
