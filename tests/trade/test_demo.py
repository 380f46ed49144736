"""The demonstration: a year of one centre, on both databases, to its real results."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from tests.support.scenario import proven
from tests.support.trade import Trade, open_empty
from trading.base.errors import IntegrityFault
from trading.demo import cast, stage
from trading.demo.company import Company
from trading.demo.rows import rows
from trading.demo.stories import CaseStory
from trading.founding import found

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))
RESULTS = {
    "case-r033-1": ("R033", 9, 42), "case-r109-1": ("R109", 8, 23), "case-r110-1": ("R110", 3, 15),
    "case-r076-1": ("R076", 3, 7), "case-r076-2": ("R077", 3, 10), "case-r114-1": ("R114", 1, 0),
}  # fmt: skip
PLACES = {
    "listed", "qualifying", "stalled", "ready", "bidding", "provisional", "confirmed", "publicity",
    "cleared", "awarded", "contracted", "certified", "failed", "relisted", "withdrawn",
    "terminated", "voided", "thin", "defaulted",
}  # fmt: skip


def opened(path: Path, db_url: str = "") -> Trade:
    trade = open_empty(path, db_url, stage.START_US)
    places = {p.script.community: p.script.lots[0].asset.place_zh for p in stage.parts()}
    found(trade.centre, cast.orgs(places), cast.grants(places), simulated="tests")
    return trade


@pytest.mark.slow
@pytest.mark.parametrize("database", DATABASES)
def test_a_year_goes_as_it_is_told(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = "" if database == "sqlite" else request.getfixturevalue("durable_url")
    trade = opened(tmp_path / "centre", url)
    company = Company(trade.centre, trade.clock)
    company.run(
        [(part.begin_us, part.way(company, part.script).run()) for part in stage.parts()],
        stage.END_US,
    )
    for lot, (row, bidders, bids) in RESULTS.items():
        state = trade.state(f"lot/{lot}")
        assert state.place == "certified", lot
        wanted = round(float(rows()[row]["result_price"]) * 100)
        assert (state.facets["award"].price_fen, state.facets["sale"].bids) == (wanted, bids), lot
        assert len(trade.state(f"roll/{lot}").facets["roll"].listed) == bidders
    states = trade.states()
    lots = Counter(s.place for s in states.values() if s.kind == "lot")
    assert lots.keys() >= PLACES
    kinds: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for body in trade.entries():
        kinds[body.kind] += 1
        outcomes[msgspec.json.decode(body.out)["outcome"]] += 1
    for kind in (
        "centre.outage/1", "objection.admit/1", "objection.dismiss/1", "objection.uphold/1",
        "panel.replace/1", "lot.waive/1", "case.amend/1", "case.relist/1", "lot.suspend/1",
        "panel.ask_hold/1", "lot.decline_deal/1", "lot.offer/1", "lot.withdraw/1",
        "lot.terminate/1",
    ):  # fmt: skip
        assert kinds[kind], kind
    assert min(outcomes["refused"], outcomes["proposed"]) > 10
    assert len(proven(trade)) == trade.size
    trade.close()


def test_what_ought_to_be_refused_and_is_not_stops_the_year(tmp_path: Path) -> None:
    trade = opened(tmp_path / "centre")
    company = Company(trade.centre, trade.clock)
    story = CaseStory(company, stage.parts()[0].script)
    asset = story.lots[0].script.asset
    with pytest.raises(IntegrityFault, match="ought to have been refused"):
        company.refused("asset.register/1", asset, story.officer, "community_officer")
    with pytest.raises(IntegrityFault, match="no lot"):
        company.state("lot/none")
    trade.close()
