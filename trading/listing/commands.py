"""Commands of listing: draft, decide, approve, return, accept, publish; reschedule a lot."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from trading.base.text import Id, LongText, ShortText
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect, Then
from trading.engine.stream import Command, States
from trading.listing.rules import (
    Case,
    CaseAccepted,
    CaseApproved,
    CaseDecided,
    CaseDrafted,
    CasePublished,
    CaseReturned,
    LotListed,
    LotPlan,
    LotScheduled,
    Schedule,
    Vote,
    lot_stream,
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


class DecideCase(Command, frozen=True):
    """Put the resolution on record."""

    case: Id
    vote: Vote


class ApproveCase(Command, frozen=True):
    """Approve the plan."""

    case: Id
    opinion_zh: ShortText


class ReturnCase(Command, frozen=True):
    """Send the case back to be mended."""

    case: Id
    reason_zh: LongText


class AcceptCase(Command, frozen=True):
    """Accept the case for trading."""

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


def _decide(context: Context) -> Effect:
    return Effect((CaseDecided(context.data.vote),))


def _approve(context: Context) -> Effect:
    return Effect((CaseApproved(context.env.actor, context.data.opinion_zh),))


def _return(context: Context) -> Effect:
    return Effect((CaseReturned(context.env.actor, context.data.reason_zh),))


def _accept(context: Context) -> Effect:
    return Effect((CaseAccepted(context.env.actor),))


def _nothing(_context: Context) -> Effect:
    return Effect()


def _publish(context: Context) -> Effect:
    data: PublishCase = context.data
    then: list[Then] = []
    for plan in context.of(Case).lots:
        asset = context.of(Asset, f"asset/{plan.asset}")
        lot = lot_stream(data.case, plan.number)
        listed = LotListed(
            data.case, data.notice, plan, asset.quantity_thousandths, asset.quantity_unit,
            asset.place_zh, context.policy("extension_window_seconds"),
            context.policy("extension_seconds"),
        )  # fmt: skip
        scheduled = LotScheduled(data.registration_until_us, data.opens_us, data.closes_us)
        then += (
            Then(lot, "list", (listed, scheduled)),
            Then(f"asset/{plan.asset}", "reserve", (AssetReserved(lot),)),
        )
    return Effect((CasePublished(data.notice),), tuple(then))


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
    CommandSpec("case.decide/1", DecideCase, _case, "decide", _decide),
    CommandSpec("case.approve/1", ApproveCase, _case, "approve", _approve),
    CommandSpec("case.return/1", ReturnCase, _case, "return", _return),
    CommandSpec("case.accept/1", AcceptCase, _case, "accept", _accept),
    CommandSpec("case.withdraw/1", WithdrawCase, _case, "withdraw", _nothing),
    CommandSpec("case.publish/1", PublishCase, _case, "publish", _publish, reads=_case_objects),
    CommandSpec(
        "lot.reschedule/1", RescheduleLot, lambda data: f"lot/{data.lot}", "reschedule",
        _reschedule,
    ),
)  # fmt: skip
