"""The proof of a scenario must be able to fail."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.path import PLACES
from tests.support.scenario import Records, SeededEntropy, proven, scenario
from tests.support.trade import found_trade


def _live(records: Records, path: Path, place: str) -> None:
    with scenario(records, "story", path, itertools.repeat("")) as at:
        at(place)


def test_the_same_story_leaves_the_same_bytes_and_another_one_does_not(tmp_path: Path) -> None:
    records = Records()
    _live(records, tmp_path / "one", PLACES[0])
    _live(records, tmp_path / "two", PLACES[0])
    with pytest.raises(AssertionError):
        _live(records, tmp_path / "three", PLACES[1])


def test_chance_from_outside_is_found(tmp_path: Path) -> None:
    records = Records()
    seeded = found_trade(tmp_path / "seeded", entropy=SeededEntropy())
    free = found_trade(tmp_path / "free")
    records.compare("story", 0, proven(seeded))
    with pytest.raises(AssertionError):
        records.compare("story", 0, proven(free))
    seeded.close()
    free.close()


def test_a_state_that_no_entry_gave_is_found(tmp_path: Path) -> None:
    trade = found_trade(tmp_path / "centre", entropy=SeededEntropy())
    with trade.centre.engine.begin() as connection:
        connection.execute(text("UPDATE projection_stream_state SET seq = 99 WHERE stream='orgs'"))
    with pytest.raises(AssertionError):
        proven(trade)
    trade.close()
