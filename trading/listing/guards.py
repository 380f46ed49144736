"""Guards of listing: the decision, the desks, the notice and its times."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from trading.base.calendar import compute, days_between, local_date
from trading.base.errors import InvalidInput
from trading.base.money import MAX_FEN
from trading.base.units import HOUR_US
from trading.engine.context import Context
from trading.engine.policy import ResolvedPack, parse_ratio
from trading.engine.registry import GuardSpec
from trading.listing import decision, prices
from trading.listing.cases import (
    APPRAISAL,
    IMMATERIAL,
    PAPERS,
    Case,
    differences,
)
from trading.listing.decision import filed
from trading.listing.facts import plan_flags, ratio
from trading.listing.flags import unexplained
from trading.listing.rules import ENDED_PLACES, LOTS_MAX, LotPlan, Schedule, Terms
from trading.register.rent import add_months
from trading.register.rules import Asset, tradable


def _pack(context: Context) -> ResolvedPack | None:
    """Return the pack that a draft names, else the case's own; None where there is none."""
    catalogue, stream = context.catalogue, context.stream
    name: str = getattr(context.data, "pack", stream.pack)
    if not catalogue.has("pack", name.partition("@")[0], stream.edition):
        return None
    return catalogue.pack(catalogue.latest("pack", name, stream.edition))


def _plans(context: Context) -> tuple[LotPlan, ...]:
    """Return the plans that the command brings, or else those of the case."""
    plans: tuple[LotPlan, ...] = getattr(context.data, "lots", ()) or context.of(Case).lots
    return plans


def _assets_free(context: Context) -> bool:
    plans = (*_kept(context), *_plans(context))
    distinct = len({plan.asset for plan in plans}) == len(plans)
    return distinct and all(_is_free(context, plan.asset) for plan in _plans(context))


def _kept(context: Context) -> tuple[LotPlan, ...]:
    """Return the lots that a draft has already where the command adds to them."""
    return context.of(Case).lots if context.env.kind == "case.extend/1" else ()


def _is_free(context: Context, asset: str) -> bool:
    """Tell whether an asset of this owner is idle, or let no longer than the ladder looks ahead."""
    state = context.states.get(f"asset/{asset}")
    if state is None or state.org != context.stream.org:
        return False
    pack = _pack(context)
    if state.place != "let" or pack is None:
        return state.place == "idle"
    ahead = add_months(local_date(context.at_us), pack.count("expiry_first_months"))
    contracts = context.of(Asset, state.name).contracts
    return all(ends_day <= str(ahead) for ends_day in contracts.values())


def _titles_clear(context: Context) -> bool:
    assets = (context.find(Asset, f"asset/{plan.asset}") for plan in _plans(context))
    return all(asset is None or tradable(asset) for asset in assets)


def _lots_numbered(context: Context) -> bool:
    numbers = [plan.number for plan in (*_kept(context), *context.data.lots)]
    return numbers == list(range(1, len(numbers) + 1)) and len(numbers) <= LOTS_MAX


def _prices_sound(context: Context) -> bool:
    return all(_is_sound(context, plan) for plan in context.data.lots)


def _is_sound(context: Context, plan: LotPlan) -> bool:
    """Tell whether unit, bounds and rises of a plan fit, and all amounts stay countable."""
    asset = context.find(Asset, f"asset/{plan.asset}")
    try:
        if plan.appraisal_day:
            date.fromisoformat(plan.appraisal_day)
        quantity = asset.quantity_thousandths if asset else 1000
        whole = prices.total(prices.rent_for(plan, quantity))
    except (InvalidInput, ValueError):
        return False
    return (
        (not plan.ceiling_fen or plan.ceiling_fen >= plan.start_price_fen)
        and (not plan.raise_max_fen or plan.raise_max_fen >= plan.bid_step_fen)
        and prices.is_sound(plan.escalator)
        and whole.amount_fen <= MAX_FEN
    )


_TERM_LIMITS = {
    "lease": "lease_max_years",
    "contracting_out": "contracting_max_years",
    "land_operating_right": "contracting_max_years",
}


def _term_lawful(context: Context) -> bool:
    pack = _pack(context)
    limited = [plan for plan in context.data.lots if plan.tenure in _TERM_LIMITS]
    if pack is None:
        return not limited
    return all(
        0 < plan.term_months <= 12 * pack.count(_TERM_LIMITS[plan.tenure]) for plan in limited
    )


def _pack_known(context: Context) -> bool:
    """Tell whether the pack is in the log, and still the one that a case was opened under."""
    bound = context.stream.pack.partition("@")[0]
    return _pack(context) is not None and bound in {"", context.data.pack}


def _papers_filed(context: Context) -> bool:
    lots = context.of(Case).lots
    appraised = any(plan.appraisal_fen or plan.tenure == "transfer" for plan in lots)
    return filed(context, *PAPERS, *([APPRAISAL] if appraised else []))


def _flags_explained(context: Context) -> bool:
    return not unexplained(plan_flags(context), context.data.reasons)


def _street_reviews(context: Context) -> bool:
    """Tell whether the value, or the rule for land that goes outside, asks for the street."""
    case = context.of(Case)
    if case.tier != "small":
        return True
    return decision.street_approves(context)


def _office_reviews(context: Context) -> bool:
    return context.of(Case).tier == "large"


def _another_desk(context: Context) -> bool:
    case = context.find(Case)
    return case is not None and all(map(context.another_person, case.hands))


def _lots_ended(context: Context) -> bool:
    case = context.of(Case)
    lots = (case.lot(context.data.case, plan.number) for plan in case.lots)
    return all(context.place(lot) in ENDED_PLACES for lot in lots)


def _notice_filed(context: Context) -> bool:
    return filed(context, "notice", "contract_draft")


def _notice_long_enough(context: Context) -> bool:
    return _lasts(context, f"notice_{context.of(Case).tier}_days")


def _lasts(context: Context, key: str) -> bool:
    """Tell whether registration stays open for the period of ``key`` from now."""
    until_us = context.data.registration_until_us
    if until_us <= context.at_us:
        return False
    days = days_between(context.at_us, until_us, context.unit(key), context.calendar)
    return bool(days >= context.policy(key))


def _centre_confirms(context: Context) -> bool:
    """Tell whether the community asks first and the centre confirms, never the other way round."""
    asked = context.stream.pending.get(context.env.kind.partition(".")[2].partition("/")[0])
    until_us = asked.at_us + context.policy("pending_hours") * HOUR_US if asked else 0
    by_other = asked is not None and asked.actor != context.env.actor and context.at_us < until_us
    return by_other == (context.env.role == "centre_clerk")


def _lots_amendable(context: Context) -> bool:
    """Tell whether each lot is one of the case, still open for registration, with its own asset."""
    case, data = context.of(Case), context.data
    for plan in data.lots:
        old = case.plan(plan.number)
        if old is None or old.asset != plan.asset:
            return False
        if context.place(case.lot(data.case, plan.number)) != "listed":
            return False
    return len({plan.number for plan in data.lots}) == len(data.lots)


def _amendment_filed(context: Context) -> bool:
    """Tell whether the amendment notice is there, and the new approval of a material change."""
    return filed(context, "amendment", *(["approval"] if _is_material(context) else []))


def _is_material(context: Context) -> bool:
    case = context.of(Case)
    return any(
        one.field not in IMMATERIAL
        for plan in context.data.lots
        for one in differences(case.plan(plan.number) or plan, plan)
    )


def _amendment_time(context: Context) -> bool:
    """Tell whether nobody loses time, and a material change gives what the pack asks for."""
    case, data = context.of(Case), context.data
    for plan in data.lots:
        schedule = context.find(Schedule, case.lot(data.case, plan.number))
        if schedule and data.registration_until_us < schedule.registration_until_us:
            return False
    if not _is_material(context):
        return True
    restart = context.policy("amendment_rule") == "restart"
    key = f"notice_{case.tier}_days" if restart else "amendment_extension_days"
    return _lasts(context, key)


def _lot_failed(context: Context) -> bool:
    case, data = context.of(Case), context.data
    return context.place(case.lot(data.case, data.number)) == "failed"


def _relist_in_time(context: Context) -> bool:
    """Tell whether the lot failed, or was decided again, no longer ago than the pack allows."""
    case, data = context.of(Case), context.data
    lot = context.states.get(case.lot(data.case, data.number))
    if lot is None:
        return False
    mandate = case.mandates.get(str(data.number))
    since_us = max(lot.entered_us, mandate.at_us if mandate else 0)
    key = "relist_wait_max_days"
    period = compute(
        since_us, context.policy(key), context.unit(key), context.calendar, source="", rule=key
    )
    return bool(context.at_us < period.end_us)


def _relist_asset_free(context: Context) -> bool:
    plan = context.of(Case).plan(context.data.number)
    return plan is not None and _is_free(context, plan.asset)


def _cut_mandated(context: Context) -> bool:
    """Tell whether the resolution, or a vote since, allows this much of a cut in all."""
    case, data = context.of(Case), context.data
    plan, mandate = case.plan(data.number), case.mandates.get(str(data.number))
    if plan is None:
        return False
    voted = Fraction(*parse_ratio(mandate.ratio_max if mandate else plan.cut_ratio_max))
    return bool(plan.start_price_fen - data.start_price_fen <= plan.start_price_fen * voted)


def _cut_within_policy(context: Context) -> bool:
    """Tell whether the price falls by no more than one round may, and not under the floor."""
    case, data = context.of(Case), context.data
    plan, before = case.plan(data.number), context.find(Terms, case.lot(data.case, data.number))
    if plan is None or before is None:
        return False
    previous_fen, price_fen = before.plan.start_price_fen, data.start_price_fen
    cut_fen = previous_fen - price_fen
    in_round = 0 <= cut_fen <= previous_fen * ratio(context, "price_cut_round_ratio")
    floor_fen = plan.start_price_fen * ratio(context, "price_floor_ratio")
    return bool(in_round and price_fen >= floor_fen)


def _street_approved(context: Context) -> bool:
    return filed(context, "street_approval")


def _schedule_ordered(context: Context) -> bool:
    data = context.data
    return bool(context.at_us < data.registration_until_us <= data.opens_us < data.closes_us)


def _reschedule_ordered(context: Context) -> bool:
    schedule = context.find(Schedule)
    if schedule is None:
        return False
    return bool(context.at_us < context.data.opens_us < context.data.closes_us)


GUARDS = (
    *decision.GUARDS,
    GuardSpec("assets_free_v1", _assets_free, "lots", "domain brief 6, row 1"),
    GuardSpec("titles_clear_v1", _titles_clear, "lots", "domain brief 6, row 1"),
    GuardSpec("lots_numbered_v1", _lots_numbered, "lots", "domain brief 4"),
    GuardSpec("prices_sound_v1", _prices_sound, "lots", "domain brief 4"),
    GuardSpec("term_lawful_v1", _term_lawful, "lots", "民法典 705; 农村土地承包法 21"),
    GuardSpec("pack_known_v1", _pack_known, "pack", "decision 7"),
    GuardSpec("papers_filed_v1", _papers_filed, "docs", "domain brief 6, row 4"),
    GuardSpec("flags_explained_v1", _flags_explained, "reasons", "domain brief 12"),
    GuardSpec("street_reviews_v1", _street_reviews, "lots", "domain brief 6, row 5; 16"),
    GuardSpec("office_reviews_v1", _office_reviews, "lots", "domain brief 6, row 5; 16"),
    GuardSpec("lots_ended_v1", _lots_ended, "case", "domain brief 4"),
    GuardSpec("another_desk_v1", _another_desk, "actor", "domain brief 3; 交审分离"),
    GuardSpec(
        "notice_long_enough_v1", _notice_long_enough, "registration_until_us",
        "domain brief 6, row 7",
    ),
    GuardSpec("notice_filed_v1", _notice_filed, "docs", "domain brief 17"),
    GuardSpec("centre_confirms_v1", _centre_confirms, "role", "domain brief 6, rows 8 and 27"),
    GuardSpec("lots_amendable_v1", _lots_amendable, "lots", "domain brief 6, row 8"),
    GuardSpec("amendment_filed_v1", _amendment_filed, "docs", "domain brief 6, row 8"),
    GuardSpec("amendment_time_v1", _amendment_time, "registration_until_us",
              "domain brief 6, row 8; 16"),
    GuardSpec("lot_failed_v1", _lot_failed, "number", "domain brief 6, row 27"),
    GuardSpec("relist_in_time_v1", _relist_in_time, "number", "domain brief 10 and 16"),
    GuardSpec("relist_asset_free_v1", _relist_asset_free, "number", "domain brief 6, row 1"),
    GuardSpec("cut_mandated_v1", _cut_mandated, "start_price_fen", "domain brief 10"),
    GuardSpec("cut_within_policy_v1", _cut_within_policy, "start_price_fen",
              "domain brief 10 and 16"),
    GuardSpec("street_approved_v1", _street_approved, "docs", "domain brief 10"),
    GuardSpec("schedule_ordered_v1", _schedule_ordered, "opens_us", "domain brief 17"),
    GuardSpec("reschedule_ordered_v1", _reschedule_ordered, "opens_us", "domain brief 17"),
)  # fmt: skip
