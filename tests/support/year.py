"""A year of one district by chance: many lots, every way a case can go, faults and pranks.

The same seed gives the same year. Whatever chance makes of it, the record must replay without a
difference and its projections must be those that the record gives.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.scenario import SeededEntropy
from tests.support.trade import Trade, open_empty
from trading.awarding.commands import AwardLot, CertifyLot
from trading.base.errors import Refused
from trading.base.units import DAY_US, MINUTE_US
from trading.bidding.commands import GetReady, PlaceBid
from trading.demo import cast, stage, turns
from trading.demo.company import Company, Story
from trading.demo.rows import ladder
from trading.demo.stories import CaseStory, LotScript, Script
from trading.engine.stream import Command
from trading.founding import found
from trading.listing.rules import LotPlan
from trading.register.commands import RegisterAsset

WAYS: tuple[tuple[type[CaseStory], int], ...] = (
    (CaseStory, 40), (turns.Hasty, 8), (turns.Disputed, 6), (turns.Annulled, 3), (turns.CutOff, 3),
    (turns.Suspended, 5), (turns.Withdrawn, 6), (turns.Amended, 4), (turns.Recused, 6),
    (turns.Questioned, 5), (turns.Waived, 5), (turns.Relisted, 4), (turns.Unwanted, 4),
    (turns.Terminated, 3), (turns.Declined, 4), (turns.Sole, 4),
)  # fmt: skip
ALONE = {turns.Sole, turns.Relisted, turns.Amended, turns.Hasty, turns.Suspended, turns.Questioned}
EMPTY = {turns.Relisted, turns.Unwanted}
KINDS = (("shop", "门面"), ("fish_pond", "鱼塘"), ("market_stall", "摊位"), ("orchard", "果园"))
STEP_FEN = 10_000
LOTS_PER_CASE = 12
LOTS_PER_COMMUNITY = 50
OUTAGES, PRANKS_PER_LOT = 12, 2
YEAR_DAYS = 300


@dataclass
class Year:
    """What a year came to: how many stories ended early, and where the lots are at its end."""

    trade: Trade
    lots: int = 0
    broken: Counter[str] = field(default_factory=Counter)

    @property
    def places(self) -> Counter[str]:
        """Return how many lots are in which place."""
        return Counter(s.place for s in self.trade.states().values() if s.kind == "lot")


def play(path: Path, lots: int, seed: int, db_url: str = "") -> Year:
    """Play a year of about ``lots`` lots; the centre of the result is still open."""
    chance = random.Random(seed)
    trade = open_empty(path, db_url, stage.START_US, entropy=SeededEntropy())
    communities = [f"c{n:03d}" for n in range(max(1, lots // LOTS_PER_COMMUNITY))]
    names = {name: f"第{n}社区" for n, name in enumerate(communities, 1)}
    found(trade.centre, cast.orgs(names), cast.grants(names), simulated="a year by chance")
    year, company = Year(trade), Company(trade.centre, trade.clock)
    stories: list[tuple[int, Story]] = []
    cases: list[CaseStory] = []
    while year.lots < lots:
        begin_us = stage.START_US + chance.randrange(YEAR_DAYS * DAY_US)
        case = _case(company, chance, len(cases), chance.choice(communities))
        cases.append(case)
        year.lots += len(case.lots)
        stories.append((begin_us, _told(year, case)))
    stories.append((stage.START_US, _outages(company, chance)))
    stories.append((stage.START_US, _pranks(company, chance, cases, year.lots)))
    company.run(stories, stage.END_US)
    return year


def _case(company: Company, chance: random.Random, n: int, community: str) -> CaseStory:
    way = chance.choices([way for way, _ in WAYS], [weight for _, weight in WAYS])[0]
    count = 1 if way in ALONE else chance.randint(2, LOTS_PER_CASE)
    key = f"{n:04d}"
    lots = tuple(_lot(chance, key, number, community, way) for number in range(1, count + 1))
    return way(company, Script(key, f"第{n}批资产招租", lots, community))


def _lot(
    chance: random.Random, key: str, number: int, community: str, way: type[CaseStory]
) -> LotScript:
    category, title = chance.choice(KINDS)
    start_fen = chance.randrange(20, 400) * STEP_FEN
    bids = chance.randint(1, 8)
    result_fen = start_fen + STEP_FEN * (bids - 1 + chance.randint(0, 6))
    asset = RegisterAsset(
        f"asset-{key}-{number}", cast.community(community), category, f"{title}{number}号", "区内",
        1000, "lot",
    )  # fmt: skip
    plan = LotPlan(
        number=number, asset=asset.asset, title_zh=asset.name_zh, use_zh="经营", tenure="lease",
        price_unit="CNY/lot/year", start_price_fen=start_fen, bid_step_fen=STEP_FEN,
        raise_max_fen=0, ceiling_fen=0, deposit_fen=start_fen // 10, term_months=36,
        cut_ratio_max="1/5",
    )  # fmt: skip
    if way in EMPTY:
        return LotScript(asset, plan, 0)
    if way is turns.Sole:
        return LotScript(asset, plan, 1)
    return LotScript(
        asset, plan, chance.randint(2, 5), ladder(start_fen, result_fen, STEP_FEN, bids)
    )


def _told(year: Year, case: CaseStory) -> Story:
    """Live a case; one that somebody else's fault stops in its way ends there."""
    try:
        yield from case.run()
    except Refused as error:
        failed = error.params.get("guards") or (error.code,)
        year.broken[f"{type(case).__name__}: {', '.join(failed)}"] += 1  # type: ignore[arg-type]


def _outages(company: Company, chance: random.Random) -> Story:
    """Let the service be away now and then, for a minute or for hours."""
    for _ in range(OUTAGES):
        yield company.clock.now_us() + chance.randrange(YEAR_DAYS * DAY_US // OUTAGES)
        company.clock.sleep(chance.randint(1, 200) * MINUTE_US)
        company.centre.writer.tick()


def _pranks(company: Company, chance: random.Random, cases: list[CaseStory], lots: int) -> Story:
    """Let people try, at any time and on any lot, what they mostly may not."""
    for _ in range(lots * PRANKS_PER_LOT):
        yield company.clock.now_us() + chance.randrange(YEAR_DAYS * DAY_US // lots)
        lot = chance.choice(chance.choice(cases).lots)
        kind, data, actor, role = chance.choice(list(_prank(lot.id, chance)))
        try:
            company.do(kind, data, actor, role)
        except Refused:
            continue


def _prank(lot: str, chance: random.Random) -> Iterator[tuple[str, Command, str, str]]:
    bidder = f"bidder-{chance.randint(100, 999)}"
    price_fen = chance.randrange(1, 500) * STEP_FEN
    yield "bid.place/1", PlaceBid(lot, price_fen), bidder, "bidder"
    yield "lot.get_ready/1", GetReady(lot), cast.holder("centre_operator"), "centre_operator"
    yield "lot.get_ready/1", GetReady(lot), cast.holder("centre_clerk"), "centre_operator"
    yield "lot.award/1", AwardLot(lot, "CJ-prank"), cast.holder("centre_clerk"), "office"
    yield "lot.certify/1", CertifyLot(lot, "JZ-prank"), "nobody", "centre_certifier"
