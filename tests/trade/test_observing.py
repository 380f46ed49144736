"""Representatives: a panel for each notice, and each step stated by its quorum."""

from __future__ import annotations

import pytest

from tests.support.acts import (
    BIDDERS,
    CASE,
    LOT,
    PANEL,
    Act,
    by_phone,
    observe,
    opened,
    paper,
    plan,
    posted,
    shown,
    staff,
    statement,
)
from tests.support.cases import accepted
from tests.support.path import SEATED
from tests.support.trade import At, Trade
from trading.bidding.commands import GetReady, Qualify
from trading.observing.rules import Panel, complete
from trading.observing.waivers import WaiveStep
from trading.observing.watching import OpenStep

OTHER_LOT = f"{CASE}-2"
READY = staff("lot.get_ready/1", GetReady(LOT), "centre_operator")


def panel(trade: Trade) -> Panel:
    found: Panel = trade.state(f"panel/{CASE}").facets["panel"]
    return found


def qualified(trade: Trade) -> None:
    for number in BIDDERS:
        act = Qualify(LOT, number)
        trade.do(staff("registration.qualify/1", act, "centre_reviewer", facts={"eligible": True}))
    trade.wait(trade.state().due_us)


def test_only_the_panel_states_and_each_member_once(at: At) -> None:
    trade = at("registered")
    trade.do(opened("O3"))
    assert trade.blockers(statement("O3", "rep-01")) == ("on_panel_v1",)
    trade.do(statement("O3", PANEL[4]))
    assert trade.blockers(statement("O3", PANEL[4])) == ("states_once_v1",)
    assert trade.blockers(statement("O3", PANEL[4], lot=LOT)) == ("states_once_v1",)


def test_a_statement_over_another_text_than_shown_is_refused(at: At) -> None:
    trade = at("registered")
    trade.do(opened("O3"))
    act = statement("O3", PANEL[0], shown=paper("another text").sha256)
    assert trade.blockers(act) == ("shown_as_opened_v1",)


def test_nothing_is_stated_that_is_not_open(at: At) -> None:
    trade = at("registered")
    assert trade.blockers(statement("O4", PANEL[0])) == ("shown_as_opened_v1",)


@pytest.mark.parametrize(
    "more",
    [{"lot": "case-a-9"}, {"lot": LOT, "except_lots": (LOT,)}, {"except_lots": (LOT,)}],
)
def test_a_statement_is_about_lots_that_are_open(at: At, more: dict[str, object]) -> None:
    trade = at("registered")
    trade.do(opened("O3"))
    assert trade.blockers(statement("O3", PANEL[0], **more)) == ("lots_as_opened_v1",)


@pytest.mark.parametrize("lots", [("case-b-1",), ("case-a-9",), (LOT, LOT)])
def test_a_step_is_opened_for_lots_of_its_notice(at: At, lots: tuple[str, ...]) -> None:
    assert at("registered").blockers(opened("O3", *lots)) == ("lots_of_notice_v1",)


def test_no_step_is_opened_for_a_lot_that_has_ended(at: At) -> None:
    assert at("certified").blockers(opened("O11")) == ("lots_of_notice_v1",)


@pytest.mark.parametrize(
    ("place", "step"),
    [("registered", "O4"), ("ready", "O6"), ("bidding", "O7"), ("publicity", "O9")],
)
def test_a_step_is_not_opened_before_there_is_anything_to_see(
    at: At, place: str, step: str
) -> None:
    act = opened(step)  # type: ignore[arg-type]
    assert at(place).blockers(act) == ("step_due_v1",)


def test_the_same_papers_are_not_opened_twice_but_newer_ones_are(at: At) -> None:
    trade = at("registered")
    assert trade.blockers(opened("O2")) == ("evidence_new_v1",)
    newer = OpenStep(CASE, "O2", paper("amended").sha256, (LOT,))
    trade.do(staff("panel.open_step/1", newer, "centre_operator"))
    assert trade.blockers(statement("O2", PANEL[0], shown=shown("O2"))) == ("shown_as_opened_v1",)
    qualified(trade)
    for step in ("O4", "O5"):
        for act in observe(step):
            trade.do(act)
    assert trade.blockers(READY) == ("observed_o2_v1",)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_refusal_needs_its_reason(at: At, reason: str) -> None:
    trade = at("registered")
    trade.do(opened("O3"))
    act = statement("O3", PANEL[0], verdict="refused", reason_zh=reason)
    assert trade.blockers(act) == ("refusal_reasoned_v1",)


def test_a_reasoned_refusal_counts_for_the_quorum_and_is_no_veto(at: At) -> None:
    trade = at("registered")
    qualified(trade)
    for act in (*observe("O4"), opened("O5")):
        trade.do(act)
    for member in PANEL[:3]:
        said = statement("O5", member, verdict="refused", reason_zh="名单公布太晚")
        trade.do(by_phone(said) if member in PANEL[:2] else said)
    assert trade.blockers(READY) == ("observed_o5_v1",)
    trade.do(statement("O5", PANEL[3]))
    trade.do(READY)
    made = panel(trade).steps["O5"][0].statements
    assert [one.verdict for one in made] == ["refused", "refused", "refused", "seen"]


def waive(who: str = "office-chen", step: str = "O5") -> Act:
    data = WaiveStep(LOT, step, "quorum_missed", "代表外出务工")  # type: ignore[arg-type]
    return Act("lot.waive/1", data, who, "office")


def test_a_waiver_needs_two_people(at: At) -> None:
    trade = at("registered")
    qualified(trade)
    for act in observe("O4"):
        trade.do(act)
    assert trade.do(waive()).outcome == "proposed"
    assert trade.blockers(waive()) == ("second_person_v1",)
    assert trade.blockers(READY) == ("observed_o5_v1",)
    trade.do(waive("office-peng"))
    assert trade.state().facets["waived"].steps == {"O5": "quorum_missed"}
    trade.do(READY)


def test_a_step_that_is_complete_or_waived_is_not_waived(at: At) -> None:
    trade = at("qualified")
    assert trade.blockers(waive()) == ("step_missing_v1",)
    assert trade.blockers(waive(step="O9")) == ("waivable_here_v1",)


def test_nothing_is_waived_where_no_step_is_asked_for(at: At) -> None:
    assert at("bidding").refused(waive()).code == "wrong_state"


def two_lots(at: At) -> Trade:
    """Return a notice of two lots with its panel seated and O3 open for both."""
    trade = at("founded")
    accepted(trade, plan(1), plan(2, "asset-b"))
    trade.do(posted())
    for act in SEATED:
        trade.do(act)
    trade.do(opened("O3", LOT, OTHER_LOT))
    return trade


def stated(trade: Trade, lot: str) -> bool:
    return complete(panel(trade), "O3", lot, "1/2")


def test_one_statement_is_for_all_lots_of_a_notice_but_those_left_out(at: At) -> None:
    trade = two_lots(at)
    for n, member in enumerate(PANEL[:4]):
        said = statement("O3", member, except_lots=(OTHER_LOT,) if n == 3 else ())
        trade.do(by_phone(said) if n < 2 else said)
    assert (stated(trade, LOT), stated(trade, OTHER_LOT)) == (True, False)
    assert trade.blockers(statement("O3", PANEL[3])) == ("states_once_v1",)
    assert trade.blockers(statement("O3", PANEL[3], lot=LOT)) == ("states_once_v1",)
    trade.do(statement("O3", PANEL[3], lot=OTHER_LOT, verdict="refused", reason_zh="看不清"))
    assert stated(trade, OTHER_LOT)
