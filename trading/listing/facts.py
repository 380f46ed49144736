"""Instants that the listing's timers fall due at, and the case that follows a contract."""

from __future__ import annotations

from trading.base.money import FEN_PER_YUAN
from trading.engine.context import Context
from trading.engine.registry import Then
from trading.engine.stream import Stream
from trading.listing.cases import CaseDrafted
from trading.listing.rules import LotPlan, Schedule
from trading.register.contracts import ContractTerms, next_case_stream

TITLE_MAX = 120


def registration_end(stream: Stream) -> int | None:
    """Return when registration ends, in microseconds."""
    schedule: Schedule | None = stream.facets.get("schedule")
    return schedule.registration_until_us if schedule else None


def opening(stream: Stream) -> int | None:
    """Return when bidding opens, in microseconds."""
    schedule: Schedule | None = stream.facets.get("schedule")
    return schedule.opens_us if schedule else None


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
