"""A long form in steps: kept between the pages without scripts, checked at the end, done once."""

from __future__ import annotations

import re
from typing import Any

from httpx import Response

from tests.web.staff.conftest import Desk, House, hidden_of, text_of
from trading.centre import registry
from trading.web.staff.forms.shape import shape
from trading.web.staff.forms.steps import PARTS

DRAFT = "/staff/act/case.draft"
ANSWERS: dict[str, dict[str, str]] = {
    "basics": {"case": "case-steps", "org": "community-r044", "pack": "cn-collective",
               "title_zh": "三号门面出租"},
    "lots.0.what": {"number": "1", "asset": "asset-new", "title_zh": "三号门面", "use_zh": "经营",
                    "tenure": "lease"},
    "lots.0.price": {"price_unit": "CNY/lot/month", "start_price_fen": "900", "bid_step_fen": "10",
                     "raise_max_fen": "0", "ceiling_fen": "0", "deposit_fen": "1800"},
    "lots.0.term": {"term_months": "36", "payment_months": "12"},
    "lots.0.who": {"eligibility_zh": "不限"},
    "lots.0.state": {},
}  # fmt: skip


def _go(desk: Desk, page: Response, do: str, **typed: str) -> Response:
    kept: dict[str, Any] = {**hidden_of(page), **typed, "do": do}
    return desk.post(DRAFT, kept)


def _named(code: str) -> dict[str, str]:
    prefix = "lots.0." if code.startswith("lots") else ""
    return {f"{prefix}{name}": value for name, value in ANSWERS[code].items()}


def _asset(house: House) -> None:
    desk = house.desk("officer-yi-r044")
    given = {"asset": "asset-new", "org": "community-r044", "category": "shop",
             "name_zh": "三号门面", "place_zh": "村口", "quantity_thousandths": "1",
             "quantity_unit": "unit"}  # fmt: skip
    told = text_of(desk.act("asset.register", given))
    assert "存证编号" in told


def test_a_case_is_drafted_step_by_step(house: House) -> None:
    _asset(house)
    desk, size = house.desk("officer-yi-r044"), house.size()
    page = desk.get(DRAFT)
    codes = re.findall(r'value="go:([^"]*)"', page.text)
    assert codes == list(ANSWERS)
    assert text_of(page).count("未填") == len(codes)
    page = _go(desk, page, f"go:{codes[0]}")
    for code in codes:
        assert f'name="_at" value="{code}"' in page.text
        page = _go(desk, page, f"next:{code}", **_named(code))
        assert page.status_code == 200, text_of(page)
    told = text_of(page)
    assert "请核对" in told
    assert "36" in told
    assert "900.00" in told
    back = _go(desk, page, "go:lots.0.price")
    assert 'value="900' in back.text
    again = {**_named("lots.0.price"), "lots.0.start_price_fen": "950"}
    page = _go(desk, back, "list", **again)
    assert text_of(page).count("已填") == len(codes)
    page = _go(desk, page, "check")
    assert "950.00" in text_of(page)
    assert house.size() == size
    sent = _go(desk, page, "send")
    twin = _go(desk, page, "send")
    assert (sent.status_code, twin.status_code) == (303, 303), text_of(sent)
    assert sent.headers["location"] == twin.headers["location"]
    state = house.centre.state("case/case-steps")
    assert state is not None
    assert state.facets["case"].lots[0].start_price_fen == 95_000


def test_a_step_tells_its_own_faults_alone_and_loses_nothing(house: House) -> None:
    desk = house.desk("officer-yi-r044")
    page = _go(desk, desk.get(DRAFT), "go:basics")
    wrong = _go(desk, page, "next:basics", title_zh="", case="case-steps")
    assert wrong.status_code == 422
    assert 'id="title_zh-error"' in wrong.text
    assert 'href="#title_zh">名称：请填写这一项</a>' in wrong.text
    assert "lots.0.asset" not in wrong.text.replace('name="lots.0._"', "")
    assert 'value="case-steps"' in wrong.text
    listed = _go(desk, wrong, "list")
    assert "还不完整" in text_of(listed)
    checked = _go(desk, listed, "check")
    assert checked.status_code == 422
    assert 'name="_at" value="basics"' in checked.text


def test_rows_have_steps_of_their_own_and_go_again(house: House) -> None:
    desk = house.desk("officer-yi-r044")
    page = _go(desk, desk.get(DRAFT), "more:lots")
    assert 'value="go:lots.1.price"' in page.text
    page = _go(desk, page, "less:lots.0")
    assert 'value="go:lots.0.price"' not in page.text
    assert 'value="go:lots.1.price"' in page.text
    whole = _go(desk, page, "whole")
    assert 'name="lots.1.asset"' in whole.text
    assert 'value="go:lots.1.price"' in _go(desk, whole, "list").text


def test_a_box_that_is_unticked_stays_so(house: House) -> None:
    desk = house.desk("officer-yi-r044")
    page = _go(desk, desk.get(DRAFT), "go:lots.0.who")
    page = _go(desk, page, "list", **{"lots.0.village_only": "1"})
    assert hidden_of(page)["lots.0.village_only"] == ["1"]
    page = _go(desk, _go(desk, page, "go:lots.0.who"), "list")
    assert "lots.0.village_only" not in hidden_of(page)


def test_every_question_of_a_row_is_asked_in_one_step() -> None:
    (lots,) = (f for f in shape(registry().commands["case.draft/1"].struct) if f.name == "lots")
    asked = [name for names in PARTS["LotPlan"].values() for name in names]
    assert sorted(asked) == sorted(field.name for field in lots.fields)
