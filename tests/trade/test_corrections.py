"""What was keyed wrongly is put right by two people, in the open, and before the certificate."""

from __future__ import annotations

import msgspec
import pytest

from tests.support.acts import (
    ASSET,
    BIDDERS,
    LOT,
    ORG,
    STAFF,
    START_US,
    Act,
    agreement,
    asset,
    officer,
    paper,
    staff,
)
from tests.support.trade import At, Trade
from trading.base.errors import InvalidInput
from trading.engine.corrections import CorrectFact
from trading.register.contract_commands import TakeOverContract
from trading.register.contracts import contract_of

DEPOSIT = f"deposit/{LOT}-{BIDDERS[0]}"
BANK = CorrectFact(
    DEPOSIT, "deposit", "bank_reference", 1, f"bank-{BIDDERS[0]}", "bank-9", "流水号抄错一位"
)
AREA = CorrectFact(f"asset/{ASSET}", "asset", "quantity_thousandths", 1, 1000, 1200, "面积抄错")
replace = msgspec.structs.replace


def act(
    data: CorrectFact, actor: str = STAFF["centre_cashier"], role: str = "centre_cashier"
) -> Act:
    return Act("fact.correct/1", data, actor, role)


def corrected(trade: Trade, data: CorrectFact, second: Act | None = None) -> None:
    assert trade.do(act(data)).outcome == "proposed"
    assert trade.do(second or act(data, "office-chen", "office")).outcome == "done"


def test_a_deposit_is_put_right_by_two_and_the_entry_says_what_was_wrong(at: At) -> None:
    trade = at("registered")
    assert trade.do(act(BANK)).outcome == "proposed"
    assert trade.blockers(act(BANK)) == ("second_person_v1",)
    trade.do(act(BANK, "office-chen", "office"))
    deposit = trade.state(DEPOSIT).facets["deposit"]
    assert (deposit.bank_reference, deposit.paid_us) == ("bank-9", START_US)
    (event,) = msgspec.json.decode(trade.entries()[-1].out)["events"]
    assert event == {
        "event": "deposit_corrected/1", "field": "bank_reference", "entry": 1,
        "old": f"bank-{BIDDERS[0]}", "new": "bank-9", "reason_zh": "流水号抄错一位",
    }  # fmt: skip


def test_a_number_is_put_right_as_a_number(at: At) -> None:
    trade = at("registered")
    corrected(trade, replace(BANK, field="paid_us", old=START_US, new=START_US + 1))
    assert trade.state(DEPOSIT).facets["deposit"].paid_us == START_US + 1


def test_an_asset_is_put_right_by_officer_and_clerk(at: At) -> None:
    trade = at("drafted")
    assert trade.do(officer("fact.correct/1", AREA)).outcome == "proposed"
    assert trade.do(staff("fact.correct/1", AREA, "centre_clerk")).outcome == "done"
    assert trade.state(AREA.stream).facets["asset"].quantity_thousandths == 1200


def test_the_rest_of_the_ledger_is_put_right_within_its_bounds(at: At) -> None:
    trade = at("drafted")
    title = replace(AREA, field="ledger.title_number", old="", new="桂0001")
    for wrong in (replace(title, new=3), replace(title, field="ledger.occupant", old="unknown")):
        assert trade.blockers(officer("fact.correct/1", wrong)) == ("new_fits_v1",)
    trade.do(officer("fact.correct/1", title))
    trade.do(staff("fact.correct/1", title, "centre_clerk"))
    assert trade.state(title.stream).facets["asset"].ledger.title_number == "桂0001"


def test_a_contract_from_paper_is_put_right_and_one_from_a_certificate_never(at: At) -> None:
    trade = at("certified")
    number = CorrectFact(
        "contract/paper-1", "contract", "agreement.number", 1, "HT-1", "HT-2", "错"
    )
    trade.do(officer("asset.register/1", asset("asset-b")))
    taking = TakeOverContract("paper-1", ORG, "cn-collective", "asset-b", agreement(number="HT-1"))
    trade.do(officer("contract.take_over/1", taking, docs=(paper("contract"),)))
    trade.do(officer("fact.correct/1", number))
    trade.do(staff("fact.correct/1", number, "centre_clerk"))
    assert trade.state(number.stream).facets["contract"].agreement.number == "HT-2"
    certified = replace(number, stream=f"contract/{contract_of(LOT)}")
    assert trade.blockers(officer("fact.correct/1", certified)) == ("not_certified_v1",)


@pytest.mark.parametrize(
    ("wrong", "guard"),
    [
        (replace(BANK, old="bank-8"), "old_as_recorded_v1"),
        (replace(BANK, new=BANK.old), "new_fits_v1"),
        (replace(BANK, new="流水号"), "new_fits_v1"),
        (replace(BANK, new=9), "new_fits_v1"),
        (replace(BANK, field="amount_fen"), "correctable_v1"),
        (replace(BANK, facet="asset"), "correctable_v1"),
        (replace(BANK, facet="nothing"), "correctable_v1"),
        (replace(BANK, entry=3), "entry_known_v1"),
    ],
)
def test_a_correction_that_does_not_fit_is_refused(at: At, wrong: CorrectFact, guard: str) -> None:
    assert at("registered").blockers(act(wrong)) == (guard,)


def test_before_the_certificate_a_fact_is_corrected_and_after_it_none(at: At) -> None:
    assert at("contracted").do(act(BANK)).outcome == "proposed"
    assert at("certified").blockers(act(BANK)) == ("not_certified_v1",)


def test_an_asset_that_was_let_by_a_certificate_is_not_corrected(at: At) -> None:
    refused = at("certified").refused(officer("fact.correct/1", AREA))
    assert refused.params["reason"] == "wrong_state"


def test_the_kind_of_a_bidder_is_put_right_as_one_of_the_kinds(at: At) -> None:
    trade = at("qualified")
    stream = f"registration/{LOT}-{BIDDERS[0]}"
    kind = CorrectFact(stream, "registration", "kind", 1, "person", "company", "报名表勾选抄错")
    wrong = staff("fact.correct/1", replace(kind, new="king"), "centre_reviewer")
    assert trade.blockers(wrong) == ("new_fits_v1",)
    trade.do(staff("fact.correct/1", kind, "centre_reviewer"))
    trade.do(staff("fact.correct/1", kind, "office"))
    assert trade.state(stream).facets["registration"].kind == "company"


def test_what_knows_no_keyed_fact_takes_no_correction(at: At) -> None:
    trade = at("registered")
    on_lot = replace(BANK, stream=f"lot/{LOT}")
    assert trade.refused(act(on_lot)).params["reason"] == "wrong_state"
    on_nothing = replace(BANK, stream="deposit/nothing-1")
    assert trade.refused(act(on_nothing)).code == "not_found"


@pytest.mark.parametrize("fields", [{"reason_zh": ""}, {"entry": 0}, {"stream": "orgs"}])
def test_a_correction_without_reason_or_reference_is_no_correction(
    at: At, fields: dict[str, str | int]
) -> None:
    with pytest.raises(InvalidInput):
        at("registered").do(act(replace(BANK, **fields)))
