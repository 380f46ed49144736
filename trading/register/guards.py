"""Guards of the register: the ledger, its freezes, and what a contract must fulfil."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from trading.base.calendar import local_date
from trading.base.errors import InvalidInput
from trading.base.money import PriceUnit
from trading.engine.context import Context
from trading.engine.registry import GuardSpec
from trading.register import rent
from trading.register.contracts import (
    Agreement,
    ContractTerms,
    Performance,
    arrears_on,
    due_count,
    last_day,
    owed_fen,
)
from trading.register.rules import Asset, description


def _ledger_sound(context: Context) -> bool:
    """Tell whether every day of the ledger is one and none lies ahead."""
    ledger = context.data.description.ledger
    days = (ledger.title_day, ledger.appraisal_day, ledger.inventory_day)
    dated = bool(ledger.appraisal_fen) == bool(ledger.appraisal_day)
    return dated and all(_past(day, context.at_us) for day in days if day)


def _something_changes(context: Context) -> bool:
    asset = context.find(Asset)
    return asset is not None and description(asset) != context.data.description


def _frozen(context: Context) -> bool:
    asset = context.find(Asset)
    return asset is not None and bool(asset.frozen_zh)


def _asset_idle(context: Context) -> bool:
    state = context.states.get(f"asset/{context.data.asset}")
    return state is not None and state.place == "idle" and state.org == context.stream.org


def _contract_days(context: Context) -> bool:
    """Tell whether a paper contract has begun, ends, and lasts as long as it says."""
    agreed: Agreement = context.data.agreement
    starts, ends = _day(agreed.starts_day), _day(agreed.ends_day)
    if starts is None or ends is None or starts > ends:
        return False
    lasts = not agreed.term_months or ends == last_day(starts, agreed.term_months)
    return lasts and starts <= local_date(context.at_us)


def _schedule_sound(context: Context) -> bool:
    """Tell whether the price unit is known and no instalment falls after the term."""
    agreed: Agreement = context.data.agreement
    starts, ends = _day(agreed.starts_day), _day(agreed.ends_day)
    try:
        PriceUnit.parse(agreed.price_unit)
    except InvalidInput:
        return False
    if due_count(agreed) > rent.TERM_MONTHS_MAX:
        return False
    if starts is None or ends is None or starts > ends:
        return True
    return all(one.day <= ends for one in rent.instalments(agreed.schedule, starts))


def _day_past(context: Context) -> bool:
    return _past(context.data.day, context.at_us)


def _handed_once(context: Context) -> bool:
    done = context.find(Performance)
    return done is None or not done.handed_over_day


def _due_exists(context: Context) -> bool:
    agreed, number = context.of(ContractTerms).agreement, context.data.number
    return bool(agreed.bond_fen) if number == rent.BOND else number <= due_count(agreed)


def _not_overpaid(context: Context) -> bool:
    """Tell whether what comes in is still owed under its number; where none is, others refuse."""
    terms, done = context.of(ContractTerms), context.find(Performance)
    owed = owed_fen(terms, done, context.data.number)
    return not _due_exists(context) or context.data.amount_fen <= owed


def _paid_within(context: Context) -> bool:
    """Tell whether no more instalments were paid on paper than the contract has."""
    return bool(context.data.paid_instalments <= due_count(context.data.agreement))


def _one_off(context: Context) -> bool:
    """Tell whether the contract is a sale, which has no term to wait for."""
    return not context.of(ContractTerms).agreement.ends_day


def _bond_settled(context: Context) -> bool:
    done = context.find(Performance) or Performance()
    settled_fen = context.data.bond_returned_fen + context.data.bond_kept_fen
    return bool(settled_fen == rent.paid_of(done.paid_fen, rent.BOND))


def _arrears_stated(context: Context) -> bool:
    terms, done = context.of(ContractTerms), context.find(Performance)
    owed = arrears_on(terms, done, local_date(context.at_us))
    return bool(owed.fen == context.data.arrears_fen)


def _filed(name: str) -> Callable[[Context], bool]:
    return lambda context: any(document.name == name for document in context.env.docs)


def _past(text: str, at_us: int) -> bool:
    day = _day(text)
    return day is not None and day <= local_date(at_us)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


GUARDS = (
    GuardSpec("ledger_sound_v1", _ledger_sound, "description.ledger", "domain brief 4"),
    GuardSpec("something_changes_v1", _something_changes, "description", "domain brief 4"),
    GuardSpec("frozen_v1", _frozen, "asset", "domain brief 4"),
    GuardSpec("order_filed_v1", _filed("order"), "docs", "domain brief 4"),
    GuardSpec("asset_idle_v1", _asset_idle, "asset", "domain brief 4"),
    GuardSpec("paper_filed_v1", _filed("contract"), "docs", "民法典 707"),
    GuardSpec("contract_days_v1", _contract_days, "agreement.ends_day", "domain brief 11"),
    GuardSpec("schedule_sound_v1", _schedule_sound, "agreement.schedule", "domain brief 4"),
    GuardSpec("paid_within_v1", _paid_within, "paid_instalments", "domain brief 11"),
    GuardSpec("day_past_v1", _day_past, "day", "domain brief 11"),
    GuardSpec("handed_once_v1", _handed_once, "contract", "domain brief 11"),
    GuardSpec("handover_filed_v1", _filed("handover"), "docs", "domain brief 17"),
    GuardSpec("due_exists_v1", _due_exists, "number", "domain brief 12"),
    GuardSpec("not_overpaid_v1", _not_overpaid, "amount_fen", "domain brief 12"),
    GuardSpec("one_off_v1", _one_off, "contract", "domain brief 11"),
    GuardSpec("inspection_filed_v1", _filed("inspection"), "docs", "domain brief 17"),
    GuardSpec("bond_settled_v1", _bond_settled, "bond_returned_fen", "domain brief 11"),
    GuardSpec("arrears_stated_v1", _arrears_stated, "arrears_fen", "domain brief 12"),
    GuardSpec("ending_filed_v1", _filed("evidence"), "docs", "domain brief 11"),
)
