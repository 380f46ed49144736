"""What papers say of a case, its notice and its lots."""

from __future__ import annotations

from typing import Any

from trading.base.deadline import local_date
from trading.base.money import PriceUnit, format_yuan
from trading.bidding.rules import Sale
from trading.centre import Centre
from trading.engine.stream import Stream
from trading.listing.cases import Case, Notice, Vote
from trading.listing.prices import rent_of, total
from trading.listing.rules import LotPlan, Schedule, Terms, case_of_lot
from trading.papers.reading import (
    amount,
    facet,
    instant,
    long_day,
    org_name,
    price,
    quantity,
    term,
)
from trading.papers.wording import rule, said
from trading.register.rules import Asset

Values = dict[str, Any]
_HUNDREDTHS = 100


def case_values(centre: Centre, state: Stream, at_us: int) -> Values:
    """Return what papers say of a case: the owner, its decision, its desks and its lots."""
    case: Case = state.facets["case"]
    return {
        "id": state.name.partition("/")[2],
        "title": case.title_zh,
        "owner": org_name(centre, state.org, at_us),
        "tier": said("tier", case.tier),
        "value": amount(case.value_fen),
        "applied": long_day(case.applied_day),
        "meetings": [_meeting(vote) for vote in case.meetings],
        "approvals": [
            {"desk": one.desk, "opinion": one.opinion_zh, "at": instant(one.at_us)}
            for one in case.approvals
        ],
        "flags": [
            {"code": one.code, "text": said("flag", one.code), "lot": one.lot,
             "severity": said("severity", one.severity),
             "reason": next((why.reason_zh for why in case.reasons
                             if (why.code, why.lot) == (one.code, one.lot)), "")}
            for one in case.flags
        ],
        "lots": [plan_values(centre, plan) for plan in case.lots],
    }  # fmt: skip


def _meeting(vote: Vote) -> Values:
    return {
        "body": said("body", vote.body), "day": long_day(vote.meeting_day),
        "eligible": vote.eligible, "present": vote.present, "in_favour": vote.in_favour,
    }  # fmt: skip


def plan_values(centre: Centre, plan: LotPlan) -> Values:
    """Return what papers say of a plan and of the asset it is about."""
    asset: Asset = facet(centre, f"asset/{plan.asset}", "asset") or Asset()
    ledger = asset.ledger
    return {
        "number": plan.number,
        "title": plan.title_zh,
        "asset": plan.asset,
        "place": asset.place_zh,
        "bounds": ledger.bounds_zh,
        "area": quantity(asset.quantity_thousandths, asset.quantity_unit),
        "area_basis": "实测" if ledger.area_basis == "surveyed" else "以现状为准",
        "title_deed": " ".join(
            part for part in (said("title", ledger.title_kind), ledger.title_number) if part
        ),
        "fire": said("fire", ledger.fire_acceptance),
        "encumbrance": ledger.encumbrance_zh or "无",
        "use": plan.use_zh,
        "tenure": said("tenure", plan.tenure),
        "term": term(plan.term_months),
        "start": price(plan.start_price_fen, plan.price_unit),
        "step": amount(plan.bid_step_fen),
        "raise_max": amount(plan.raise_max_fen) if plan.raise_max_fen else None,
        "ceiling": price(plan.ceiling_fen, plan.price_unit) if plan.ceiling_fen else None,
        "deposit": amount(plan.deposit_fen),
        "bond": amount(plan.bond_fen) if plan.bond_fen else None,
        "escalator": _escalator(plan),
        "payment": _payment(plan),
        "eligibility": plan.eligibility_zh or "无特别条件",
        "eligibility_ground": plan.eligibility_ground_zh,
        "village_only": plan.village_only,
        "priority": plan.priority_zh or "无",
        "condition": plan.condition_zh or "以现状为准",
        "defects": plan.defects_zh or "未发现",
        "handover": f"签约之日起 {plan.handover_days} 日内" if plan.handover_days else "签约当日",
        "improvements": plan.improvements_zh or "由双方在合同中约定",
        "viewing": plan.viewing_zh or "向交易中心预约",
    }


def _payment(plan: LotPlan) -> str:
    """Return how it is paid; a price for the whole term, or of a sale, is paid once."""
    once = PriceUnit.parse(plan.price_unit).per_period in {"term", "once"}
    if once or not plan.payment_months:
        return "一次付清"
    return f"每 {plan.payment_months} 个月预付一次"


def _escalator(plan: LotPlan) -> str:
    """Return how the price rises in words; the listed years one by one."""
    rising = plan.escalator
    if rising.percent_hundredths:
        first = rising.from_year or rising.every_years + 1
        return (
            f"第 {first} 年起每 {rising.every_years} 年在上一年基础上递增 "
            f"{_percent(rising.percent_hundredths)}"
        )
    if rising.listed:
        return "；".join(
            f"第 {one.year} 年起递增 {_percent(one.percent_hundredths)}" for one in rising.listed
        )
    return "不递增"


def _percent(hundredths: int) -> str:
    whole, rest = divmod(hundredths, _HUNDREDTHS)
    return f"{whole}.{rest:02d}".rstrip("0") + "%" if rest else f"{whole}%"


def notice_values(notice: Notice | None) -> Values | None:
    """Return what papers say of a notice, None where there is none yet."""
    if notice is None:
        return None
    return {
        "number": notice.number,
        "published": instant(notice.published_us),
        "published_day": long_day(str(local_date(notice.published_us))),
        "registration_until": instant(notice.registration_until_us, closing=True),
        "opens": instant(notice.opens_us),
        "closes": instant(notice.closes_us),
        "decided": long_day(notice.decided_day),
        "objection": notice.objection_zh,
        "phone": notice.supervision_phone,
        "settlement": notice.settlement_zh,
        "rules": [rule(key, text) for key, text in notice.rules.items()],
        "version": notice.version,
    }


def lot_values(centre: Centre, state: Stream, at_us: int) -> Values:
    """Return what papers say of a lot in its round: plan, times, price, and its notice."""
    lot = state.name.partition("/")[2]
    terms: Terms = state.facets["terms"]
    schedule: Schedule = state.facets["schedule"]
    sale: Sale | None = state.facets.get("sale")
    notice = facet(centre, f"case/{case_of_lot(lot)}", "case")
    asked_fen = sale.lead_fen if sale and sale.lead_fen else terms.plan.start_price_fen
    found = total(rent_of(terms, asked_fen))
    unit = price(asked_fen, terms.plan.price_unit)
    return {
        **plan_values(centre, terms.plan),
        "id": lot,
        "owner": org_name(centre, state.org, at_us),
        "notice": terms.notice,
        "round": terms.listing_round,
        "place": terms.place_zh,
        "area": quantity(terms.quantity_thousandths, terms.quantity_unit),
        "registration_until": instant(schedule.registration_until_us, closing=True),
        "opens": instant(schedule.opens_us),
        "closes": instant(sale.ends_us if sale and sale.ends_us else schedule.closes_us),
        "bids": sale.bids if sale else 0,
        "extensions": sale.extensions if sale else 0,
        "lead": unit if sale and sale.lead_fen else None,
        "lead_number": sale.lead_number if sale else 0,
        "whole_term": {"formula": found.formula_zh,
                       **(amount(found.amount_fen) if unit["capitals"] else {})},
        "phone": notice.notice.supervision_phone if notice and notice.notice else "",
        "objection": notice.notice.objection_zh if notice and notice.notice else "",
    }  # fmt: skip


def differences(old_and_new: list[dict[str, Any]]) -> list[Values]:
    """Return the fields that an amendment changed, in words."""
    return [
        {"lot": one["lot"], "field": said("field", one["field"]),
         "old": _plain(one["field"], one["old"]),
         "new": _plain(one["field"], one["new"])}
        for one in old_and_new
    ]  # fmt: skip


def _plain(field: str, text: str) -> str:
    """Return a changed value for people: money in yuan, truth values in words."""
    if field.endswith("_fen"):
        return f"{format_yuan(int(text))} 元"
    if field == "tenure":
        return said("tenure", text)
    return {"true": "是", "false": "否", "": "（空）"}.get(text, text)
