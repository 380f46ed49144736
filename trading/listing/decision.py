"""Guards of the four-step decision: whose turn it is, the rule of the day, the majority.

A meeting is judged by the rule in force on its own day and never again (decision 7).
"""

from __future__ import annotations

from datetime import date

from trading.base.deadline import local_date
from trading.base.errors import InvalidInput, UnknownName
from trading.engine.context import Context
from trading.engine.registry import GuardSpec
from trading.engine.votes import VoteRule, vote_passes
from trading.listing.cases import PARTY_BODIES, Case, Vote

OUTSIDE = "outside_letting"
LAND = frozenset({"contracting_out", "land_operating_right"})


def filed(context: Context, *names: str) -> bool:
    """Tell whether the command brings every one of these papers."""
    return set(names) <= {document.name for document in context.env.docs}


def street_approves(context: Context) -> bool:
    """Tell whether the rule for land that goes outside asks for the street's approval."""
    rule = _rule(context, context.of(Case).meetings[-1], OUTSIDE)
    return rule is not None and rule.street_approval and _goes_outside(context)


def _right_body(context: Context) -> bool:
    """Tell whether the body that met is the one whose turn it is; a resolution is no party's."""
    wanted = PARTY_BODIES.get(context.env.kind)
    body = context.data.vote.body
    return bool(body == wanted if wanted else body not in PARTY_BODIES.values())


def _rule(context: Context, vote: Vote, body: str) -> VoteRule | None:
    """Return the rule for ``body`` on the day of the meeting, None where there is none."""
    table = context.catalogue.votes(context.policy("vote_table"))
    try:
        return table.rule(body, date.fromisoformat(vote.meeting_day))
    except (ValueError, UnknownName):
        return None


def _passes(rule: VoteRule, vote: Vote) -> bool:
    try:
        return not vote_passes(rule, vote.eligible, vote.present, vote.in_favour)
    except InvalidInput:
        return False


def _decided(context: Context) -> bool:
    vote: Vote = context.data.vote
    rule = _rule(context, vote, vote.body)
    return rule is not None and _passes(rule, vote)


def _outsiders_allowed(context: Context) -> bool:
    """Tell whether land that outsiders may get was resolved by the majority which that needs."""
    vote: Vote = context.data.vote
    rule = _rule(context, vote, OUTSIDE)
    return rule is None or not _goes_outside(context) or _passes(rule, vote)


def _goes_outside(context: Context) -> bool:
    return any(p.tenure in LAND and not p.village_only for p in context.of(Case).lots)


def _meeting_called(context: Context) -> bool:
    """Tell whether the meeting was called as early as the rule of its day asks."""
    vote: Vote = context.data.vote
    rule = _rule(context, vote, vote.body)
    if rule is None or not rule.min_notice_days:
        return True
    try:
        called, held = date.fromisoformat(vote.called_day), date.fromisoformat(vote.meeting_day)
    except ValueError:
        return False
    return (held - called).days >= rule.min_notice_days


def _minutes_filed(context: Context) -> bool:
    return filed(context, "minutes")


def _meeting_past(context: Context) -> bool:
    try:
        return date.fromisoformat(context.data.vote.meeting_day) <= local_date(context.at_us)
    except ValueError:
        return False


def _called_before(context: Context) -> bool:
    """Tell whether the meeting, if it is known when it was called, was called before it was held.

    It may have been called on its own day: how much earlier the rule asks is another guard's.
    """
    vote: Vote = context.data.vote
    if not vote.called_day:
        return True
    try:
        return date.fromisoformat(vote.called_day) <= date.fromisoformat(vote.meeting_day)
    except ValueError:
        return False


def _meetings_ordered(context: Context) -> bool:
    """Tell whether the meeting was not before the one of the step before; ISO days compare."""
    meetings = context.of(Case).meetings
    return bool(meetings and meetings[-1].meeting_day <= context.data.vote.meeting_day)


GUARDS = (
    GuardSpec("right_body_v1", _right_body, "vote", "domain brief 5; 四议两公开"),
    GuardSpec("decided_v1", _decided, "vote", "农村集体经济组织法 26-28; domain brief 5"),
    GuardSpec("minutes_filed_v1", _minutes_filed, "docs", "domain brief 5"),
    GuardSpec("meeting_past_v1", _meeting_past, "vote", "domain brief 5"),
    GuardSpec("called_before_v1", _called_before, "vote", "domain brief 5"),
    GuardSpec("meetings_ordered_v1", _meetings_ordered, "vote", "domain brief 5; 四议两公开"),
    GuardSpec("outsiders_allowed_v1", _outsiders_allowed, "vote", "农村土地承包法 51-52"),
    GuardSpec("meeting_called_v1", _meeting_called, "vote", "农村集体经济组织法 26"),
)
