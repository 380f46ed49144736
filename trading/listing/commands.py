"""Commands of listing: draft, decide, apply, review, accept, publish; reschedule a lot."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from trading.base.money import MAX_FEN
from trading.base.text import Id, LongText, ShortText
from trading.engine.builtin import Due
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect, Then
from trading.engine.stream import Command, States
from trading.listing.cases import (
    DESKS,
    Approval,
    Case,
    CaseAccepted,
    CaseApplied,
    CaseApproved,
    CaseDrafted,
    CasePublished,
    CaseRefused,
    CaseReopened,
    CaseReturned,
    CaseStepTaken,
    RefusalGround,
    Vote,
)
from trading.listing.rules import (
    LotListed,
    LotPlan,
    LotScheduled,
    Schedule,
    Terms,
    Tier,
    lot_stream,
    tier_of,
    yearly_fen,
)
from trading.register.rules import Asset, AssetReserved

LOTS_MAX = 20
Instant = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class DraftCase(Command, frozen=True):
    """Propose a case of ``org`` under the policy pack named ``pack`` (without version)."""

    case: Id
    org: Id
    pack: Id
    title_zh: ShortText
    lots: Annotated[tuple[LotPlan, ...], Meta(min_length=1, max_length=LOTS_MAX)]


class ReopenCase(Command, frozen=True):
    """Open the plan again, so that it is drafted and decided anew."""

    case: Id
    reason_zh: ShortText


class DecideCase(Command, frozen=True):
    """Put one of the four steps of the decision on record; the minutes come by digest."""

    case: Id
    vote: Vote


class ApplyCase(Command, frozen=True):
    """Apply for trading; the papers come by digest."""

    case: Id


class ApproveCase(Command, frozen=True):
    """Approve the plan at the desk that it lies at."""

    case: Id
    opinion_zh: ShortText


class ReturnCase(Command, frozen=True):
    """Send the case back to be mended."""

    case: Id
    reason_zh: LongText


class AcceptCase(Command, frozen=True):
    """Accept the case for trading."""

    case: Id


class RefuseCase(Command, frozen=True):
    """Refuse the case, for a ground of the centre's rules."""

    case: Id
    ground: RefusalGround
    reason_zh: ShortText


class CloseCase(Command, frozen=True):
    """Close a case whose lots have all ended."""

    case: Id


class WithdrawCase(Command, frozen=True):
    """Take a case back before it is published."""

    case: Id
    reason_zh: LongText


class PublishCase(Command, frozen=True):
    """Publish the notice and list every lot."""

    case: Id
    notice: Id
    registration_until_us: Instant
    opens_us: Instant
    closes_us: Instant


class RescheduleLot(Command, frozen=True):
    """Set a new opening for a lot whose start was missed."""

    lot: Id
    opens_us: Instant
    closes_us: Instant


def _case(data: Any) -> str:
    return f"case/{data.case}"


def _draft(context: Context) -> Effect:
    data: DraftCase = context.data
    pack = context.catalogue.latest("pack", data.pack, context.stream.edition)
    return Effect((CaseDrafted(data.title_zh, data.lots, context.env.actor),), pack=pack)


def _reopen(context: Context) -> Effect:
    return Effect((CaseReopened(context.env.actor, context.data.reason_zh),))


def _take_step(context: Context) -> Effect:
    return Effect((CaseStepTaken(context.data.vote, context.env.actor),))


def _publicity_over(context: Context) -> Effect:
    return Effect(since_us=context.data.due_us)


def _apply(context: Context) -> Effect:
    value_fen = 0
    for plan in context.of(Case).lots:
        asset = context.of(Asset, f"asset/{plan.asset}")
        value_fen += yearly_fen(plan, asset.quantity_thousandths)
    value_fen = min(value_fen, MAX_FEN)
    tier = tier_of(
        value_fen, context.policy("tier_street_fen"), context.policy("tier_district_fen")
    )
    return Effect((CaseApplied(value_fen, tier, context.env.actor),))


def _approve(context: Context) -> Effect:
    desk = DESKS[context.stream.place]
    approval = Approval(desk, context.env.actor, context.data.opinion_zh, context.at_us)
    return Effect((CaseApproved(approval),))


def _return(context: Context) -> Effect:
    return Effect((CaseReturned(context.env.actor, context.data.reason_zh),))


def _accept(context: Context) -> Effect:
    return Effect((CaseAccepted(context.env.actor),))


def _refuse(context: Context) -> Effect:
    data: RefuseCase = context.data
    return Effect((CaseRefused(context.env.actor, data.ground, data.reason_zh),))


def _nothing(_context: Context) -> Effect:
    return Effect()


def _publish(context: Context) -> Effect:
    data: PublishCase = context.data
    case = context.of(Case)
    scheduled = LotScheduled(data.registration_until_us, data.opens_us, data.closes_us)
    then: list[Then] = []
    for plan in case.lots:
        lot, asset = lot_stream(data.case, plan.number), f"asset/{plan.asset}"
        terms = _terms(context, plan, case.tier, data.notice)
        then += (
            Then(lot, "list", (LotListed(terms), scheduled)),
            Then(asset, "reserve", (AssetReserved(lot),)),
        )
    return Effect((CasePublished(data.notice),), tuple(then))


def _terms(context: Context, plan: LotPlan, tier: Tier, notice: str) -> Terms:
    """Return the terms of ``plan``, frozen with what the pack asks of its tier today."""
    asset = context.of(Asset, f"asset/{plan.asset}")
    return Terms(
        context.data.case, notice, plan, asset.quantity_thousandths, asset.quantity_unit,
        asset.place_zh, context.policy("extension_window_seconds"),
        context.policy("extension_seconds"),
        steps=tuple(context.policy(f"observed_steps_{tier}").split()), tier=tier,
        end_mode=context.policy("end_mode"), extensions_max=context.policy("extensions_max"),
    )  # fmt: skip


def _reschedule(context: Context) -> Effect:
    schedule = context.of(Schedule)
    event = LotScheduled(
        schedule.registration_until_us, context.data.opens_us, context.data.closes_us
    )
    return Effect((event,))


def _planned_assets(env: Envelope, _states: States) -> tuple[str, ...]:
    return ("orgs", *(f"asset/{plan.asset}" for plan in env.data.lots))


def _case_objects(env: Envelope, states: States) -> tuple[str, ...]:
    """Return the lots and assets of a case that is already loaded."""
    state = states.get(_case(env.data))
    case = state.facets.get("case") if state else None
    if case is None:
        return ()
    lots = tuple(lot_stream(env.data.case, plan.number) for plan in case.lots)
    return lots + tuple(f"asset/{plan.asset}" for plan in case.lots)


COMMANDS = (
    CommandSpec(
        "case.draft/1", DraftCase, _case, "draft", _draft, owner=lambda data: data.org,
        reads=_planned_assets,
    ),
    CommandSpec("case.reopen/1", ReopenCase, _case, "reopen", _reopen),
    CommandSpec("case.propose/1", DecideCase, _case, "propose", _take_step),
    CommandSpec("case.deliberate/1", DecideCase, _case, "deliberate", _take_step),
    CommandSpec("case.review/1", DecideCase, _case, "review", _take_step),
    CommandSpec("case.decide/1", DecideCase, _case, "decide", _take_step),
    CommandSpec("case.publicity_over/1", Due, lambda data: str(data.stream), "publicity_over",
                _publicity_over, clock=True),
    CommandSpec("case.apply/1", ApplyCase, _case, "apply", _apply, reads=_case_objects),
    CommandSpec("case.approve/1", ApproveCase, _case, "approve", _approve),
    CommandSpec("case.return/1", ReturnCase, _case, "return", _return),
    CommandSpec("case.accept/1", AcceptCase, _case, "accept", _accept),
    CommandSpec("case.refuse/1", RefuseCase, _case, "refuse", _refuse),
    CommandSpec("case.withdraw/1", WithdrawCase, _case, "withdraw", _nothing),
    CommandSpec("case.publish/1", PublishCase, _case, "publish", _publish, reads=_case_objects),
    CommandSpec("case.close/1", CloseCase, _case, "close", _nothing, reads=_case_objects),
    CommandSpec(
        "lot.reschedule/1", RescheduleLot, lambda data: f"lot/{data.lot}", "reschedule",
        _reschedule,
    ),
)  # fmt: skip
