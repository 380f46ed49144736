"""A year of one district by chance: it replays, and both databases hold the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.scenario import proven
from tests.support.year import play
from trading.record.entry import Row

LOTS, SEED = 60, 20261125
RECORDS: dict[str, list[Row]] = {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def test_a_year_by_chance_replays_without_a_difference(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = "" if database == "sqlite" else request.getfixturevalue("durable_url")
    year = play(tmp_path / "centre", LOTS, SEED, url)
    try:
        RECORDS[database] = proven(year.trade)
        assert len(RECORDS[database]) == year.trade.size
        assert sum(year.broken.values()) <= year.lots // 10, year.broken
        places = year.places
        assert places["certified"] > LOTS // 3
        assert len(places) > 2
        first = next(iter(RECORDS.values()))
        assert [row.hash for row in RECORDS[database]] == [row.hash for row in first]
    finally:
        year.trade.close()


def test_another_seed_is_another_year(tmp_path: Path) -> None:
    years = [play(tmp_path / str(seed), 6, seed) for seed in (1, 2)]
    first, second = (
        [body.cmd for body in year.trade.entries() if body.kind == "asset.register/1"]
        for year in years
    )
    assert years[0].trade.size != years[1].trade.size or first != second
    for year in years:
        year.trade.close()
