"""Commands of the notice: publish it with its lots, and amend it while registration is open."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from trading.base.calendar import days_between
from trading.base.text import Id, ShortText
from trading.engine.context import Context
from trading.engine.registry import CommandSpec, Effect, Then
from trading.engine.stream import Command
from trading.listing import flags
from trading.listing.cases import (
    IMMATERIAL,
    Case,
    CaseAmended,
    CasePublished,
    Difference,
    Notice,
    differences,
)
from trading.listing.commands import Instant, case_objects, case_stream
from trading.listing.rules import (
    LOTS_MAX,
    LotAmended,
    LotListed,
    LotPlan,
    LotScheduled,
    OptionalText,
    Schedule,
    Terms,
    lot_stream,
)
from trading.register.rules import Asset, AssetReserved

PUBLISHED_RULES = (
    "end_mode", "free_period_seconds", "extension_window_seconds", "extension_seconds",
    "extensions_max", "min_bidders", "thin_one_rule", "thin_few_rule", "tie_rule", "priority_mode",
    "confirm_days", "winner_default_rule", "defaulter_barred", "refund_losers_days",
    "deposit_interest", "result_publicity_days", "objection_answer_days", "signing_days",
)  # fmt: skip
"""What the pack says and a bidder has to know: the notice repeats it as it is on that day."""
_UNITLESS = frozenset({"choice", "flag", "text", "ratio"})


class PublishCase(Command, frozen=True):
    """Publish the notice and list every lot; notice and contract draft come by digest.

    ``supervision_phone`` is the number of an office, never of a person.
    """

    case: Id
    notice: Id
    registration_until_us: Instant
    opens_us: Instant
    closes_us: Instant
    objection_zh: ShortText
    supervision_phone: Annotated[str, Meta(pattern=r"^(0\d{2,3}-)?\d{5,8}(-\d{1,5})?$(?!\n)")]
    settlement_zh: OptionalText = ""


class AmendCase(Command, frozen=True):
    """Amend lots whose registration is open: their whole plans, and their times, from now on.

    The community asks for it and the centre confirms; the amendment notice comes by digest.
    """

    case: Id
    lots: Annotated[tuple[LotPlan, ...], Meta(min_length=1, max_length=LOTS_MAX)]
    registration_until_us: Instant
    opens_us: Instant
    closes_us: Instant
    reason_zh: ShortText


def terms_of(context: Context, plan: LotPlan, notice: str, **more: Any) -> Terms:
    """Return the terms of ``plan``, frozen with what the pack asks of the case's tier today."""
    asset, tier = context.of(Asset, f"asset/{plan.asset}"), context.of(Case).tier
    return Terms(
        context.data.case, notice, plan, asset.quantity_thousandths, asset.quantity_unit,
        asset.place_zh, context.policy("extension_window_seconds"),
        context.policy("extension_seconds"),
        steps=tuple(context.policy(f"observed_steps_{tier}").split()), tier=tier,
        end_mode=context.policy("end_mode"), extensions_max=context.policy("extensions_max"),
        **more,
    )  # fmt: skip


def listing(context: Context, lot: str, terms: Terms) -> tuple[Then, Then]:
    """Return the parts that list ``lot`` at the command's times and reserve its asset."""
    asset, data = f"asset/{terms.plan.asset}", context.data
    times = LotScheduled(data.registration_until_us, data.opens_us, data.closes_us)
    listed = LotListed(terms, context.of(Asset, asset).ledger)
    return Then(lot, "list", (listed, times)), Then(asset, "reserve", (AssetReserved(lot),))


def _publish(context: Context) -> Effect:
    data: PublishCase = context.data
    case = context.of(Case)
    then: list[Then] = []
    for plan in case.lots:
        lot = lot_stream(data.case, plan.number)
        then += listing(context, lot, terms_of(context, plan, data.notice))
    notice = Notice(
        data.notice, context.at_us, data.registration_until_us, data.opens_us, data.closes_us,
        case.meetings[-1].meeting_day, data.objection_zh, data.supervision_phone,
        data.settlement_zh, {key: _rule(context, key) for key in PUBLISHED_RULES}, case.flags,
        case.reasons,
    )  # fmt: skip
    return Effect((CasePublished(notice),), tuple(then))


def _rule(context: Context, key: str) -> str:
    unit, value = context.unit(key), context.policy(key)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if unit in _UNITLESS else f"{text} {unit}"


def _amend(context: Context) -> Effect:
    data: AmendCase = context.data
    case = context.of(Case)
    assert case.notice is not None
    then: list[Then] = []
    found: list[Difference] = []
    for plan in data.lots:
        old, lot = case.plan(plan.number), case.lot(data.case, plan.number)
        assert old is not None
        found += differences(old, plan)
        before = context.of(Terms, lot)
        terms = msgspec.structs.replace(before, plan=plan, version=before.version + 1)
        times = LotScheduled(data.registration_until_us, data.opens_us, data.closes_us)
        then.append(Then(lot, "amend", (LotAmended(terms), times)))
    event = CaseAmended(
        case.notice.version + 1, tuple(found), data.lots,
        any(one.field not in IMMATERIAL for one in found), _late(context), data.reason_zh,
    )  # fmt: skip
    return Effect((event,), tuple(then))


def _late(context: Context) -> tuple[flags.Flag, ...]:
    """Return F12 for every lot whose registration was about to end."""
    case, key = context.of(Case), "amendment_extension_days"
    found = []
    for plan in context.data.lots:
        until_us = context.of(
            Schedule, case.lot(context.data.case, plan.number)
        ).registration_until_us
        days = days_between(context.at_us, until_us, context.unit(key), context.calendar)
        if days < context.policy(key):
            found.append(flags.Flag("F12", plan.number, "yellow"))
    return tuple(found)


COMMANDS = (
    CommandSpec(
        "case.publish/1", PublishCase, case_stream, "publish", _publish, reads=case_objects
    ),
    CommandSpec("case.amend/1", AmendCase, case_stream, "amend", _amend, reads=case_objects),
)
