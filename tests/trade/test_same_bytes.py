"""The same commands give the same bytes: on both databases, in every release, and on replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.support.trade import Trade
from tests.trade.seeded import COMMANDS, GOLDEN, LOTS, Line, as_rows, play, read_golden, recorded
from trading.centre import registry
from trading.record.replay import compare_states, replay
from trading.store import log


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trade]:
    """Give a centre on SQLite that the seeded commands were sent to."""
    trade = play(tmp_path_factory.mktemp("seeded") / "centre")
    yield trade
    trade.close()


@pytest.fixture(scope="module")
def lines(played: Trade) -> list[Line]:
    """Give the record of that centre."""
    return recorded(played)


def test_the_same_seed_still_gives_the_golden_bytes(lines: list[Line]) -> None:
    golden = read_golden()
    for line, before in zip(lines, golden, strict=False):
        assert line.leaf == before.leaf, line.idx
        assert line == before, line.idx
    assert len(lines) == len(golden)
    assert GOLDEN.stat().st_size < 500_000


@pytest.mark.postgres
def test_postgresql_gives_the_same_bytes(
    lines: list[Line], tmp_path: Path, durable_url: str
) -> None:
    trade = play(tmp_path / "centre", durable_url)
    try:
        assert recorded(trade) == lines
    finally:
        trade.close()


def test_the_golden_record_replays_without_a_difference() -> None:
    rows = as_rows(read_golden())
    report = replay(rows, registry())
    assert report.difference is None
    assert report.size == len(rows)


def test_the_final_fold_is_what_is_stored(played: Trade) -> None:
    report = replay(log.iterate(played.centre.reading), registry())
    stored = log.stored_states(played.centre.reading)
    assert list(compare_states(report.states, stored, played.centre.row_of)) == []


def test_the_seed_is_a_mixture_that_reaches_every_place(played: Trade, lines: list[Line]) -> None:
    outcomes: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for row in as_rows(lines):
        body = msgspec.json.decode(row.body)
        outcomes[body["out"]["outcome"]] += 1
        codes[body["out"].get("code", "")] += 1
        kinds[body["kind"]] += 1
    assert len(lines) > COMMANDS // 2
    assert min(outcomes["done"], outcomes["refused"], outcomes["proposed"]) > 5
    assert {"wrong_state", "not_permitted", "guard_failed", "not_found"} <= codes.keys()
    assert kinds["lot.certify/1"] > 0
    assert kinds["objection.admit/1"] > 0
    assert {"centre.outage/1", "lot.end/1", "lot.publicity_over/1"} <= kinds.keys()
    places = Counter(
        state.place for name, state in played.states().items() if name.startswith("lot/")
    )
    assert sum(places.values()) == LOTS
    assert places["certified"]


def test_another_seed_gives_other_bytes(lines: list[Line], tmp_path: Path) -> None:
    trade = play(tmp_path / "centre", seed=7, count=60)
    try:
        other = recorded(trade)
    finally:
        trade.close()
    assert [line.leaf for line in other] != [line.leaf for line in lines[: len(other)]]
