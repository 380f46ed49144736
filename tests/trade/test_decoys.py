"""Nothing public tells how many have registered: not a leaf, not a lot, not how the tree grows.

Decoys do not make the numbers equal; they drown them. So a judge is trained on half of 200
registration periods and must not be right about the others; without decoys it always is.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.acts import (
    LOT,
    START_US,
    UNTIL_US,
    bidder,
    deposit,
    register,
    staff,
)
from tests.support.path import SAME_NAME
from tests.support.trade import At, Places, Trade, found_trade
from trading.base.clock import SimulatedClock
from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.bidding.commands import Qualify
from trading.record.entry import leaf_of
from trading.store import log
from trading.store.upkeep import Limits, Upkeep

COVERED = Limits(decoy_pack="cn-collective")
PERIOD_US, TICK_US = 16 * DAY_US, 10 * MINUTE_US
RUNS, REGISTRANTS = 200, 7
STEPS_OF_ONE = (2, 3, 2)
"""Leaves that one registrant adds: by registering, paying and being qualified."""
Run = tuple[bool, Counter[int]]


def grown(places: Places, seed: int, limits: Limits, tick_us: int = TICK_US) -> Run:
    """Return by which steps the tree grew in one registration period, and of what it was."""
    chance = random.Random(seed)
    upkeep = Upkeep(places.kernel, SimulatedClock(START_US), limits, chance.randbytes)
    ticks = range(START_US, START_US + PERIOD_US, tick_us)
    steps = Counter(len(found) for at_us in ticks if (found := upkeep.decoys(at_us)))
    many = seed % 2 == 1
    for _ in range(REGISTRANTS if many else 0):
        steps.update(STEPS_OF_ONE)
    return many, steps


def rate_of(judge: tuple[int, int, bool], runs: Sequence[Run]) -> float:
    """Return how often a judge is right who looks at one number and one threshold."""
    which, threshold, above = judge
    right = sum(((_number(steps, which) > threshold) == above) == many for many, steps in runs)
    return right / len(runs)


def best_judge(runs: Sequence[Run]) -> tuple[int, int, bool]:
    """Return the judge who is right most often about ``runs``."""
    judges = (
        (which, _number(steps, which), above)
        for which in (0, 2, 3)
        for _many, steps in runs
        for above in (True, False)
    )
    return max(judges, key=lambda judge: rate_of(judge, runs))


def _number(steps: Counter[int], which: int) -> int:
    """Return how often the tree grew by ``which`` leaves; for 0 by how many it grew in all."""
    return steps[which] if which else sum(size * count for size, count in steps.items())


@pytest.mark.parametrize(("limits", "least", "most"), [(COVERED, 0.0, 0.68), (Limits(), 1.0, 1.0)])
def test_how_the_tree_grows_does_not_tell_none_from_seven(
    places: Places, limits: Limits, least: float, most: float
) -> None:
    runs = [grown(places, seed, limits) for seed in range(RUNS)]
    judge = best_judge(runs[: RUNS // 2])
    assert least <= rate_of(judge, runs[RUNS // 2 :]) <= most


def test_the_rate_of_the_policy_is_kept_and_the_instants_are_drawn(places: Places) -> None:
    runs = [grown(places, seed, COVERED, MINUTE_US)[1] for seed in (2, 4)]
    for steps in runs:
        assert set(steps) == {2, 3}
        assert 6 * 16 * 24 * 0.85 < sum(steps.values()) < 6 * 16 * 24 * 1.1
    assert runs[0] != runs[1]


def public(trade: Trade, start: int) -> list[tuple[str, str, int]]:
    """Return what everybody may read of the entries from ``start``, but for drawn numbers."""
    streams = trade.centre.kernel.registry.streams
    return [
        (entry.stream, entry.kind, entry.at_us)
        for entry in trade.entries(start)
        if streams[entry.stream.partition("/")[0]].audience == "public"
    ]


def test_nothing_public_happens_to_a_lot_with_seven_registrants(at: At) -> None:
    wanted, shunned = at("listed"), at("listed")
    start = wanted.size
    for number in range(401, 401 + REGISTRANTS):
        wanted.do(bidder("registration.submit/1", register(number), number))
        paid = deposit(number)
        wanted.do(staff("deposit.receive/1", paid, "centre_cashier", facts=SAME_NAME))
        wanted.do(staff("registration.qualify/1", Qualify(LOT, number), "centre_reviewer",
                        facts={"eligible": True}))  # fmt: skip
    for trade in (wanted, shunned):
        trade.wait(UNTIL_US - 1)
    assert wanted.size > shunned.size
    assert public(wanted, start) == public(shunned, start)


def test_a_centre_draws_decoys_of_its_own_accord(tmp_path: Path) -> None:
    trade = found_trade(tmp_path / "centre", limits=COVERED)
    try:
        size = trade.size
        trade.centre.writer.tick()
        for _ in range(24):
            trade.clock.advance_to(trade.clock.now_us() + HOUR_US)
            trade.centre.writer.tick()
        found = trade.entries(size)
        assert {(entry.stream, entry.kind) for entry in found} == {("decoy", "decoy.leaf/1")}
        assert len(found) > 20
    finally:
        trade.close()


def test_every_veiled_leaf_has_the_same_size(at: At) -> None:
    trade = at("registered")
    rows = [row for row in log.iterate(trade.centre.reading) if row.audience != "public"]
    assert {row.stream.partition("/")[0] for row in rows} >= {"registration", "roll", "deposit"}
    assert len({len(leaf_of(row.body, row.salt)) for row in rows}) == 1
