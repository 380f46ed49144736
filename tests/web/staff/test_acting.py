"""Acts through the forms alone: checked first, done once, refused with the rule, by two people."""

from __future__ import annotations

import re

import pytest

from tests.web.staff.conftest import Desk, House, hidden_of, text_of
from trading.centre import registry
from trading.web import wants
from trading.web.staff.forms import words
from trading.web.staff.forms.filled import spec_of

KINDS = sorted(
    words.base(kind) for kind, spec in registry().commands.items() if not spec.clock
)  # fmt: skip
MARK = "\"><script>alert(1)</script>'"


def _suspend(lot: str = "case-r044-1", **more: str) -> dict[str, str]:
    return {"lot": lot, "cause": "under_check", "reason_zh": "核查中", **more}


def test_an_act_is_checked_before_it_is_done_and_done_once(house: House) -> None:
    desk, size = house.desk("operator-tan"), house.size()
    data = _suspend(cause="system_fault", until_us="")
    files = {"_file.evidence": ("证明.pdf", b"proof")}
    checked = desk.post("/staff/act/lot.suspend", {"do": "check", **data}, files)
    assert checked.status_code == 200
    assert "系统故障" in text_of(checked)
    assert "证明.pdf" in text_of(checked)
    assert house.size() == size
    first, second = desk.send("lot.suspend", checked), desk.send("lot.suspend", checked)
    assert (first.status_code, second.status_code) == (303, 303), text_of(second)
    assert first.headers["location"] == second.headers["location"]
    assert house.size() == size + 1
    receipt = text_of(desk.get(first.headers["location"]))
    assert "存证编号" in receipt
    state = house.centre.state("lot/case-r044-1")
    assert state is not None
    assert state.held
    assert state.hash[:16] in receipt


def test_what_the_rules_refuse_is_told_before_it_is_sent(house: House) -> None:
    desk, size = house.desk("office-chen"), house.size()
    answer = desk.post("/staff/act/lot.suspend", {"do": "check", **_suspend()})
    assert answer.status_code == 409
    assert "须提交证明材料" in text_of(answer)
    assert "业务规范第 6 节第 28 至 30 项" in text_of(answer)
    assert 'value="case-r044-1"' in answer.text
    assert house.size() == size


def test_what_was_typed_wrong_is_told_beside_the_question(house: House) -> None:
    desk = house.desk("office-chen")
    data = {"do": "check", **_suspend(cause="nothing", until_us="soon", reason_zh="")}
    answer = desk.post("/staff/act/lot.suspend", data)
    assert answer.status_code == 422
    for name in ("cause", "until_us", "reason_zh"):
        assert f'id="{name}-error"' in answer.text
        assert f'href="#{name}"' in answer.text
    assert 'value="soon"' in answer.text


def test_a_personal_number_in_a_text_is_told_beside_it(house: House) -> None:
    desk = house.desk("office-chen")
    data = {"do": "check", **_suspend(reason_zh="电话 13800138000")}
    answer = desk.post("/staff/act/lot.suspend", data)
    assert answer.status_code == 400
    assert 'id="reason_zh-error"' in answer.text


def test_two_people_do_what_takes_two(house: House) -> None:
    first, second = house.desk("office-chen"), house.desk("office-peng")
    house.desk("operator-tan").act(
        "lot.suspend", _suspend(cause="system_fault"), ("evidence",)
    )  # fmt: skip
    data = {"lot": "case-r044-1", "reason_zh": "原因已消除"}
    told = text_of(first.act("lot.resume", data, ("evidence",)))
    assert "等待另一人确认" in told
    state = house.centre.state("lot/case-r044-1")
    assert state is not None
    assert state.held
    digest = state.pending["resume"].digest
    path = "/staff/confirm/lot/case-r044-1/resume"
    for desk in (first, second):
        assert digest[:16] in text_of(desk.get("/staff"))
    assert "您已提出" in text_of(first.get("/staff"))
    assert "须由另一个人确认" in text_of(first.get(path))
    own = first.post(path, {"digest": digest, "key": "a"})
    assert own.status_code == 409
    assert "提议人不能自己确认" in text_of(own)
    page = second.get(path)
    assert "原因已消除" in text_of(page)
    done = second.post(path, hidden_of(page))
    assert done.status_code == 303, text_of(done)
    state = house.centre.state("lot/case-r044-1")
    assert state is not None
    assert not state.held
    assert second.get(path).status_code == 404


def test_what_is_confirmed_is_what_was_shown(house: House) -> None:
    first, second = house.desk("office-chen"), house.desk("office-peng")
    data = {"case": "case-r044", "member": "rep-r044-01", "reason_zh": "因病"}
    member = house.centre.state("panel/case-r044").facets["panel"].members[0]  # type: ignore[union-attr]
    first.act("panel.replace", {**data, "member": member})
    answer = second.post("/staff/confirm/panel/case-r044/replace", {"digest": "0" * 64})
    assert answer.status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_of_every_act_is_for_whoever_may(reading_house: House, kind: str) -> None:
    spec = spec_of(reading_house.centre, kind)
    able = set(wants.roles(reading_house.centre, spec))
    for person, role in PEOPLE.items():
        if role in able or person == "supervisor-fang":
            answer = reading_house.desk(person).get(f"/staff/act/{kind}")
            assert answer.status_code == (200 if role in able else 404), person


PEOPLE = {
    "office-chen": "office", "clerk-liu": "centre_clerk", "reviewer-he": "centre_reviewer",
    "operator-tan": "centre_operator", "cashier-zhou": "centre_cashier",
    "certifier-xie": "centre_certifier", "asset3-song": "asset3_reviewer",
    "street-luo": "street_reviewer", "supervisor-fang": "supervision_member",
    "officer-yi-r043": "community_officer",
}  # fmt: skip


def test_rows_are_added_and_removed_without_scripts(house: House) -> None:
    desk = house.desk("officer-yi-r043")
    page = desk.get("/staff/act/case.draft?_whole=1")
    assert 'name="lots.0.title_zh"' in page.text
    more = desk.post(
        "/staff/act/case.draft", {"do": "more:lots", "_whole": "1", "lots.0.title_zh": "甲"}
    )
    assert 'name="lots.1.title_zh"' in more.text
    assert 'value="甲"' in more.text
    data = {"do": "less:lots.0", "_whole": "1", "lots.0.title_zh": "甲", "lots.1.title_zh": "乙"}
    less = desk.post("/staff/act/case.draft", data)
    assert 'name="lots.0.title_zh"' not in less.text
    assert 'value="乙"' in less.text


def _draft(desk: Desk) -> str:
    return desk.get("/staff/act/case.draft?_whole=1").text


def test_markup_is_text_in_every_field(house: House) -> None:
    desk = house.desk("officer-yi-r043")
    names = re.findall(r'name="((?:case|lots|org|title|pack)[^"]*)"', _draft(desk))
    assert len(names) > 20
    answer = desk.post(
        "/staff/act/case.draft", {"do": "check", "_whole": "1", **dict.fromkeys(names, MARK)}
    )
    assert answer.status_code == 422
    assert "<script>alert(1)" not in answer.text
    assert answer.text.count("&lt;script&gt;alert(1)") > 10


def test_nobody_finds_the_form_of_what_is_not_theirs(house: House) -> None:
    assert house.desk("clerk-liu").get("/staff/act/lot.award").status_code == 404
    assert house.desk("office-chen").get("/staff/act/lot.nothing").status_code == 404
    data = {"do": "check", "case": "case-r044", "reason_zh": "改"}
    answer = house.desk("officer-yi-r043").post("/staff/act/case.withdraw", data)
    assert answer.status_code == 404


def test_what_has_no_name_is_confirmed_too(house: House) -> None:
    first, second = house.desk("office-chen"), house.desk("office-peng")
    told = text_of(first.act("org.close", {"org": "community-r121"}))
    assert "等待另一人确认" in told
    page = second.get("/staff")
    assert "/staff/confirm/orgs/-/close" in page.text
    asked = second.get("/staff/confirm/orgs/-/close")
    assert second.post("/staff/confirm/orgs/-/close", hidden_of(asked)).status_code == 303


def test_what_the_record_knows_is_filled_in(reading_house: House) -> None:
    page = reading_house.desk("clerk-liu").get("/staff/act/lot.sign?lot=case-r100-1&_whole=1").text
    assert re.search(r'name="contract.price_fen"[^>]* value="540.00"', page)
    assert re.search(r'name="contract.asset"[^>]* value="asset-r100"', page)
    amend = "/staff/act/case.amend?case=case-r044&_whole=1"
    assert 'value="asset-r044"' in reading_house.desk("officer-yi-r044").get(amend).text
    assert "asset-r044" not in reading_house.desk("officer-yi-r043").get(amend).text
    update = "/staff/act/asset.update?asset=asset-r044&_whole=1"
    assert 'name="description.name_zh"' in reading_house.desk("officer-yi-r044").get(update).text
