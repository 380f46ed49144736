"""How steps, facts and papers are called on the phone of a representative."""

from __future__ import annotations

from typing import NamedTuple

from trading.base.money import PriceUnit, format_yuan
from trading.observing.evidence import Fact, ShownLot
from trading.papers.wording import said
from trading.web.i18n import gettext as _
from trading.web.i18n import moment, money, until
from trading.words.language import language

_ENDS = {"registration_until_us", "closes_us", "ends_us"}
"""Facts that say by when something must be done."""


class Words(NamedTuple):
    """What a step is called, and the one question that it asks, in the language of the reader.

    Looked up when they are said: a page is made in a language, and what leads to it is not.
    """

    step: str

    @property
    def title(self) -> str:
        """Return what the step is called."""
        return {
            "O1": _("居民会议的决定"), "O2": _("公告和方案"), "O3": _("保留价封存"),
            "O4": _("报名截止"), "O5": _("资格审查"), "O6": _("开始竞价"), "O7": _("竞价结果"),
            "O8": _("当众抽签"), "O9": _("结果公示"), "O10": _("合同"), "O11": _("交接和回访"),
        }[self.step]  # fmt: skip

    @property
    def question(self) -> str:
        """Return the question that the step asks."""
        return {
            "O1": _("会议开了没有，票数对不对，材料齐不齐？"),
            "O2": _("公告写的，和大家定下的方案一样吗？"),
            "O3": _("保留价是当着大家的面封好的吗？"),
            "O4": _("报名按时截止了吗？人数对得上吗？"),
            "O5": _("报名的人，审查得公道吗？"),
            "O6": _("竞价是按时、按公告开始的吗？"),
            "O7": _("价钱最高的人成交，结果对吗？"),
            "O8": _("抽签是当着大家的面做的吗？"),
            "O9": _("结果贴出来了吗？有异议的答复了吗？"),
            "O10": _("合同和成交结果一样吗？"),
            "O11": _("东西交接好了吗？合同照着做了吗？"),
        }[self.step]


def facts_of(lot: ShownLot) -> list[tuple[str, str]]:
    """Return the facts of a lot as name and text."""
    unit = PriceUnit.parse(lot.price_unit)
    return [(fact_name(name), fact_text(name, value, unit)) for name, value in lot.facts]


def case_facts(facts: tuple[Fact, ...]) -> list[tuple[str, str]]:
    """Return the facts of a case as name and text; a meeting with its counts is one of them."""
    found: list[tuple[str, str]] = []
    for name, value in facts:
        text = fact_text(name, value, None)
        if name == "meeting":
            found.append((text, ""))
        elif found:
            title, told = found[-1]
            part = text if name == "meeting_day" else f"{fact_name(name)} {text}"
            found[-1] = (title, " · ".join(filter(None, (told, part))))
    return found


def fact_name(name: str) -> str:
    """Return what a fact is called."""
    return {
        "eligible": _("应到"),
        "present": _("实到"), "in_favour": _("赞成"), "notice": _("公告编号"),
        "use_zh": _("用途"), "place_zh": _("位置"), "start_price_fen": _("起始价"),
        "bid_step_fen": _("加价幅度"), "deposit_fen": _("保证金"), "term_months": _("租期"),
        "eligibility_zh": _("报名条件"), "defects_zh": _("现状说明"),
        "registration_until_us": _("报名截止时间"), "opens_us": _("开始竞价时间"),
        "closes_us": _("结束竞价时间"), "registered": _("报名人数"), "qualified": _("合格人数"),
        "waiting": _("还没审完"), "lead_number": _("最高价竞买号"), "lead_fen": _("最高价"),
        "bids": _("出价次数"), "extensions": _("延时次数"), "ends_us": _("竞价结束时间"),
        "published_us": _("公示时间"), "objections": _("异议件数"), "contract": _("合同编号"),
        "contract_price_fen": _("合同价"), "starts_day": _("合同开始"), "ends_day": _("合同到期"),
    }.get(name, name)  # fmt: skip


def fact_text(name: str, value: int | str, unit: PriceUnit | None) -> str:
    """Return a fact's value as it is read."""
    if isinstance(value, str):
        body = said("body", value) if language() == "zh" else value.replace("_", " ")
        return body if name == "meeting" else value
    if name.endswith("_us"):
        return until(value) if name in _ENDS else moment(value)
    if name.endswith("_fen"):
        return _priced(value, unit) if unit and name != "deposit_fen" else money(value)
    if name == "term_months":
        years, months = divmod(value, 12)
        return _("%(n)s 年", n=years) if not months else _("%(n)s 个月", n=value)
    return _("%(n)s 号", n=value) if name == "lead_number" else str(value)


def _priced(value: int, unit: PriceUnit) -> str:
    return f"{format_yuan(value)} {unit.label(language())}"


def paper_name(name: str) -> str:
    """Return what a paper on file is called."""
    return {
        "minutes": _("会议记录"), "notice": _("公告"), "contract_draft": _("合同草案"),
        "application": _("申请书"), "authority": _("授权材料"), "title": _("权属材料"),
        "plan": _("方案"), "appraisal": _("评估报告"), "amendment": _("变更公告"),
        "approval": _("批复"), "award_notice": _("成交通知书"), "contract": _("合同文本"),
        "waiver": _("豁免说明"), "withdrawal": _("撤回申请"), "evidence": _("证明材料"),
        "objection": _("异议书"), "answer": _("答复书"), "remark": _("意见"),
        "shown": _("本次给您看的内容"),
    }.get(name, name)  # fmt: skip


def short_code(receipt: str) -> str:
    """Return the receipt code as people copy it by hand: twelve digits in groups of four."""
    return " ".join(receipt[first : first + 4].upper() for first in range(0, 12, 4))
