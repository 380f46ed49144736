"""Commands of listing: draft, decide, apply, review, accept, publish; reschedule a lot."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from trading.base.deadline import local_date
from trading.base.text import Id, LongText, ShortText
from trading.engine.builtin import Due
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect
from trading.engine.stream import Command, States
from trading.listing.cases import (
    DESKS,
    Approval,
    Case,
    CaseAccepted,
    CaseApplied,
    CaseApproved,
    CaseDrafted,
    CaseExtended,
    CaseRefused,
    CaseReopened,
    CaseReturned,
    CaseStepTaken,
    RefusalGround,
    Vote,
)
from trading.listing.facts import case_value_fen, categories, plan_flags
from trading.listing.flags import Reason
from trading.listing.rules import (
    LOTS_MAX,
    LotPlan,
    LotScheduled,
    Schedule,
    tier_of,
)
from trading.register.contracts import ContractId

COMPARABLES_MAX = 30
SIBLINGS_MAX = 20
REASONS_MAX = 60
Instant = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class DraftCase(Command, frozen=True):
    """Propose a case of ``org`` under the policy pack named ``pack`` (without version)."""

    case: Id
    org: Id
    pack: Id
    title_zh: ShortText
    lots: Annotated[tuple[LotPlan, ...], Meta(min_length=1, max_length=LOTS_MAX)]


class ExtendCase(Command, frozen=True):
    """Add further lots to a draft that is too long for one entry."""

    case: Id
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
    """Apply for trading; the papers come by digest.

    ``comparables`` are the contracts in force, and ``siblings`` the other cases of the owner, that
    the edge found for comparison. Every red flag needs one of ``reasons``.
    """

    case: Id
    comparables: Annotated[tuple[ContractId, ...], Meta(max_length=COMPARABLES_MAX)] = ()
    siblings: Annotated[tuple[Id, ...], Meta(max_length=SIBLINGS_MAX)] = ()
    reasons: Annotated[tuple[Reason, ...], Meta(max_length=REASONS_MAX)] = ()


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


class RescheduleLot(Command, frozen=True):
    """Set a new opening for a lot whose start was missed."""

    lot: Id
    opens_us: Instant
    closes_us: Instant


def case_stream(data: Any) -> str:
    """Return the stream of the case that a command names."""
    return f"case/{data.case}"


def _draft(context: Context) -> Effect:
    data: DraftCase = context.data
    pack = context.catalogue.latest("pack", data.pack, context.stream.edition)
    return Effect((CaseDrafted(data.title_zh, data.lots, context.env.actor),), pack=pack)


def _extend(context: Context) -> Effect:
    return Effect((CaseExtended(context.data.lots),))


def _reopen(context: Context) -> Effect:
    return Effect((CaseReopened(context.env.actor, context.data.reason_zh),))


def _take_step(context: Context) -> Effect:
    return Effect((CaseStepTaken(context.data.vote, context.env.actor),))


def _publicity_over(context: Context) -> Effect:
    return Effect(since_us=context.data.due_us)


def _apply(context: Context) -> Effect:
    value_fen = case_value_fen(context)
    tier = tier_of(
        value_fen, context.policy("tier_street_fen"), context.policy("tier_district_fen")
    )
    event = CaseApplied(
        value_fen, tier, categories(context), str(local_date(context.at_us)), plan_flags(context),
        context.data.reasons, context.env.actor,
    )  # fmt: skip
    return Effect((event,))


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


def _reschedule(context: Context) -> Effect:
    schedule = context.of(Schedule)
    event = LotScheduled(
        schedule.registration_until_us, context.data.opens_us, context.data.closes_us
    )
    return Effect((event,))


def _planned_assets(env: Envelope, _states: States) -> tuple[str, ...]:
    return ("orgs", *(f"asset/{plan.asset}" for plan in env.data.lots))


def case_objects(env: Envelope, states: States) -> tuple[str, ...]:
    """Return the lots in their latest round and the assets of a case that is already loaded.

    What the command names itself is among them, even where the case has no such lot.
    """
    state = states.get(case_stream(env.data))
    case: Case | None = state.facets.get("case") if state else None
    if case is None:
        return ()
    named: tuple[LotPlan, ...] = getattr(env.data, "lots", ())
    plans = (*case.lots, *named)
    numbers = {*(plan.number for plan in plans), getattr(env.data, "number", 1)}
    lots = (case.lot(env.data.case, number) for number in sorted(numbers))
    return (*lots, *(f"asset/{plan.asset}" for plan in plans))


def _with_market(env: Envelope, states: States) -> tuple[str, ...]:
    contracts = tuple(f"contract/{name}" for name in env.data.comparables)
    siblings = tuple(f"case/{name}" for name in env.data.siblings)
    return (*case_objects(env, states), *contracts, *siblings)


COMMANDS = (
    CommandSpec(
        "case.draft/1", DraftCase, case_stream, "draft", _draft, owner=lambda data: data.org,
        reads=_planned_assets,
    ),
    CommandSpec("case.extend/1", ExtendCase, case_stream, "extend", _extend, reads=case_objects),
    CommandSpec("case.reopen/1", ReopenCase, case_stream, "reopen", _reopen),
    CommandSpec("case.propose/1", DecideCase, case_stream, "propose", _take_step),
    CommandSpec("case.deliberate/1", DecideCase, case_stream, "deliberate", _take_step),
    CommandSpec("case.review/1", DecideCase, case_stream, "review", _take_step),
    CommandSpec("case.decide/1", DecideCase, case_stream, "decide", _take_step),
    CommandSpec("case.publicity_over/1", Due, lambda data: str(data.stream), "publicity_over",
                _publicity_over, clock=True),
    CommandSpec("case.apply/1", ApplyCase, case_stream, "apply", _apply, reads=_with_market),
    CommandSpec("case.approve/1", ApproveCase, case_stream, "approve", _approve),
    CommandSpec("case.return/1", ReturnCase, case_stream, "return", _return),
    CommandSpec("case.accept/1", AcceptCase, case_stream, "accept", _accept),
    CommandSpec("case.refuse/1", RefuseCase, case_stream, "refuse", _refuse),
    CommandSpec("case.withdraw/1", WithdrawCase, case_stream, "withdraw", _nothing),
    CommandSpec("case.close/1", CloseCase, case_stream, "close", _nothing, reads=case_objects),
    CommandSpec(
        "lot.reschedule/1", RescheduleLot, lambda data: f"lot/{data.lot}", "reschedule",
        _reschedule,
    ),
)  # fmt: skip
