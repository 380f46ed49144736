"""The demonstration: real listings to their real outcome, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.trade import Trade, open_empty
from trading.base.errors import IntegrityFault
from trading.centre import registry
from trading.demo import cast, stage
from trading.demo.play import Play
from trading.founding import found
from trading.record.replay import replay
from trading.store import log

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


def opened(path: Path, db_url: str = "") -> Trade:
    trade = open_empty(path, db_url, stage.START_US)
    localities = {row.id: row.locality_zh for row in stage.rows()}
    found(trade.centre, cast.orgs(localities), cast.grants(localities), simulated="tests")
    return trade


@pytest.mark.parametrize("database", DATABASES)
def test_two_real_listings_come_to_their_real_results(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = "" if database == "sqlite" else request.getfixturevalue("durable_url")
    trade = opened(tmp_path / "centre", url)
    for row in stage.rows():
        told: list[str] = []
        play = Play(trade.centre, trade.clock, row)
        play.run(told.append)
        lot = trade.state(f"lot/{play.lot}")
        award, sale = lot.facets["award"], lot.facets["sale"]
        assert (lot.place, award.price_fen) == ("certified", row.result_fen)
        assert (sale.lead_fen, sale.bids) == (row.result_fen, row.bids)
        assert award.certificate == f"JZ-{row.id}"
        assert len(told) == 8
        kept = "disposed" if row.tenure == "transfer" else "let"
        assert trade.place(f"asset/asset-{row.id.lower()}") == kept
        assert trade.place(f"contract/lot-case-{row.id.lower()}-1") == "in_force"
    assert replay(log.iterate(trade.centre.reading), registry()).ok
    trade.close()


def test_nobody_observes_without_a_panel(tmp_path: Path) -> None:
    trade = opened(tmp_path / "centre")
    play = Play(trade.centre, trade.clock, stage.rows()[0])
    with pytest.raises(IntegrityFault, match="has no panel"):
        play._observe("O2")
    trade.close()
