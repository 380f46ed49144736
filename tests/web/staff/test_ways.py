"""What somebody of the staff has to do is behind a link or button of the page where they look."""

from __future__ import annotations

import msgspec

from tests.web.staff.conftest import House
from trading.web.staff.possible import possible

CERTIFIED = "lot/case-r033-1"


def test_the_office_finds_the_way_to_invitations_and_to_the_counter(reading_house: House) -> None:
    page = reading_house.desk("office-chen").get("/staff/people").text
    assert 'href="/signin/people"' in page
    assert 'href="/signin/people?person=auditor-wei"' in page
    assert 'href="/signin/counter"' in page


def test_a_step_is_opened_on_its_own_page_not_by_typing_a_digest(reading_house: House) -> None:
    page = reading_house.desk("operator-tan").get("/staff/objects/panel/case-r044").text
    assert 'href="/staff/steps/case-r044"' in page
    assert "/staff/act/panel.open_step" not in page


def test_an_act_that_begins_another_stream_is_tried_on_all_that_it_reads(
    reading_house: House,
) -> None:
    lot = reading_house.centre.state(CERTIFIED)
    assert lot is not None
    before = msgspec.structs.replace(lot, place="contracted")
    found = possible(reading_house.centre, before, "certifier-xie")
    certify = next(one for one in found if one.kind == "lot.certify")
    assert certify.may
    assert certify.blocked == ()
