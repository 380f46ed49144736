"""From the end of the bidding to the certificate: nothing deviates from notice and award."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.support.acts import (
    ALL_ROUNDER,
    ASSET,
    BIDDERS,
    LOT,
    PANEL,
    RESUME,
    STAFF,
    START_FEN,
    STEP_FEN,
    Act,
    accept,
    award,
    contract,
    observe,
    opened,
    paper,
    staff,
    statement,
    suspend,
)
from tests.support.trade import At
from trading.awarding.commands import CertifyLot, ConfirmDeal, SignContract
from trading.base.calendar import local_date
from trading.base.deadline import local_text
from trading.base.units import DAY_US, HOUR_US
from trading.listing.rules import Escalator


def sign(paper_name: str = "contract", **more: Any) -> Act:
    data = SignContract(LOT, contract(**more))
    return staff("lot.sign/1", data, "centre_clerk", docs=(paper(paper_name),))


def certify(actor: str = STAFF["centre_certifier"]) -> Act:
    return Act("lot.certify/1", CertifyLot(LOT, "JZ-1"), actor, "centre_certifier")


def test_the_deal_is_confirmed_for_the_bidder_who_leads(at: At) -> None:
    trade = at("provisional")
    confirm = staff("lot.confirm/1", ConfirmDeal(LOT), "centre_operator")
    assert trade.blockers(confirm) == ("deal_accepted_v1", "observed_o7_v1")
    trade.do(accept())
    for act in observe("O7"):
        trade.do(act)
    trade.do(confirm)
    award = trade.state().facets["award"]
    assert (award.bidder, award.price_fen) == (BIDDERS[1], START_FEN + STEP_FEN)


def test_the_publicity_lasts_its_days_and_rolls_over_a_weekend(at: At) -> None:
    """Three calendar days from Thursday 19 March: the third is a Sunday, so until Monday."""
    trade = at("publicity")
    lot = trade.state()
    assert lot.due == "publicity_over"
    trade.wait(lot.due_us - 1)
    early = award()
    assert trade.refused(early).code == "wrong_state"
    trade.wait(lot.due_us)
    assert trade.place() == "cleared"
    assert trade.state().entered_us == lot.due_us


def test_an_award_by_one_person_twice_is_refused(at: At) -> None:
    trade = at("cleared")
    for act in observe("O9"):
        trade.do(act)
    one = award()
    assert trade.do(one).outcome == "proposed"
    assert trade.place() == "cleared"
    assert trade.blockers(one) == ("second_person_v1",)
    assert trade.do(award("office-peng")).outcome == "done"


def test_a_proposal_expires_and_must_be_made_again(at: At) -> None:
    trade = at("cleared")
    for act in observe("O9"):
        trade.do(act)
    trade.do(award())
    trade.wait(trade.clock.now_us() + 72 * HOUR_US)
    late = award("office-peng")
    assert trade.do(late).outcome == "proposed"
    trade.wait(trade.clock.now_us() + 72 * HOUR_US - 1)
    assert trade.do(award()).outcome == "done"


def test_an_award_needs_the_observers_of_the_publicity(at: At) -> None:
    trade = at("cleared")
    trade.do(opened("O9"))
    for member in PANEL[:3]:
        trade.do(statement("O9", member))
    act = award()
    assert trade.blockers(act) == ("observed_o9_v1",)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("asset", "asset-b"),
        ("use_zh", "餐饮"),
        ("price_unit", "CNY/lot/month"),
        ("price_fen", START_FEN + STEP_FEN - 1),
        ("price_fen", START_FEN + STEP_FEN + 1),
        ("quantity_thousandths", 999),
        ("quantity_unit", "mu"),
        ("tenure", "contracting_out"),
        ("escalator", Escalator(500)),
        ("payment_months", 6),
        ("bond_fen", 1),
        ("improvements_zh", "归承租方"),
        ("starts_day", "2026-03-24"),
        ("starts_day", "2026-03-26"),
        ("starts_day", "2026-02-30"),
        ("ends_day", "2029-03-25"),
        ("ends_day", ""),
        ("term_months", 37),
        ("bidder", BIDDERS[0]),
    ],
)
def test_a_contract_that_differs_in_one_field_is_refused(at: At, field: str, value: object) -> None:
    blockers = at("awarded").blockers(sign("contract", **{field: value}))
    # Another first day or another term has another last day, too.
    assert set(blockers) - {"contract_ends_day_v1"} <= {f"contract_{field}_v1"}
    assert f"contract_{field}_v1" in blockers


def test_the_fields_that_are_compared_are_all_but_the_contracts_own_number() -> None:
    from trading.awarding.guards import GUARDS

    compared = {g.field.partition(".")[2] for g in GUARDS if g.field.startswith("contract.")}
    assert compared == set(msgspec.structs.asdict(contract())) - {"number"}


def test_the_award_tells_until_when_to_sign_over_the_holidays(at: At) -> None:
    """Ten working days from Thursday 26 March: Qingming takes three days, two of a weekend."""
    trade = at("awarded")
    lot = trade.state()
    assert (lot.due, local_text(lot.due_us, closing=True)) == ("signing_over", "2026-04-09 24:00")
    trade.wait(lot.due_us - 1)
    assert not trade.state().facets["award"].sign_late
    trade.wait(lot.due_us)
    assert (trade.state().facets["award"].sign_late, trade.state().due_us) == (True, 0)
    day = str(local_date(lot.due_us))
    trade.do(sign(starts_day=day, ends_day="2029-04-09"))
    assert trade.place() == "contracted"


def test_time_held_does_not_count_for_the_signing(at: At) -> None:
    trade = at("awarded")
    due_us = trade.state().due_us
    trade.do(suspend())
    trade.wait(trade.clock.now_us() + DAY_US + 5)
    for act in RESUME:
        trade.do(act)
    assert trade.state().due_us == due_us + DAY_US + 5


def test_an_award_comes_with_its_notice(at: At) -> None:
    trade = at("cleared")
    for act in observe("O9"):
        trade.do(act)
    assert trade.blockers(award(), docs=()) == ("award_notice_filed_v1",)
    for who in ("office-chen", "office-peng"):
        trade.do(award(who))
    assert trade.state().facets["award"].notice == "CJ-1"


def test_a_contract_comes_with_its_paper(at: At) -> None:
    trade = at("awarded")
    assert trade.blockers(sign("letter")) == ("contract_filed_v1",)
    trade.do(sign())
    assert trade.state().facets["award"].contract == contract()


def test_who_confirmed_the_deal_does_not_certify_it(at: At) -> None:
    trade = at("provisional")
    for act in observe("O7"):
        trade.do(act)
    trade.do(accept())
    trade.do(Act("lot.confirm/1", ConfirmDeal(LOT), ALL_ROUNDER, "centre_operator"))
    for place in ("publicity", "cleared", "awarded", "contracted"):
        trade.walk(place)
    for act in observe("O10"):
        trade.do(act)
    assert trade.blockers(certify(ALL_ROUNDER)) == ("another_hand_v1",)
    trade.do(certify())


def test_no_certificate_without_the_observers(at: At) -> None:
    trade = at("contracted")
    assert trade.blockers(certify()) == ("observed_o10_v1",)
    for act in observe("O10"):
        trade.do(act)
    trade.do(certify())
    assert (trade.place(), trade.place(f"asset/{ASSET}")) == ("certified", "let")


def test_a_certified_lot_stays_as_it_is(at: At) -> None:
    trade = at("certified")
    trade.wait(trade.clock.now_us() + 365 * DAY_US)
    for act in (certify(), sign(), award()):
        assert trade.refused(act).code == "wrong_state"
    assert trade.state().due_us == 0
