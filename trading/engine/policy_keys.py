"""The names that a policy pack may set, with the unit, bounds and meaning of each.

A workflow, guard or timer may name only what is declared here, so a misspelt key is refused when
definitions are loaded and never met while a lot is running. The bounds keep a pack from making a
rule meaningless; the values themselves are the packs' business (``policies/packs``).
"""

from __future__ import annotations

from typing import NamedTuple

COUNT_UNITS = (
    "calendar_day",
    "working_day",
    "hour",
    "minute",
    "second",
    "millisecond",
    "person",
    "round",
    "print",
    "month",
    "year",
    "count",
    "fen",
)
TEXT_UNITS = ("choice", "text")
UNITS = (*COUNT_UNITS, "ratio", "flag", *TEXT_UNITS)


class KeySpec(NamedTuple):
    """Declare one key: its allowed units, bounds (both included), options and meaning.

    For a ratio the bounds are whole numbers too: 0 and 1.
    """

    units: tuple[str, ...]
    minimum: int
    maximum: int
    options: tuple[str, ...]
    meaning_zh: str
    meaning_en: str


_MAX_FEN = 10**15
_DAY_UNITS = ("calendar_day", "working_day")


def _count(unit: str, minimum: int, maximum: int, zh: str, en: str) -> KeySpec:
    return KeySpec((unit,), minimum, maximum, (), zh, en)


def _days(zh: str, en: str, *, minimum: int = 0, maximum: int = 366) -> KeySpec:
    return KeySpec(_DAY_UNITS, minimum, maximum, (), zh, en)


def _fen(zh: str, en: str, *, minimum: int = 0) -> KeySpec:
    return KeySpec(("fen",), minimum, _MAX_FEN, (), zh, en)


def _ratio(zh: str, en: str) -> KeySpec:
    return KeySpec(("ratio",), 0, 1, (), zh, en)


def _flag(zh: str, en: str) -> KeySpec:
    return KeySpec(("flag",), 0, 1, (), zh, en)


def _choice(zh: str, en: str, *options: str) -> KeySpec:
    return KeySpec(("choice",), 0, 0, options, zh, en)


def _steps(zh: str, en: str) -> KeySpec:
    return KeySpec(("text",), 1, 64, (), zh, en)


_TIERS = {
    "tier_street_fen": _fen("由街道审核的起点金额", "value from which the street reviews"),
    "tier_district_fen": _fen("由区级审核的起点金额", "value from which the district reviews"),
    "tier_works_fen": _fen("工程依法必招起点", "works: statutory tender from this value"),
    "tier_goods_fen": _fen("货物依法必招起点", "goods: statutory tender from this value"),
    "tier_services_fen": _fen("服务依法必招起点", "services: statutory tender from this value"),
}

_DECISION = {
    "vote_table": KeySpec(("text",), 1, 64, (), "表决规则表编号", "id of the table of vote rules"),
    "decision_publicity_days": _days("决议公布期", "how long the resolution is posted"),
    "review_days": _days("每级审核期限", "time of each level of review"),
    "desk_days": _days("其他经办期限", "time of any other desk", minimum=1),
    "acceptance_days": _days("受理期限", "time in which the centre accepts or refuses"),
    "appraisal_valid_months": _count("month", 1, 60, "评估有效期", "validity of an appraisal"),
    "purchase_tell_days": _days("出卖租赁房屋告知期", "notice to the tenant before a sale"),
    "purchase_auction_tell_days": _days("拍卖租赁房屋告知期", "notice to the tenant of an auction"),
}

_LISTING = {
    "notice_small_days": _days("小额公告期", "notice period of small lots", minimum=1),
    "notice_normal_days": _days("一般公告期", "notice period of ordinary lots", minimum=1),
    "notice_large_days": _days("大额公告期", "notice period of large lots", minimum=1),
    "amendment_rule": _choice("变更公告处理", "effect of an amendment", "restart", "extend"),
    "amendment_extension_days": _days("变更后延长期", "extension after an amendment"),
    "relist_wait_max_days": _days("重新挂牌最长等待", "longest wait before listing again"),
    "price_cut_round_ratio": _ratio("每轮降价上限", "largest cut of the start price in one round"),
    "price_floor_ratio": _ratio("降价后下限", "lowest price as a share of the first start price"),
    "failed_rounds_before_negotiation": _count(
        "round", 1, 10, "转协商前流标次数", "failed rounds before negotiation is open"
    ),
    "lease_max_years": _count("year", 1, 20, "租赁最长期限", "longest lease (statute: 20 years)"),
    "contracting_max_years": _count("year", 1, 70, "发包最长期限", "longest contracting-out"),
    "wasteland_max_years": _count("year", 1, 70, "四荒地最长期限", "longest use of wasteland"),
}

_FLAGS = {
    "flag_rent_yellow_ratio": _ratio("租金偏低黄色预警线", "rent below this share of the median"),
    "flag_rent_red_ratio": _ratio("租金偏低红色预警线", "rent far below the median"),
    "flag_lease_years": _count("year", 1, 20, "租期过长预警", "leases longer than this are seen"),
    "flag_prepaid_years": _count("year", 1, 70, "一次预收年限预警", "rent prepaid for longer"),
    "flag_split_ratio": _ratio("疑似拆分下限", "share of a threshold from which cases look split"),
    "flag_split_months": _count("month", 1, 60, "疑似拆分追溯期", "how far back splitting is seen"),
}

_BIDDING = {
    "min_bidders": _count("person", 1, 20, "最少竞买人数", "fewest bidders online"),
    "min_bidders_sealed": _count("person", 1, 20, "暗标最少人数", "fewest bidders, sealed bids"),
    "min_bidders_tender": _count("person", 3, 20, "招标最少人数", "fewest bidders, tender"),
    "thin_one_rule": _choice(
        "仅一人报名时",
        "what happens with one bidder only",
        "deal_at_start",
        "deal_at_higher",
        "deal_at_reserve",
        "negotiate",
        "fail",
    ),
    "thin_few_rule": _choice(
        "不足法定人数时", "what happens below the minimum", "proceed", "negotiate", "fail"
    ),
    "thin_offer_hours": _count(
        "hour", 1, 720, "唯一竞买人报价时限", "time for a sole bidder to make an offer"
    ),
    "tie_rule": _choice(
        "同价处理",
        "how equal bids are told apart",
        "lottery",
        "rebid_then_lottery",
        "earliest",
        "priority_holder",
    ),
    "priority_mode": _choice(
        "优先权行使方式",
        "how a priority right is used",
        "match_and_lead",
        "post_bid_inquiry",
        "single_use",
        "none",
    ),
    "priority_inquiry_seconds": _count(
        "second", 30, 86_400, "优先权询问期", "window in which a priority holder answers"
    ),
    "end_mode": _choice("竞价结束方式", "how bidding ends", "sliding", "rolling_clock"),
    "free_period_seconds": _count("second", 60, 604_800, "自由竞价期", "free bidding period"),
    "extension_window_seconds": _count(
        "second", 1, 3_600, "触发延时的末段时长", "last stretch in which a bid extends the end"
    ),
    "extension_seconds": _count("second", 10, 86_400, "每次延时时长", "length of one extension"),
    "extensions_max": _count("round", 0, 10_000, "最多延时次数", "most extensions; 0 is no limit"),
    "bid_step": _fen("默认加价幅度", "bid step where the notice sets none", minimum=1),
    "bid_step_min_ratio": _ratio("加价幅度下限", "smallest bid step as a share of the start price"),
    "bid_step_max_ratio": _ratio("加价幅度上限", "largest bid step as a share of the start price"),
    "confirm_days": _days("成交确认期限", "time for the winner to confirm"),
    "winner_default_rule": _choice(
        "弃拍处理", "what follows when the winner defaults", "runner_up", "relist"
    ),
    "defaulter_barred": _flag("弃拍人不得再竞买", "a defaulter may not bid in the re-run"),
}

_DEPOSIT = {
    "deposit_ratio": _ratio("保证金比例", "deposit as a share of the first year's total"),
    "deposit_cap_ratio": _ratio("保证金上限", "highest deposit, same base"),
    "refund_losers_days": _days("退还未成交保证金", "refund to those who did not win"),
    "refund_losers_cap_days": _days("退还期限上限", "longest refund period a lot may set"),
    "deposit_interest": _flag("保证金计息", "deposits are refunded with bank interest"),
    "performance_bond_months": _count("month", 0, 24, "履约保证金月数", "bond, months of rent"),
    "performance_bond_cap_ratio": _ratio("履约保证金上限", "highest bond, share of the contract"),
}

_AWARD = {
    "result_publicity_days": _days("结果公示期", "how long the result is posted", minimum=1),
    "signing_days": _days("签约期限", "time to sign after the award", minimum=1),
    "objection_answer_days": _days("异议答复期限", "time to answer an objection", minimum=1),
    "complaint_file_days": _days("投诉时限", "time to complain, from knowing", minimum=1),
    "complaint_accept_days": _days("投诉受理期限", "time to accept a complaint", minimum=1),
    "complaint_decide_days": _days("投诉处理期限", "time to decide a complaint", minimum=1),
    "resume_days": _days("中止后恢复期限", "time to resume after the cause has ended"),
    "idle_months": _count("month", 1, 24, "中止后终结期限", "idle time that ends a suspended lot"),
    "idle_reminder_days": _days("终结前催告期", "reminder before that end"),
    "expiry_first_months": _count("month", 0, 36, "临期第一档", "expiry ladder, first step"),
    "expiry_second_months": _count("month", 0, 36, "临期第二档", "expiry ladder, second step"),
    "expiry_third_months": _count("month", 0, 36, "临期第三档", "expiry ladder, third step"),
    "expiry_last_months": _count("month", 0, 36, "临期末档", "expiry ladder, last step"),
    "certificate_prints_max": _count(
        "print", 1, 20, "鉴证书打印份数", "copies of a certificate without further approval"
    ),
    "retention_years": _count("year", 5, 100, "档案保存年限", "years that records are kept"),
}

_OBSERVERS = {
    "observed_steps_small": _steps("小额标的观察环节", "steps observed of small lots"),
    "observed_steps_normal": _steps("一般标的观察环节", "steps observed of ordinary lots"),
    "observed_steps_large": _steps("大额标的观察环节", "steps observed of large lots"),
    "observers_count": _count("person", 1, 21, "观察席位数", "observers drawn for a lot"),
    "observers_quorum": _ratio("观察法定人数", "share of the panel that makes a quorum"),
    "observers_quorum_min": _count("person", 1, 21, "观察最低人数", "fewest observers of a quorum"),
    "observers_retry_hours": _count(
        "hour", 1, 168, "缺席后再次召集", "retry after a missed quorum"
    ),
    "observers_consecutive_max": _count(
        "round", 1, 20, "连续观察上限", "cases in a row that one person may observe"
    ),
    "observer_hold_ratio": _ratio("申请暂停所需比例", "share of the panel that may hold a lot"),
    "observer_hold_hours": _count("hour", 1, 168, "观察暂停时长", "longest hold by the panel"),
    "allowance_fen_per_hour": _fen("观察补助标准（每小时）", "allowance for an hour of observing"),
    "observer_answer_days": _days("答复观察员提问", "time to answer an observer's question"),
    "session_code_max_ratio": _ratio(
        "纸质或协助签署占比上限", "share of a quorum that may sign without an own device key"
    ),
}

_CENTRE = {
    "silence_hours": _count("hour", 1, 720, "受理沉默时限", "silence of staff that holds the lot"),
    "pending_hours": _count(
        "hour", 1, 720, "双人复核等待", "how long a proposal waits for a second"
    ),
    "outage_seconds": _count("second", 3, 600, "服务中断阈值", "absence that counts as an outage"),
    "drift_ms": _count("millisecond", 1, 5_000, "时钟偏差上限", "clock drift that stops decisions"),
    "refusals_per_minute": _count(
        "count", 1, 10_000, "每分钟记录的拒绝数", "refusals of one actor logged in a minute"
    ),
    "decoy_rate": _count(
        "count", 0, 3_600, "每小时掩护条目数", "decoy entries in an hour, on average"
    ),
    "service_fee_ratio": _ratio("服务费比例", "service fee as a share of the price"),
}

_TENDER = {
    "tender_document_sale_days": _days("招标文件发售期", "documents on sale", minimum=1),
    "tender_deadline_days": _days("投标截止期", "from documents to the deadline", minimum=1),
    "tender_clarification_days": _days("澄清提前期", "last clarification before the deadline"),
    "tender_document_objection_days": _days(
        "对文件异议提前期", "last objection to the documents before the deadline"
    ),
    "tender_withdrawal_refund_days": _days("撤回投标退还期", "refund after a withdrawal"),
    "tender_candidates_within_days": _days("公示候选人期限", "candidates are posted within"),
    "tender_deposit_refund_days": _days("签约后退还保证金", "refund after the contract"),
    "tender_report_days": _days("向监督部门报告", "report to the supervisor"),
    "tender_committee_min": _count("person", 5, 21, "评标委员会人数", "fewest committee members"),
    "tender_expert_ratio": _ratio("专家比例", "share of experts in the committee"),
}

KEYS: dict[str, KeySpec] = {
    **_TIERS,
    **_DECISION,
    **_LISTING,
    **_FLAGS,
    **_BIDDING,
    **_DEPOSIT,
    **_AWARD,
    **_OBSERVERS,
    **_CENTRE,
    **_TENDER,
}
TENDER_KEYS = frozenset(_TENDER)
