"""The page of one lot, as a resident reads it on a phone."""

from __future__ import annotations

import re

from tests.web.public.conftest import Visitor
from trading.web.i18n import told_apart
from trading.words.language import speaking

LOT = "case-r033-1"


def test_a_lot_that_is_certified_has_a_winner_and_no_step_ahead(visitor: Visitor) -> None:
    page = visitor.get(f"/lots/{LOT}").text
    assert page.count("已完成：") == page.split('class="course"')[1].split("</ol>")[0].count("<li")
    assert 'aria-current="step"' not in page
    assert "<dt>成交人</dt>" in page
    assert "领先的竞买人" not in page


def test_what_representatives_saw_is_folded_by_step(visitor: Visitor) -> None:
    """On a phone a list of all would push everything below it out of reach."""
    page = visitor.get(f"/lots/{LOT}").text
    steps_ = re.findall(r'summary-text">(\S+) · (\d+) 位已见证<', page)
    assert [name for name, _count in steps_][:2] == ["决议文件", "方案与公告核对"]
    assert sum(int(count) for _name, count in steps_) == page.count("已见证，无异议")


def test_communities_of_one_name_are_told_apart_where_one_is_chosen() -> None:
    names = {"a": "和平社区", "b": "和平社区", "c": "红旗社区"}
    with speaking("zh"):
        assert [*told_apart(names).values()] == ["和平社区（a）", "和平社区（b）", "红旗社区"]
