"""What is said of a lot: the hold, the papers, the objections, every date with its reason."""

from __future__ import annotations

import pytest

from tests.support.acts import BIDDERS, LOT, RESUME, pair, suspend
from tests.support.certificates import replace_certificate
from tests.support.disputes import admit, complaint, objection
from tests.support.trade import At, Places, Trade
from trading.awarding.endings import VoidLot
from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.words.language import words
from trading.words.telling import lines, tell


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADING_LANG", "zh")


def text(trade: Trade) -> str:
    trade.centre.refresh()
    return "\n".join(lines(tell(trade.centre, trade.state())))


def test_the_words_of_both_languages_are_the_same() -> None:
    for section in ("triggers", "instants", "roles", "causes", "fields"):
        assert words("zh", section).keys() == words("en", section).keys()


def test_every_act_on_a_lot_has_words(places: Places) -> None:
    catalogue = places.kernel.catalogue
    named = {
        edge.trigger
        for name in ("lot_ascending@1", "hold@1")
        for edge in catalogue.workflow(name).transitions
    }
    assert named - words("zh", "triggers").keys() == set()


def test_a_running_posting_tells_its_end_and_why(at: At) -> None:
    told = text(at("publicity"))
    assert "状态: 结果公示" in told
    assert "下一期限: 公示期满 2026-03-23 24:00" in told
    assert "从 2026-03-19 次日起算 3 个自然日" in told
    assert "最后一日遇 3月22日" in told
    assert "成交人: 202 张**" in told
    assert "宣布成交无效（街道办公室，两人）" in told


def test_a_held_lot_tells_why_since_when_and_what_is_left(at: At) -> None:
    trade = at("publicity")
    over_us = trade.state().due_us
    trade.wait(over_us - HOUR_US - 90)
    until_us = trade.clock.now_us() + 30 * MINUTE_US
    trade.do(suspend(until_us=until_us))
    told = text(trade)
    assert "中止: 系统故障，自 2026-03-23 22:59:59.999910 起（停电），至 2026-03-23 23:29" in told
    assert "恢复后尚余: 1:00:00.000090" in told
    assert "下一期限: 中止期满，自动恢复" in told
    assert "公示成交结果" not in told
    trade.wait(until_us + DAY_US)
    assert "签约" not in text(trade)


def test_time_held_is_told_beside_the_reason_of_a_date(at: At) -> None:
    trade = at("publicity")
    trade.do(suspend())
    trade.wait(trade.clock.now_us() + DAY_US + HOUR_US)
    for act in RESUME:
        trade.do(act)
    assert "另加中止的时间 1 天 1:00:00" in text(trade)


def test_objections_are_told_with_their_clocks(at: At) -> None:
    trade = at("publicity")
    for act in (objection(), complaint(2), admit(2)):
        trade.do(act)
    told = text(trade)
    assert "1 异议 已提出  2026-03-23 24:00" in told
    assert "2 投诉 已受理" in told
    assert "中止: 异议已受理" in told
    assert "complaint_decide_days" in told
    trade.wait(trade.clock.now_us() + 5 * DAY_US)
    assert "1 异议 已提出（逾期未答复）" in text(trade)


def test_an_award_tells_until_when_to_sign_and_that_it_was_missed(at: At) -> None:
    trade = at("awarded")
    told = text(trade)
    assert "签约期限: 2026-04-09 24:00\n" in told
    assert "跳过" in told
    assert "成交通知书: CJ-1" in told
    trade.wait(trade.state().due_us)
    assert "签约期限: 2026-04-09 24:00（已逾期）" in text(trade)


def test_contract_and_the_valid_certificate_are_told(at: At) -> None:
    trade = at("certified")
    assert "鉴证书: JZ-1 有效" in text(trade)
    assert "合同: HT-1  2026-03-25 – 2029-03-24" in text(trade)
    for act in replace_certificate():
        trade.do(act)
    assert "鉴证书: JZ-2 有效" in text(trade)


def test_a_voided_lot_tells_its_cause_and_nothing_to_come(at: At) -> None:
    trade = at("awarded")
    for act in pair("lot.void/1", VoidLot(LOT, "bribery", "判决认定行贿")):
        trade.do(act)
    told = text(trade)
    assert "终止原因: 行贿: 判决认定行贿" in told
    assert "下一期限" not in told


def test_english_is_complete(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADING_LANG", "en")
    trade = at("publicity")
    trade.do(objection(by=BIDDERS[0]))
    trade.do(suspend(until_us=trade.clock.now_us() + DAY_US))
    told = text(trade)
    assert "On hold: system fault since" in told
    assert "Void the result (the street's office, two people)" in told
    assert "1 objection Filed" in told
