"""Guards of what a panel says beside its statements."""

from __future__ import annotations

from trading.engine.context import Context
from trading.engine.registry import GuardSpec
from trading.listing.rules import case_of_lot
from trading.observing.rules import Panel
from trading.observing.talk import QUESTIONS_MAX, Talk, place_of

_RULE = "domain brief 8"


def _talk(context: Context) -> Talk:
    return context.find(Talk) or Talk()


def _step_opened(context: Context) -> bool:
    return bool(context.of(Panel).steps.get(context.data.step))


def _attends_once(context: Context) -> bool:
    return context.env.actor not in _talk(context).present.get(context.data.step, ())


def _remark_filed(context: Context) -> bool:
    return any(document.name == "remark" for document in context.env.docs)


def _questions_few(context: Context) -> bool:
    return len(_talk(context).waiting) < QUESTIONS_MAX


def _question_open(context: Context) -> bool:
    return str(context.data.number) in _talk(context).waiting


def _lot_running(context: Context) -> bool:
    lot = context.states.get(f"lot/{context.data.lot}")
    if lot is None or case_of_lot(context.data.lot) != context.data.case or lot.held:
        return False
    return lot.place not in context.catalogue.workflow(lot.workflow).final


def _calls_once(context: Context) -> bool:
    key = place_of(context.data.step, context.data.lot)
    return context.env.actor not in _talk(context).callers.get(key, ())


def _held_once(context: Context) -> bool:
    return place_of(context.data.step, context.data.lot) not in _talk(context).held


def _was_present(context: Context) -> bool:
    return context.data.member in _talk(context).present.get(context.data.step, ())


def _time_once(context: Context) -> bool:
    key = place_of(context.data.step, context.data.member)
    return key not in _talk(context).minutes


GUARDS = (
    GuardSpec("step_opened_v1", _step_opened, "step", _RULE),
    GuardSpec("attends_once_v1", _attends_once, "step", _RULE),
    GuardSpec("remark_filed_v1", _remark_filed, "docs", _RULE),
    GuardSpec("questions_few_v1", _questions_few, "question_zh", _RULE),
    GuardSpec("question_open_v1", _question_open, "number", _RULE),
    GuardSpec("lot_running_v1", _lot_running, "lot", _RULE),
    GuardSpec("calls_once_v1", _calls_once, "lot", _RULE),
    GuardSpec("held_once_v1", _held_once, "lot", _RULE),
    GuardSpec("was_present_v1", _was_present, "member", _RULE),
    GuardSpec("time_once_v1", _time_once, "member", _RULE),
)
