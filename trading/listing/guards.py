"""Guards of listing: the decision, the desks, the notice and its times."""

from __future__ import annotations

from datetime import date

from trading.base.calendar import days_between, local_date
from trading.base.errors import InvalidInput, UnknownName
from trading.base.money import PriceUnit
from trading.engine.context import Context
from trading.engine.registry import GuardSpec
from trading.engine.votes import VoteRule, vote_passes
from trading.listing.cases import APPRAISAL, PAPERS, PARTY_BODIES, Case
from trading.listing.rules import ENDED_PLACES, Schedule, lot_stream
from trading.register.rules import listable


def _assets_free(context: Context) -> bool:
    case = context.find(Case)
    lots = case.lots if case and context.env.kind != "case.draft/1" else context.data.lots
    day, months = local_date(context.at_us), _expiry_months(context)
    for plan in lots:
        state = context.states.get(f"asset/{plan.asset}")
        if state is None or state.org != context.stream.org or not listable(state, day, months):
            return False
    return len({plan.asset for plan in lots}) == len(lots)


def _expiry_months(context: Context) -> int:
    """Return how long before the end of its contract a let asset may be listed again."""
    if not context.stream.pack and not _pack_known(context):
        return 0
    name = context.stream.pack or context.catalogue.latest(
        "pack", context.data.pack, context.stream.edition
    )
    return context.catalogue.pack(name).count("expiry_first_months")


def _lots_numbered(context: Context) -> bool:
    numbers = [plan.number for plan in context.data.lots]
    return numbers == list(range(1, len(numbers) + 1))


def _prices_sound(context: Context) -> bool:
    try:
        for plan in context.data.lots:
            PriceUnit.parse(plan.price_unit)
    except InvalidInput:
        return False
    return all(
        (not p.ceiling_fen or p.ceiling_fen >= p.start_price_fen)
        and (not p.raise_max_fen or p.raise_max_fen >= p.bid_step_fen)
        for p in context.data.lots
    )


def _term_lawful(context: Context) -> bool:
    limits = {
        "lease": "lease_max_years",
        "contracting_out": "contracting_max_years",
        "land_operating_right": "contracting_max_years",
    }
    if not _pack_known(context):
        return all(plan.tenure not in limits for plan in context.data.lots)
    name = context.catalogue.latest("pack", context.data.pack, context.stream.edition)
    pack = context.catalogue.pack(name)
    return all(
        plan.tenure not in limits or plan.term_months <= 12 * pack.count(limits[plan.tenure])
        for plan in context.data.lots
    )


def _pack_known(context: Context) -> bool:
    return context.catalogue.has("pack", context.data.pack, context.stream.edition)


def _right_body(context: Context) -> bool:
    """Tell whether the body that met is the one whose turn it is; a resolution is no party's."""
    wanted = PARTY_BODIES.get(context.env.kind)
    body = context.data.vote.body
    return bool(body == wanted if wanted else body not in PARTY_BODIES.values())


def _rule(context: Context) -> VoteRule | None:
    """Return the rule for the body on the day of its meeting, None where there is none."""
    vote = context.data.vote
    table = context.catalogue.votes(context.policy("vote_table"))
    try:
        return table.rule(vote.body, date.fromisoformat(vote.meeting_day))
    except (ValueError, UnknownName):
        return None


def _decided(context: Context) -> bool:
    vote, rule = context.data.vote, _rule(context)
    try:
        return rule is not None and not vote_passes(
            rule, vote.eligible, vote.present, vote.in_favour
        )
    except InvalidInput:
        return False


def _meeting_called(context: Context) -> bool:
    """Tell whether the meeting was called as early as the rule of its day asks."""
    vote, rule = context.data.vote, _rule(context)
    if rule is None or not rule.min_notice_days:
        return True
    try:
        called, held = date.fromisoformat(vote.called_day), date.fromisoformat(vote.meeting_day)
    except ValueError:
        return False
    return (held - called).days >= rule.min_notice_days


def _minutes_filed(context: Context) -> bool:
    return any(document.name == "minutes" for document in context.env.docs)


def _meeting_past(context: Context) -> bool:
    try:
        return date.fromisoformat(context.data.vote.meeting_day) <= local_date(context.at_us)
    except ValueError:
        return False


def _meetings_ordered(context: Context) -> bool:
    """Tell whether the meeting was not before the one of the step before; ISO days compare."""
    meetings = context.of(Case).meetings
    return bool(meetings and meetings[-1].meeting_day <= context.data.vote.meeting_day)


def _papers_filed(context: Context) -> bool:
    lots = context.of(Case).lots
    appraised = any(plan.appraisal_fen or plan.tenure == "transfer" for plan in lots)
    wanted = PAPERS | {APPRAISAL} if appraised else PAPERS
    return wanted <= {document.name for document in context.env.docs}


def _street_reviews(context: Context) -> bool:
    return context.of(Case).tier != "small"


def _office_reviews(context: Context) -> bool:
    return context.of(Case).tier == "large"


def _another_desk(context: Context) -> bool:
    case = context.find(Case)
    return case is not None and context.env.actor not in case.hands


def _lots_ended(context: Context) -> bool:
    data = context.data
    lots = (lot_stream(data.case, plan.number) for plan in context.of(Case).lots)
    return all(context.place(lot) in ENDED_PLACES for lot in lots)


def _notice_long_enough(context: Context) -> bool:
    until_us = context.data.registration_until_us
    if until_us <= context.at_us:
        return False
    key = f"notice_{context.of(Case).tier}_days"
    days = days_between(context.at_us, until_us, context.unit(key), context.calendar)
    return bool(days >= context.policy(key))


def _schedule_ordered(context: Context) -> bool:
    data = context.data
    return bool(context.at_us < data.registration_until_us <= data.opens_us < data.closes_us)


def _reschedule_ordered(context: Context) -> bool:
    schedule = context.find(Schedule)
    if schedule is None:
        return False
    return bool(context.at_us < context.data.opens_us < context.data.closes_us)


GUARDS = (
    GuardSpec("assets_free_v1", _assets_free, "lots", "domain brief 6, row 1"),
    GuardSpec("lots_numbered_v1", _lots_numbered, "lots", "domain brief 4"),
    GuardSpec("prices_sound_v1", _prices_sound, "lots", "domain brief 4"),
    GuardSpec("term_lawful_v1", _term_lawful, "lots", "民法典 705; 农村土地承包法 21"),
    GuardSpec("pack_known_v1", _pack_known, "pack", "decision 7"),
    GuardSpec("right_body_v1", _right_body, "vote", "domain brief 5; 四议两公开"),
    GuardSpec("decided_v1", _decided, "vote", "农村集体经济组织法 26-28; domain brief 5"),
    GuardSpec("minutes_filed_v1", _minutes_filed, "docs", "domain brief 5"),
    GuardSpec("meeting_past_v1", _meeting_past, "vote", "domain brief 5"),
    GuardSpec("meetings_ordered_v1", _meetings_ordered, "vote", "domain brief 5; 四议两公开"),
    GuardSpec("meeting_called_v1", _meeting_called, "vote", "农村集体经济组织法 26"),
    GuardSpec("papers_filed_v1", _papers_filed, "docs", "domain brief 6, row 4"),
    GuardSpec("street_reviews_v1", _street_reviews, "lots", "domain brief 6, row 5; 16"),
    GuardSpec("office_reviews_v1", _office_reviews, "lots", "domain brief 6, row 5; 16"),
    GuardSpec("lots_ended_v1", _lots_ended, "case", "domain brief 4"),
    GuardSpec("another_desk_v1", _another_desk, "actor", "domain brief 3; 交审分离"),
    GuardSpec(
        "notice_long_enough_v1", _notice_long_enough, "registration_until_us",
        "domain brief 6, row 7",
    ),
    GuardSpec("schedule_ordered_v1", _schedule_ordered, "opens_us", "domain brief 17"),
    GuardSpec("reschedule_ordered_v1", _reschedule_ordered, "opens_us", "domain brief 17"),
)  # fmt: skip
