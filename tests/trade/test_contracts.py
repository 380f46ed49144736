"""Contracts in force: opened by the certificate or taken over from paper, performed, and ended."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from tests.support.acts import (
    ASSET,
    LOT,
    ORG,
    START_FEN,
    STEP_FEN,
    Act,
    agreement,
    asset,
    draft,
    officer,
    paper,
    settled,
)
from tests.support.path import PLACES
from tests.support.trade import At, Trade
from trading.base.deadline import day_start_us
from trading.base.errors import InvalidInput
from trading.engine.builtin import EnterDefinition
from trading.engine.policy import Pack
from trading.register import tables
from trading.register.contract_commands import (
    EndContract,
    HandOver,
    ReceiveMoney,
    TakeOverContract,
)
from trading.register.contracts import Agreement, contract_of
from trading.register.rent import TERM_MONTHS_MAX, Instalments

CERTIFIED = contract_of(LOT)
PAPER = "paper-1"
STREAM = f"contract/{PAPER}"
FILED = (paper("contract"),)
YEAR = (Instalments(0, 12, 1, START_FEN),)
SAME, OTHER = {"payer_same_name": True}, {"payer_same_name": False}


def take_over(agreed: Agreement | None = None, **more: str) -> Act:
    values: dict[str, Any] = {
        "contract": PAPER,
        "org": ORG,
        "pack": "cn-collective",
        "asset": ASSET,
        **more,
    }
    data = TakeOverContract(agreement=agreed or agreement(), **values)
    return officer("contract.take_over/1", data, docs=FILED)


def receive(number: int, fen: int, day: str = "2026-03-01", **more: object) -> Act:
    data = ReceiveMoney(PAPER, number, fen, day, "bank-1")
    return officer("contract.receive/1", data, **{"facts": SAME, **more})


def end(cause: str = "agreement", arrears_fen: int = START_FEN) -> tuple[Act, Act]:
    data = EndContract(PAPER, cause, "双方协商一致", 0, 0, arrears_fen)  # type: ignore[arg-type]
    docs = (paper("evidence"),)
    return (
        officer("contract.end/1", data, docs=docs),
        Act("contract.end/1", data, "office-chen", "office", docs),
    )


def walk(trade: Trade, start: str, place: str) -> None:
    """Walk the path from ``start`` to ``place``."""
    for passed in PLACES[PLACES.index(start) + 1 : PLACES.index(place) + 1]:
        trade.walk(passed)


def leave(trade: Trade) -> None:
    """Let the tenant of the paper contract leave early."""
    for act in end():
        trade.do(act)


def row(trade: Trade, contract: str) -> dict[str, object]:
    with trade.centre.reading.connect() as connection:
        query = tables.contract.select().where(tables.contract.c.contract == contract)
        return dict(connection.execute(query).one()._mapping)


def test_the_certificate_opens_the_contract(at: At) -> None:
    trade = at("certified")
    found = trade.state(f"contract/{CERTIFIED}")
    terms = found.facets["contract"]
    assert (found.place, found.org, found.pack) == ("in_force", ORG, "cn-collective@1")
    assert (terms.source, terms.lot, terms.asset, terms.category) == ("lot", LOT, ASSET, "shop")
    assert terms.agreement.schedule == (Instalments(0, 12, 3, START_FEN + STEP_FEN),)
    assert trade.state(f"asset/{ASSET}").facets["asset"].contracts == {
        CERTIFIED: terms.agreement.ends_day
    }


def test_a_contract_from_paper_says_so(at: At) -> None:
    trade = at("drafted")
    trade.do(take_over())
    found = trade.state(STREAM)
    terms = found.facets["contract"]
    assert (found.place, terms.source, terms.lot) == ("in_force", "paper", "")
    assert trade.place(f"asset/{ASSET}") == "let"
    assert {**row(trade, PAPER), "unit_year_fen": 0} == {
        "contract": PAPER, "org": ORG, "place": "in_force", "asset": ASSET, "lot": "",
        "source": "paper", "number": "旧合同1号", "category": "shop", "quantity_unit": "lot",
        "band": 0, "amount": "fen", "unit_year_fen": 0, "starts_day": "2026-01-01",
        "ends_day": "2027-12-31", "unpaid_day": "2026-01-01", "strangers": 0,
    }  # fmt: skip
    assert trade.refused(take_over()).code == "wrong_state"
    assert trade.blockers(take_over(contract="paper-2")) == ("asset_idle_v1",)


def test_nobody_takes_the_name_of_a_lots_contract(at: At) -> None:
    with pytest.raises(InvalidInput) as caught:
        at("drafted").do(take_over(contract="lot-case-z-1"))
    assert caught.value.params["field"] == "contract"


@pytest.mark.parametrize(
    ("more", "guard"),
    [
        ({"starts_day": "2026-03-03", "ends_day": "2028-03-02"}, "contract_days_v1"),
        ({"ends_day": "2027-12-30"}, "contract_days_v1"),
        ({"ends_day": "2025-12-31", "term_months": 0}, "contract_days_v1"),
        ({"ends_day": "", "schedule": (Instalments(0, 0, 1, 1),)}, "contract_days_v1"),
        ({"ends_day": "2027-02-30"}, "contract_days_v1"),
        ({"price_unit": "CNY/cubit/year"}, "schedule_sound_v1"),
        ({"schedule": (Instalments(0, 12, 3, 1),)}, "schedule_sound_v1"),
        ({"schedule": (Instalments(0, 0, 600, 1), Instalments(0, 0, 241, 1))}, "schedule_sound_v1"),
    ],
)
def test_days_and_schedule_of_paper_must_agree(at: At, more: dict[str, str], guard: str) -> None:
    assert at("drafted").blockers(take_over(agreement(**more))) == (guard,)


def test_an_asset_of_others_or_of_nobody_is_not_taken_over(at: At) -> None:
    trade = at("drafted")
    assert trade.blockers(take_over(asset="asset-none")) == ("asset_idle_v1",)
    trade.do(officer("asset.register/1", asset("asset-b")))
    days = agreement(term_months=0, ends_day="2027-06-15")
    trade.do(take_over(days, asset="asset-b"))


def test_a_schedule_is_bounded(at: At) -> None:
    trade = at("drafted")
    trade.do(take_over(agreement(schedule=(Instalments(0, 0, TERM_MONTHS_MAX, 1),))))
    assert trade.place(STREAM) == "in_force"


def test_the_ladder_is_climbed_rung_by_rung_on_its_days(at: At) -> None:
    trade = at("drafted")
    trade.do(take_over())
    rungs = {
        "2027-01-01": "expiring_first", "2027-07-01": "expiring_second",
        "2027-10-01": "expiring_third", "2027-12-01": "expiring_last", "2028-01-01": "expired",
    }  # fmt: skip
    before = "in_force"
    for day, place in rungs.items():
        at_us = day_start_us(date.fromisoformat(day))
        trade.wait(at_us - 1)
        assert trade.place(STREAM) == before
        trade.wait(at_us)
        assert trade.place(STREAM) == place
        before = place


def test_the_first_rung_opens_the_next_case_as_a_draft_to_mend(at: At) -> None:
    trade = at("drafted")
    trade.do(take_over())
    trade.wait(day_start_us(date(2027, 1, 1)))
    case = trade.state(f"case/next-{PAPER}")
    assert (case.place, case.org, case.pack) == ("drafted", ORG, "cn-collective@1")
    (plan,) = case.facets["case"].lots
    assert (plan.asset, plan.start_price_fen, plan.title_zh) == (
        ASSET, START_FEN, "到期续租：零售",
    )  # fmt: skip
    trade.do(officer("case.draft/1", draft(case=f"next-{PAPER}")))


def test_the_next_case_is_bound_to_the_pack_of_its_own_day(at: At) -> None:
    trade = at("drafted")
    trade.do(take_over())
    shipped = trade.centre.newest("pack", "cn-collective")
    newer = Pack.from_body({**shipped.body, "id": "cn-collective@2"})  # type: ignore[union-attr]
    enter = EnterDefinition("pack", newer.id, newer.digest, newer.body)
    for who in ("office-chen", "office-peng"):
        trade.do(Act("definition.enter/1", enter, who, "office"))
    trade.wait(day_start_us(date(2027, 1, 1)))
    assert trade.state(STREAM).pack == "cn-collective@1"
    assert trade.state(f"case/next-{PAPER}").pack == "cn-collective@2"


def test_a_contract_taken_over_late_stands_where_it_ought_to(at: At) -> None:
    trade = at("drafted")
    old = agreement(term_months=0, starts_day="2020-01-01", ends_day="2026-03-20",
                    schedule=(Instalments(0, 12, 7, 100),))  # fmt: skip
    trade.do(take_over(old))
    trade.wait(trade.clock.now_us())
    assert trade.place(STREAM) == "expiring_last"


def test_receipts_pay_their_own_instalment_and_never_more(at: At) -> None:
    trade = at("drafted")
    trade.do(take_over(agreement(bond_fen=500)))
    trade.do(receive(0, 500))
    trade.do(receive(1, 40_000))
    trade.do(receive(1, START_FEN - 40_000, facts=OTHER))
    done = trade.state(STREAM).facets["performance"]
    assert (done.paid_fen, done.strangers) == ((500, START_FEN), 1)
    assert (row(trade, PAPER)["unpaid_day"], row(trade, PAPER)["strangers"]) == ("2027-01-01", 1)
    assert trade.blockers(receive(1, 1)) == ("not_overpaid_v1",)
    assert trade.blockers(receive(0, 1)) == ("not_overpaid_v1",)
    assert trade.blockers(receive(3, 1)) == ("due_exists_v1",)
    assert trade.blockers(receive(2, 1, "2026-03-03")) == ("day_past_v1",)


def test_what_was_paid_on_paper_is_neither_late_nor_received_twice(at: At) -> None:
    trade = at("drafted")
    act = take_over(agreement(bond_fen=500))
    data = msgspec.structs.replace(act.data, paid_instalments=1, bond_held=True)
    trade.do(Act(act.kind, data, act.actor, act.role, act.docs))
    assert trade.state(STREAM).facets["performance"].paid_fen == (500,)
    assert row(trade, PAPER)["unpaid_day"] == "2027-01-01"
    assert trade.blockers(receive(1, 1)) == ("not_overpaid_v1",)
    assert trade.blockers(receive(0, 1)) == ("not_overpaid_v1",)


def test_a_bond_that_was_not_agreed_is_not_received(at: At) -> None:
    trade = at("drafted")
    trade.do(take_over())
    assert trade.blockers(receive(0, 1)) == ("due_exists_v1",)


def test_the_hand_over_is_filed_once(at: At) -> None:
    trade = at("drafted")
    trade.do(take_over())
    act = officer("contract.hand_over/1", HandOver(PAPER, "2026-01-01"), docs=(paper("handover"),))
    trade.do(act)
    assert trade.state(STREAM).facets["performance"].handed_over_day == "2026-01-01"
    assert trade.blockers(act) == ("handed_once_v1",)


def test_a_contract_is_closed_when_it_is_over_with_what_is_owed_stated(at: At) -> None:
    trade = at("drafted")
    trade.do(take_over())
    trade.do(receive(1, START_FEN))
    assert trade.blockers(settled(PAPER)) == ("one_off_v1",)
    trade.wait(day_start_us(date(2028, 1, 1)))
    assert trade.blockers(settled(PAPER)) == ("arrears_stated_v1",)
    trade.do(settled(PAPER, START_FEN))
    assert trade.place(STREAM) == "closed"
    found = trade.state(f"asset/{ASSET}")
    assert (found.place, found.facets["asset"].contracts) == ("idle", {})


def test_a_kept_bond_and_a_returned_one_add_up_to_what_was_received(at: At) -> None:
    trade = at("drafted")
    trade.do(take_over(agreement(bond_fen=500)))
    trade.do(receive(0, 500))
    first, second = end()
    assert trade.blockers(first) == ("bond_settled_v1",)
    for act in (first, second):
        data = msgspec.structs.replace(act.data, bond_returned_fen=200, bond_kept_fen=300)
        trade.do(Act(act.kind, data, act.actor, act.role, act.docs))
    assert trade.state(STREAM).facets["performance"].settlement.bond_kept_fen == 300


def test_ending_early_takes_two_persons_and_the_evidence(at: At) -> None:
    trade = at("drafted")
    trade.do(take_over())
    first, second = end("breach")
    assert trade.do(first).outcome == "proposed"
    assert trade.blockers(first) == ("second_person_v1",)
    trade.do(second)
    assert (trade.place(STREAM), trade.place(f"asset/{ASSET}")) == ("ended", "idle")


def test_an_asset_still_let_is_in_its_next_lot_and_the_old_tenant_leaves_after(at: At) -> None:
    trade = at("drafted")
    trade.do(take_over(agreement(ends_day="2026-12-31", term_months=12, schedule=YEAR)))
    walk(trade, "drafted", "listed")
    assert trade.place(f"asset/{ASSET}") == "let_reserved"
    walk(trade, "listed", "certified")
    assert trade.place(f"asset/{ASSET}") == "let"
    leave(trade)
    found = trade.state(f"asset/{ASSET}")
    assert (found.place, list(found.facets["asset"].contracts)) == ("let", [CERTIFIED])


def test_an_old_tenant_who_leaves_first_leaves_the_asset_in_its_lot(at: At) -> None:
    trade = at("drafted")
    trade.do(take_over(agreement(ends_day="2026-12-31", term_months=12, schedule=YEAR)))
    walk(trade, "drafted", "listed")
    leave(trade)
    assert trade.place(f"asset/{ASSET}") == "reserved"
    walk(trade, "listed", "certified")
    assert trade.place(f"asset/{ASSET}") == "let"


def test_an_asset_let_for_long_is_in_no_lot(at: At) -> None:
    trade = at("drafted")
    trade.do(take_over(agreement(term_months=0, ends_day="2027-03-03", schedule=YEAR)))
    assert trade.blockers(officer("case.draft/1", draft(case="case-b"))) == ("assets_free_v1",)
