"""Presence, remarks, questions with their clock, a hold by enough members, and time worked."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.support.acts import BID_US, BIDDERS, CASE, LOT, PANEL, REP, Act, bidder, paper, staff
from tests.support.trade import At, Trade
from trading.base.units import DAY_US, HOUR_US
from trading.bidding.commands import PlaceBid
from trading.observing.commands import ReplaceMember
from trading.observing.talk import Talk
from trading.observing.talk_commands import (
    AnswerQuestion,
    AskHold,
    AskQuestion,
    Attend,
    FileRemark,
    RecordTime,
)

STREAM = f"panel/{CASE}"


def attend(member: str, step: str = "O2") -> Act:
    return Act("panel.attend/1", Attend(CASE, step), member, REP)  # type: ignore[arg-type]


def remark(member: str, *names: str) -> Act:
    data = FileRemark(CASE, "O2")
    return Act("panel.remark/1", data, member, REP, tuple(paper(name) for name in names))


def ask(member: str) -> Act:
    return Act("panel.ask/1", AskQuestion(CASE, "O2", "公告为何与方案不同？"), member, REP)


def answer(number: int) -> Act:
    return staff("panel.answer/1", AnswerQuestion(CASE, number, "已更正"), "centre_operator")


def call(member: str, lot: str = LOT, step: str = "O6") -> Act:
    data = AskHold(CASE, step, lot, "网络中断")  # type: ignore[arg-type]
    return Act("panel.ask_hold/1", data, member, REP)


def work(member: str, minutes: int = 90) -> Act:
    return staff("panel.record_time/1", RecordTime(CASE, "O2", member, minutes), "centre_operator")


def talk(trade: Trade) -> Talk:
    found: Talk = trade.state(STREAM).facets["talk"]
    return found


def last(trade: Trade) -> Any:
    return msgspec.json.decode(trade.entries()[-1].out)["events"]


def test_a_member_comes_once_to_a_step_that_is_open(at: At) -> None:
    trade = at("registered")
    trade.do(attend(PANEL[0]))
    assert trade.blockers(attend(PANEL[0])) == ("attends_once_v1",)
    assert trade.blockers(attend("rep-01")) == ("on_panel_v1",)
    assert trade.blockers(attend(PANEL[1], "O7")) == ("step_opened_v1",)
    assert talk(trade).present == {"O2": (PANEL[0],)}


def test_time_is_recorded_once_for_who_was_present_and_earns_the_allowance(at: At) -> None:
    trade = at("registered")
    assert trade.blockers(work(PANEL[0])) == ("was_present_v1",)
    trade.do(attend(PANEL[0]))
    trade.do(work(PANEL[0]))
    assert trade.blockers(work(PANEL[0])) == ("time_once_v1",)
    assert talk(trade).allowance_fen == {PANEL[0]: 3000}
    assert talk(trade).minutes == {f"O2 {PANEL[0]}": 90}


def test_a_remark_is_its_document(at: At) -> None:
    trade = at("registered")
    trade.do(remark(PANEL[0], "photo", "remark"))
    assert last(trade)[0]["document"] == paper("remark").sha256
    assert trade.blockers(remark(PANEL[0], "photo")) == ("remark_filed_v1",)
    assert trade.blockers(remark("rep-01", "remark")) == ("on_panel_v1",)
    assert talk(trade).remarks == 1


def test_a_question_is_answered_or_marked_late_by_the_clock(at: At) -> None:
    trade = at("registered")
    asked_us = trade.clock.now_us()
    trade.do(ask(PANEL[0]))
    trade.do(ask(PANEL[1]))
    due_us = trade.state(STREAM).due_us
    assert asked_us < due_us <= asked_us + 2 * DAY_US
    trade.do(answer(1))
    assert trade.blockers(answer(1)) == ("question_open_v1",)
    trade.wait(due_us - 1)
    assert not talk(trade).waiting["2"].late
    trade.wait(due_us)
    assert talk(trade).waiting["2"].late
    assert trade.state(STREAM).due_us == 0
    trade.do(answer(2))
    assert (talk(trade).waiting, talk(trade).asked) == ({}, 2)


def test_not_more_questions_wait_than_anybody_answers(at: At) -> None:
    trade = at("registered")
    for _ in range(20):
        trade.do(ask(PANEL[0]))
    assert trade.blockers(ask(PANEL[1])) == ("questions_few_v1",)


def test_one_member_alone_holds_nothing_two_do_and_bids_stand(at: At) -> None:
    trade = at("bidding")
    trade.wait(BID_US)
    trade.do(bidder("bid.place/1", PlaceBid(LOT, 100_000), BIDDERS[0]))
    trade.do(call(PANEL[0]))
    assert not trade.state().held
    assert trade.blockers(call(PANEL[0])) == ("calls_once_v1",)
    ends_us = trade.state().facets["sale"].ends_us
    trade.do(call(PANEL[1]))
    lot = trade.state()
    assert (lot.held, lot.facets["hold"].cause, lot.facets["sale"].lead_fen) == (
        True, "panel", 100_000,
    )  # fmt: skip
    assert trade.blockers(call(PANEL[2])) == ("lot_running_v1", "held_once_v1")
    trade.wait(trade.clock.now_us() + 24 * HOUR_US)
    lot = trade.state()
    assert (lot.held, lot.facets["sale"].ends_us) == (False, ends_us + 24 * HOUR_US)
    assert trade.blockers(call(PANEL[2])) == ("held_once_v1",)
    trade.do(call(PANEL[2], step="O7"))
    assert not trade.state().held


def test_who_has_left_the_panel_does_not_count_for_a_hold(at: At) -> None:
    trade = at("bidding")
    trade.do(call(PANEL[0]))
    for who in ("office-chen", "office-peng"):
        trade.do(Act("panel.replace/1", ReplaceMember(CASE, PANEL[0], "外出"), who, "office"))
    trade.do(call(PANEL[1]))
    assert not trade.state().held
    trade.do(call(PANEL[2]))
    assert trade.state().held


def test_a_hold_is_of_a_lot_of_the_notice_that_runs(at: At) -> None:
    trade = at("certified")
    assert trade.blockers(call(PANEL[0])) == ("lot_running_v1",)
    assert trade.blockers(call(PANEL[0], "case-a-9")) == ("lot_running_v1",)
    assert trade.blockers(call(PANEL[0], "case-b-1")) == ("lot_running_v1",)
    assert trade.blockers(call("rep-01")) == ("on_panel_v1", "lot_running_v1")
