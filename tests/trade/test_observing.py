"""Representatives: drawn by rule from a frozen roster, each step stated by a quorum."""

from __future__ import annotations

import pytest

from tests.support.acts import LOT, MEMBERS, ORG, OTHER_ORG, PANEL, Act, observe, staff, statement
from tests.support.trade import At
from trading.bidding.commands import GetReady
from trading.observing.commands import DrawPanel, FreezeRoster
from trading.observing.rules import roster_digest


def freeze(members: tuple[str, ...], org: str = ORG) -> Act:
    return staff("roster.freeze/1", FreezeRoster(org, members), "office")


def draw(org: str = ORG, lot: str = LOT) -> Act:
    return staff("panel.draw/1", DrawPanel(lot, org), "office")


def test_the_panel_is_the_sample_that_anyone_can_draw_again(at: At) -> None:
    trade = at("listed")
    trade.do(freeze(MEMBERS))
    trade.do(draw())
    panel = trade.state(f"panel/{LOT}").facets["panel"]
    assert panel.members == tuple(MEMBERS[n - 1] for n in (3, 7, 12, 17, 21)) == PANEL
    assert panel.roster_digest == roster_digest(MEMBERS)
    assert panel.quorum == 4


def test_a_panel_is_drawn_once(at: At) -> None:
    assert at("registered").refused(draw()).code == "wrong_state"


def test_a_roster_names_everybody_once(at: At) -> None:
    act = freeze((*MEMBERS, MEMBERS[0]))
    assert at("listed").blockers(act) == ("members_distinct_v1",)


def test_a_newer_roster_is_drawn_from(at: At) -> None:
    trade = at("listed")
    trade.do(freeze(MEMBERS))
    trade.do(freeze(MEMBERS[:5]))
    trade.do(draw())
    assert trade.state(f"panel/{LOT}").facets["panel"].members == MEMBERS[:5]


def test_four_representatives_are_too_few_for_a_panel_of_five(at: At) -> None:
    trade = at("listed")
    assert trade.blockers(draw()) == ("roster_large_enough_v1",)
    trade.do(freeze(MEMBERS[:4]))
    assert trade.blockers(draw()) == ("roster_large_enough_v1",)


def test_the_roster_of_another_community_is_refused(at: At) -> None:
    trade = at("listed")
    trade.do(freeze(MEMBERS, OTHER_ORG))
    assert trade.blockers(draw(OTHER_ORG)) == ("roster_of_owner_v1",)


def test_no_panel_is_drawn_for_no_lot(at: At) -> None:
    trade = at("listed")
    trade.do(freeze(MEMBERS))
    blockers = trade.blockers(draw(lot="no-such-lot"))
    assert blockers == ("roster_of_owner_v1", "roster_large_enough_v1")


def test_before_the_draw_nobody_states_anything(at: At) -> None:
    trade = at("listed")
    assert trade.refused(statement("O2", PANEL[0])).code == "not_found"
    assert trade.entries()[-1].stream == "security"


def test_only_the_panel_states_and_each_member_once(at: At) -> None:
    trade = at("registered")
    assert trade.blockers(statement("O5", "rep-01")) == ("on_panel_v1",)
    trade.do(statement("O5", PANEL[4]))
    assert trade.blockers(statement("O5", PANEL[4])) == ("states_once_v1",)
    trade.do(statement("O4", PANEL[4]))


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_refusal_needs_its_reason(at: At, reason: str) -> None:
    trade = at("registered")
    act = statement("O5", PANEL[0], verdict="refused", reason_zh=reason)
    assert trade.blockers(act) == ("refusal_reasoned_v1",)


def test_a_reasoned_refusal_counts_for_the_quorum_and_is_no_veto(at: At) -> None:
    trade = at("registered")
    trade.wait(trade.state().due_us)
    for number in (101, 202, 303):
        _qualify(trade, number)
    ready = staff("lot.get_ready/1", GetReady(LOT), "centre_operator")
    for member in PANEL[:3]:
        reason = "名单公布太晚"
        trade.do(statement("O5", member, verdict="refused", reason_zh=reason))
    assert trade.blockers(ready) == ("observed_o5_v1",)
    trade.do(observe("O5")[3])
    trade.do(ready)
    made = trade.state(f"panel/{LOT}").facets["panel"].statements["O5"]
    assert [one.verdict for one in made] == ["refused", "refused", "refused", "seen"]


def _qualify(trade: object, number: int) -> None:
    from tests.support.trade import Trade
    from trading.bidding.commands import Qualify

    assert isinstance(trade, Trade)
    data = Qualify(LOT, number)
    trade.do(staff("registration.qualify/1", data, "centre_reviewer", facts={"eligible": True}))
