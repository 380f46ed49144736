"""Whose money it is, by the names alone."""

from __future__ import annotations

import pytest

from trading.deposits.names import same_payer

SHOP, OPERATOR = "雨花区老张便利店", "张三"


@pytest.mark.parametrize(
    ("bidder", "payer"),
    [
        ("长沙绿源农业有限公司", "长沙绿源农业有限公司"),
        ("长沙绿源农业(集团)有限公司", "长沙绿源农业（集团）有限公司"),
        ("长沙 绿源　农业有限公司", "长沙绿源农业有限公司"),
        ("ABC农业", "ａｂｃ农业"),
        ("买买提·艾力", "买买提•艾力"),
        ("绿源【集团】", "绿源(集团)"),
        ("张\u200b三", "张三"),
    ],
)
def test_width_brackets_and_spaces_do_not_make_another_payer(bidder: str, payer: str) -> None:
    assert same_payer(bidder, payer)
    assert same_payer(payer, bidder)


@pytest.mark.parametrize(
    "payer",
    [SHOP, OPERATOR, f"{SHOP}（{OPERATOR}）", f"{OPERATOR}({SHOP})", f"{SHOP} ({OPERATOR})"],
)
def test_a_sole_trader_pays_as_shop_as_operator_or_as_both(payer: str) -> None:
    assert same_payer(SHOP, payer, OPERATOR)
    assert same_payer(f"{SHOP}（{OPERATOR}）", payer, OPERATOR)


@pytest.mark.parametrize(
    ("bidder", "payer", "operator"),
    [
        (SHOP, OPERATOR, ""),
        (SHOP, "李四", OPERATOR),
        (SHOP, f"{SHOP}（李四）", OPERATOR),
        (f"{SHOP}（一店）", SHOP, OPERATOR),
        ("长沙绿源农业有限公司", "长沙绿源农业有限公司雨花分公司", ""),
        ("张三", "张三丰", ""),
        ("", "", ""),
        ("张三", "", ""),
        ("", "张三", "张三"),
        ("张三", " 　", ""),
    ],
)
def test_a_third_party_is_told(bidder: str, payer: str, operator: str) -> None:
    assert not same_payer(bidder, payer, operator)
