"""What others may know of a listing: its instants, its worth, its red flags, its next case."""

from __future__ import annotations

from fractions import Fraction

from trading.base.deadline import local_date
from trading.base.money import FEN_PER_YUAN, MAX_FEN
from trading.engine.context import Context
from trading.engine.policy import parse_ratio
from trading.engine.registry import Then
from trading.engine.stream import Stream
from trading.listing import flags
from trading.listing.cases import Case, CaseDrafted
from trading.listing.rules import LotPlan, Schedule, yearly_fen
from trading.register.contracts import ContractTerms, next_case_stream
from trading.register.rules import Asset

TITLE_MAX = 120


def registration_end(stream: Stream) -> int | None:
    """Return when registration ends, in microseconds."""
    schedule: Schedule | None = stream.facets.get("schedule")
    return schedule.registration_until_us if schedule else None


def opening(stream: Stream) -> int | None:
    """Return when bidding opens, in microseconds."""
    schedule: Schedule | None = stream.facets.get("schedule")
    return schedule.opens_us if schedule else None


def case_value_fen(context: Context) -> int:
    """Return what all lots of the case are worth in a year; declared streams: their assets."""
    value_fen = 0
    for plan in context.of(Case).lots:
        asset = context.of(Asset, f"asset/{plan.asset}")
        value_fen += yearly_fen(plan, asset.quantity_thousandths)
    return min(value_fen, MAX_FEN)


def categories(context: Context) -> tuple[str, ...]:
    """Return the classes of the assets in the case, each once."""
    found = (context.of(Asset, f"asset/{p.asset}").category for p in context.of(Case).lots)
    return tuple(sorted(set(found)))


def plan_flags(context: Context) -> tuple[flags.Flag, ...]:
    """Return the red flags of the plan that is applied for.

    Declared streams: the assets, and the contracts and cases that the command names.
    """
    case, data, day = context.of(Case), context.data, local_date(context.at_us)
    limits = flag_limits(context)
    named = (context.find(ContractTerms, f"contract/{name}") for name in data.comparables)
    market = [terms for terms in named if terms is not None]
    found: list[flags.Flag] = []
    for plan in case.lots:
        asset = context.of(Asset, f"asset/{plan.asset}")
        found += flags.of_lot(plan, asset, market, day, limits)
    own = flags.Sibling(case_value_fen(context), frozenset(categories(context)), day)
    return (*found, *flags.splitting(own, _siblings(context), limits))


def _siblings(context: Context) -> list[flags.Sibling]:
    """Return the named cases of the same owner that applied."""
    found = []
    for name in context.data.siblings:
        state = context.states.get(f"case/{name}")
        if state is not None and state.org == context.stream.org and state != context.stream:
            sibling = state.facets["case"].sibling
            found += [sibling] if sibling else []
    return found


def flag_limits(context: Context) -> flags.Limits:
    """Return what the pack says of red flags."""
    return flags.Limits(
        ratio(context, "flag_rent_yellow_ratio"), ratio(context, "flag_rent_red_ratio"),
        context.policy("appraisal_valid_months"), context.policy("flag_lease_years"),
        context.policy("flag_prepaid_years"), ratio(context, "flag_split_ratio"),
        context.policy("flag_split_months"),
        (context.policy("tier_street_fen"), context.policy("tier_district_fen")),
    )  # fmt: skip


def ratio(context: Context, key: str) -> Fraction:
    """Return a ratio of the pack."""
    return Fraction(*parse_ratio(context.policy(key)))


def next_case(context: Context) -> tuple[Then, ...]:
    """Return the part that drafts the case of a contract's asset before its term is over.

    It repeats what was agreed and is the community's to mend; pack and definitions are those of
    now, for nothing of the old contract binds what comes after it.
    """
    terms = context.of(ContractTerms)
    agreed = terms.agreement
    plan = LotPlan(
        number=1, asset=terms.asset, title_zh=_title(agreed.use_zh), use_zh=agreed.use_zh,
        tenure=agreed.tenure, price_unit=agreed.price_unit, start_price_fen=agreed.price_fen,
        bid_step_fen=FEN_PER_YUAN, raise_max_fen=0, ceiling_fen=0, deposit_fen=0,
        term_months=agreed.term_months, bond_fen=agreed.bond_fen,
    )  # fmt: skip
    drafted = CaseDrafted(_title(agreed.number), (plan,), context.env.actor)
    name = context.stream.pack.partition("@")[0]
    pack = context.catalogue.latest("pack", name, context.catalogue.edition)
    return (Then(next_case_stream(context.stream.name), "open", (drafted,), pack=pack),)


def _title(text: str) -> str:
    return f"到期续租：{text}"[:TITLE_MAX]
