"""A certificate has one number for ever, few copies, and a replacement instead of an edit."""

from __future__ import annotations

import pytest

from tests.support.acts import LOT, pair, paper, staff
from tests.support.certificates import (
    cancel,
    print_copies,
    print_more,
    replace_certificate,
    report_lost,
)
from tests.support.trade import At
from trading.awarding.commands import CertifyLot
from trading.observing.waivers import WaiveStep

OLD, NEW = "certificate/JZ-1", "certificate/JZ-2"


def test_the_certificate_of_a_lot_is_a_record_of_its_own(at: At) -> None:
    trade = at("certified")
    found = trade.state(OLD)
    assert (found.place, found.facets["certificate"].lot) == ("issued", LOT)
    assert found.pack == trade.state().pack


def test_a_certificate_says_which_steps_were_waived_and_so_does_its_successor(at: At) -> None:
    trade = at("contracted")
    for act in pair("lot.waive/1", WaiveStep(LOT, "O10", "quorum_missed", "代表外出务工")):
        trade.do(act, docs=())
    trade.do(staff("lot.certify/1", CertifyLot(LOT, "JZ-1"), "centre_certifier"))
    for act in replace_certificate():
        trade.do(act)
    for name in (OLD, NEW):
        assert trade.state(name).facets["certificate"].waived == {"O10": "quorum_missed"}


def test_three_copies_are_printed_and_the_fourth_takes_two_people(at: At) -> None:
    trade = at("certified")
    trade.do(print_copies(3))
    assert trade.blockers(print_copies()) == ("prints_left_v1",)
    first, second = print_more()
    assert trade.do(first).outcome == "proposed"
    assert trade.blockers(first) == ("second_person_v1",)
    trade.do(second)
    assert trade.state(OLD).facets["certificate"].prints == 4


def test_a_wrong_certificate_is_replaced_by_another_number(at: At) -> None:
    trade = at("certified")
    for act in replace_certificate():
        trade.do(act)
    old, new = trade.state(OLD), trade.state(NEW)
    assert (old.place, old.facets["certificate"].next) == ("replaced", "JZ-2")
    assert (new.place, new.facets["certificate"].former) == ("issued", "JZ-1")
    assert new.facets["certificate"].lot == LOT
    assert trade.refused(print_copies()).code == "wrong_state"
    trade.do(print_copies(number="JZ-2"))


def test_a_lost_certificate_is_not_printed_but_replaced(at: At) -> None:
    trade = at("certified")
    assert trade.blockers(report_lost(), docs=()) == ("evidence_filed_v1",)
    trade.do(report_lost())
    assert trade.refused(print_copies()).code == "wrong_state"
    for act in replace_certificate(ground="loss"):
        trade.do(act)
    assert (trade.place(OLD), trade.place(NEW)) == ("replaced", "issued")


def test_a_cancelled_certificate_certifies_nothing_any_more(at: At) -> None:
    trade = at("certified")
    assert trade.blockers(cancel()[0], docs=(paper("rumour"),)) == ("evidence_filed_v1",)
    for act in cancel():
        trade.do(act)
    assert trade.place(OLD) == "cancelled"
    assert trade.refused(print_copies()).code == "wrong_state"


@pytest.mark.parametrize("number", ["JZ-1", "JZ-9"])
def test_a_number_is_never_given_twice(at: At, number: str) -> None:
    trade = at("certified")
    again = replace_certificate(number)[0]
    if number == "JZ-1":
        assert trade.blockers(again) == ("certificate_number_new_v1",)
    else:
        assert trade.do(again).outcome == "proposed"


def test_a_lot_is_certified_once(at: At) -> None:
    trade = at("certified")
    again = staff("lot.certify/1", CertifyLot(LOT, "JZ-3"), "centre_certifier")
    assert trade.refused(again).code == "wrong_state"
