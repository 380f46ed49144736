"""Sheets through the pages: tried without a trace, brought in, the refused rows handed back."""

from __future__ import annotations

import re

from tests.web.staff.conftest import House, hidden_of, text_of

HEAD = "asset,category,name_zh,place_zh,quantity,quantity_unit\n"
GOOD = "shop-1,shop,一号商铺,东街一号,30,m2\n"
BAD = "shop-2,shop,,东街二号,many,m2\n"
ORG = "community-r043"


def test_a_sheet_is_tried_brought_in_and_its_bad_rows_come_back(house: House) -> None:
    desk, size = house.desk("officer-yi-r043"), house.size()
    data = {"kind": "assets", "org": ORG, "pack": "cn-collective", "do": "try"}
    sheet = {"sheet": ("台账.csv", (HEAD + GOOD + BAD).encode())}
    tried = desk.post("/staff/import", data, sheet)
    assert tried.status_code == 200, text_of(tried)
    told = text_of(tried)
    assert "可导入 1 行" in told
    assert "拒绝 1 行" in told
    assert "shop-2 名称" in told
    assert house.size() == size
    done = desk.post("/staff/import", {**_second(hidden_of(tried)), "do": "bring"})
    assert "已导入 1 行" in text_of(done), text_of(done)
    assert house.centre.state("asset/shop-1") is not None
    assert house.centre.state("asset/shop-2") is None
    link = re.search(r"/staff/import/returned/[0-9a-f]{64}", done.text)
    assert link
    back = desk.get(link[0]).text
    assert "shop-2" in back
    assert "shop-1" not in back
    assert "refused_reason" in back
    assert house.desk("officer-yi-r044").get(link[0]).status_code == 404
    house.desk("officer-yi-r043").act("asset.use", {"asset": "shop-1", "use_zh": "自用"})


def _second(hidden: dict[str, list[str]]) -> dict[str, str]:
    return {name: values[-1] for name, values in hidden.items()}


def test_no_sheet_and_no_foreign_organisation(house: House) -> None:
    desk = house.desk("officer-yi-r043")
    data = {"kind": "assets", "org": ORG, "pack": "cn-collective", "do": "try"}
    odd = desk.post("/staff/import", data, {"sheet": ("a.exe", b"MZ")})
    assert odd.status_code == 400
    gbk = desk.post("/staff/import", data, {"sheet": ("a.csv", (HEAD + GOOD).encode("gb18030"))})
    assert gbk.status_code == 400
    assert "GBK" in text_of(gbk)
    empty = desk.post("/staff/import", data, {"sheet": ("a.csv", b"")})
    assert empty.status_code == 400
    assert "空" in text_of(empty)
    foreign = {**data, "org": "community-r044"}
    sheet = {"sheet": ("a.csv", (HEAD + GOOD).encode())}
    assert desk.post("/staff/import", foreign, sheet).status_code == 404
    assert house.desk("clerk-liu").get("/staff/import").status_code == 404
