"""The other pages of the staff: objects, differences, guidance, people, notices, draw, policy."""

from __future__ import annotations

import re

import pytest

from tests.web.staff.conftest import House, hidden_of, text_of
from trading.base import assets
from trading.bidding.commands import Register
from trading.centre import Personal
from trading.observing.draws import commitment_of

PACK = "policies/packs/cn-collective@1.toml"
OBJECTS = (
    "case/case-r044", "lot/case-r006-1", "lot/case-r095-1", "asset/asset-r044", "panel/case-r044",
    "contract/lot-case-r033-1", "objection/case-r034-1-1", "certificate/JZ-case-r033-1",
    "person/office-chen",
)  # fmt: skip


@pytest.mark.parametrize("stream", OBJECTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_object_has_its_page_in_both_languages(
    reading_house: House, stream: str, lang: str
) -> None:
    desk = reading_house.desk("office-chen")
    answer = desk.get(f"/staff/objects/{stream}?lang={lang}")
    assert answer.status_code == 200
    assert ("经过" if lang == "zh" else "History") in answer.text
    assert desk.get(f"/staff/objects/{stream}/differences?lang={lang}").status_code == 200


def test_a_rule_in_the_way_is_told_with_its_source_and_who_can_lift_it(
    reading_house: House,
) -> None:
    desk = reading_house.desk("operator-tan")
    page = text_of(desk.get("/staff/objects/lot/case-r103-1"))
    assert "为什么不能办" in page
    assert "（业务规范" in page
    assert "解决" in page


def test_times_of_a_lot_are_told_as_on_every_page(reading_house: House) -> None:
    desk = reading_house.desk("office-chen")
    assert "下一期限 逾期未签约 2026年11月19日（周四）24:00" in text_of(
        desk.get("/staff/objects/lot/case-r100-1")
    )
    assert "2025年12月28日（周日）12:42" in text_of(desk.get("/staff/objects/lot/case-r033-1"))


def test_how_many_registered_is_told_only_to_whoever_decides_on_it(reading_house: House) -> None:
    count = "合格竞买人数不导致流标"
    lot = "/staff/objects/lot/case-r103-1"
    for person in ("reviewer-he", "clerk-liu", "officer-yi-r103", "cashier-zhou"):
        page = text_of(reading_house.desk(person).get(lot))
        assert "宣布流标" in page
        assert count not in page
    assert count in text_of(reading_house.desk("operator-tan").get(lot))


def test_registrations_and_deposits_are_silent_before_the_end(reading_house: House) -> None:
    house = reading_house
    stream = next(house.centre.states_of("registration")).name
    waiting = next(
        state.name for state in house.centre.states_of("registration")
        if state.name.startswith("registration/case-r103-1-")
    )  # fmt: skip
    assert house.desk("reviewer-he").get(f"/staff/objects/{waiting}").status_code == 200
    for person in ("office-chen", "clerk-liu", "officer-yi-r103", "operator-tan"):
        assert house.desk(person).get(f"/staff/objects/{waiting}").status_code == 404
    roll = house.desk("reviewer-he").get("/staff/objects/roll/case-r103-1")
    assert roll.status_code == 404
    assert stream
    assert house.desk("office-chen").get("/staff/objects/roll/case-r033-1").status_code == 200
    assert house.desk("officer-yi-r043").get("/staff/objects/case/case-r044").status_code == 404
    assert house.desk("clerk-liu").get("/staff/objects/person/rep-r044-01").status_code == 404


def test_the_cashier_is_told_which_deposits_go_back_and_to_whom(reading_house: House) -> None:
    cashier, other = reading_house.desk("cashier-zhou"), reading_house.desk("clerk-liu")
    tasks = text_of(cashier.get("/staff"))
    assert "169 号 · 内夹湖高蓄水上湖水面使用权（1500亩）出租" in tasks
    assert "逾期未退" in tasks
    assert "应退还之日" in tasks
    assert "退还保证金" in text_of(cashier.get("/staff/objects/deposit/case-r006-1-169"))
    assert "逾期未退" not in text_of(other.get("/staff"))


def test_an_amendment_is_shown_field_by_field(reading_house: House) -> None:
    desk = reading_house.desk("office-chen")
    page = desk.get("/staff/objects/case/case-r092/differences")
    assert "屋面局部渗水" in page.text
    assert page.text.count("changed") >= 2
    award = text_of(desk.get("/staff/objects/lot/case-r033-1/differences"))
    assert "成交与合同" in award


def test_a_document_is_given_to_whom_its_object_is_shown(reading_house: House) -> None:
    desk = reading_house.desk("office-chen")
    page = desk.get("/staff/objects/case/case-r044").text
    links = re.findall(r"/staff/objects/case/case-r044/documents/[0-9a-f]{64}", page)
    assert links
    answer = desk.get(links[0])
    assert answer.status_code == 200
    assert "sandbox" in answer.headers["content-security-policy"]
    assert reading_house.desk("officer-yi-r043").get(links[0]).status_code == 404
    assert desk.get(links[0][:-64] + "0" * 64).status_code == 404


def test_guidance_names_the_step_and_previews_flags(reading_house: House) -> None:
    page = text_of(reading_house.desk("officer-yi-r042").get("/staff/cases/case-r042/guide"))
    assert "办理指引" in page
    assert "红黄牌提示" in page


def test_people_are_for_the_office_and_without_names(reading_house: House) -> None:
    page = reading_house.desk("office-chen").get("/staff/people?q=office")
    assert "office-peng" in page.text
    assert reading_house.desk("clerk-liu").get("/staff/people").status_code == 404


def test_the_sheet_of_calls_is_an_entry(house: House) -> None:
    assert house.desk("office-chen").get("/staff/notices").status_code == 200
    clerk, size = house.desk("clerk-liu"), house.size()
    assert house.desk("office-chen").post("/staff/notices/sheet", {}).status_code == 404
    sheet = clerk.post("/staff/notices/sheet", hidden_of(clerk.get("/staff/notices")))
    assert sheet.status_code == 200
    assert "电话通知单" in sheet.text
    assert house.size() == size + 1


def test_a_seed_is_shown_once_with_its_commitment(house: House) -> None:
    desk = house.desk("office-chen")
    assert desk.get("/staff/draw/case-r044").status_code == 200
    assert desk.post("/staff/draw/case-r044", {}).status_code == 404
    drawn = desk.post("/staff/draw/case-r043", {})
    seed, commitment = re.findall(r">([0-9a-f]{64})<", drawn.text)[:2]
    assert commitment_of(seed) == commitment
    assert seed not in desk.get("/staff/draw/case-r043").text


def test_a_pack_is_shown_with_its_difference_tried_and_entered_by_two(house: House) -> None:
    first, second = house.desk("office-chen"), house.desk("office-peng")
    assert first.get("/staff/policy/pack/cn-collective@1").status_code == 200
    text = assets.read_text(PACK).replace('id = "cn-collective@1"', 'id = "cn-collective@2"')
    text = re.sub(r"(?m)^(pending_hours = .*?value = )\d+", r"\g<1>47", text)
    text = re.sub(r"(?ms)(\[values\.pending_hours\]\nvalue = )\d+", r"\g<1>47", text)
    sent = {"file": ("pack.toml", text.encode())}
    tried = first.post("/staff/policy", {"do": "try"}, sent)
    assert tried.status_code == 200, text_of(tried)
    assert "cn-collective@2" in tried.text
    assert "试行" in text_of(tried)
    size = house.size()
    asked = first.post("/staff/policy", {**hidden_of(tried), "do": "enter"})
    assert asked.status_code == 303, text_of(asked)
    assert house.size() == size + 1
    assert house.centre.newest("pack", "cn-collective").id == "cn-collective@1"  # type: ignore[union-attr]
    again = second.post("/staff/policy", {"do": "try"}, sent)
    done = second.post("/staff/policy", {**hidden_of(again), "do": "enter"})
    assert done.status_code == 303, text_of(done)
    house.centre.refresh()
    assert house.centre.newest("pack", "cn-collective").id == "cn-collective@2"  # type: ignore[union-attr]
    bad = first.post("/staff/policy", {"do": "try"}, {"file": ("x.toml", b"a = [")})
    assert bad.status_code == 400
    assert house.desk("clerk-liu").post("/staff/policy", {"do": "try"}, sent).status_code == 404


def test_registrations_are_checked_one_at_a_time(house: House) -> None:
    reviewer = house.desk("reviewer-he")
    for number in (201, 202):
        house.centre.do(
            "registration.submit/1",
            Register("case-r044-1", number, f"someone-{number}", acknowledged_version=1),
            f"bidder-{number}", "bidder",
            personal=(Personal(f"case-r044-1/{number}", "name", "张先生"),),
        )  # fmt: skip
        house.desk("cashier-zhou").act("deposit.receive", {
            "lot": "case-r044-1", "number": str(number), "amount_fen": "2700",
            "paid_us": "2026-11-13T18:00", "bank_reference": f"slip-{number}",
        }, payer_same_name=True)  # fmt: skip
    lead = reviewer.get("/staff/next-registration")
    assert lead.status_code == 303
    seen = 0
    while lead.headers["location"] != "/staff?none=1":
        seen += 1
        path = lead.headers["location"]
        page = reviewer.get(path)
        assert page.status_code == 200
        lot, _hyphen, of = path.rpartition("/")[2].rpartition("-")
        reviewer.act(
            "registration.reject",
            {"lot": lot, "number": of, "grounds": "other", "reason_zh": "材料不符"},
        )
        lead = reviewer.get("/staff/next-registration")
        assert lead.headers["location"] != path
    assert seen >= 2
    assert house.desk("clerk-liu").get("/staff/next-registration").status_code == 404


@pytest.mark.parametrize(
    ("person", "page", "target"),
    [
        ("clerk-liu", "/staff", "/staff/scans"),
        ("clerk-liu", "/staff/notices", "/staff/guidance"),
        ("operator-tan", "/staff/objects/case/case-r044", "/staff/steps/case-r044"),
        ("operator-tan", "/staff/objects/lot/case-r044-1", "/staff/steps/case-r044"),
        ("operator-tan", "/staff/draw/case-r044", "/staff/steps/case-r044"),
        ("office-chen", "/staff/people", "/signin/people"),
        ("office-chen", "/staff/people", "/signin/counter"),
        ("office-chen", "/signin/people", "/staff/people"),
    ],
)
def test_a_page_is_linked_where_somebody_looks_for_it(
    reading_house: House, person: str, page: str, target: str
) -> None:
    desk = reading_house.desk(person)
    assert f'href="{target}"' in desk.get(page).text
    assert desk.get(target).status_code == 200


@pytest.mark.parametrize("page", ["case/case-r033", "lot/case-r033-1"])
def test_the_file_of_a_case_is_linked_at_its_objects(reading_house: House, page: str) -> None:
    shown = reading_house.desk("clerk-liu").get(f"/staff/objects/{page}").text
    assert 'href="/staff/dossiers/case-r033"' in shown
