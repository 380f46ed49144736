"""Nothing public tells how many have registered: not a leaf, not a lot, not how the tree grows.

Every act that stays closed takes the place of a decoy of its size. So a judge who is trained on
half of 200 registration periods is right about the others as often as a coin is; without decoys
always, and with decoys that take no account of the acts more often than a coin.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

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


def grown(
    places: Places, seed: int, limits: Limits, tick_us: int = TICK_US, *, covering: bool = True
) -> Run:
    """Return by which steps the tree grew in one registration period, and of what it was."""
    chance = random.Random(seed)
    upkeep = Upkeep(places.kernel, SimulatedClock(START_US), limits, chance.randbytes)
    many = seed % 2 == 1
    # Everybody has registered, paid and been qualified a day before the end.
    acts = sorted(
        (START_US + chance.randrange(PERIOD_US - DAY_US), size)
        for size in STEPS_OF_ONE * (REGISTRANTS if many else 0)
    )
    steps: Counter[int] = Counter(size for _at_us, size in acts)
    for at_us in range(START_US, START_US + PERIOD_US, tick_us):
        while acts and acts[0][0] <= at_us:
            _at_us, size = acts.pop(0)
            if covering:
                upkeep.cover(size)
        steps.update(len(found) for found in (upkeep.decoys(at_us),) if found)
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


def judged(places: Places, limits: Limits, *, covering: bool = True) -> float:
    """Return how often the best judge of one half of the runs is right about the other."""
    runs = [grown(places, seed, limits, covering=covering) for seed in range(RUNS)]
    return rate_of(best_judge(runs[: RUNS // 2]), runs[RUNS // 2 :])


def test_how_the_tree_grows_does_not_tell_none_from_seven(places: Places) -> None:
    # Half of 100 coins fall on one side, 60 of them once in forty times.
    assert judged(places, COVERED) <= 0.6


def test_without_decoys_it_is_always_told(places: Places) -> None:
    assert judged(places, Limits()) == 1.0


def test_decoys_that_take_no_account_of_the_acts_tell_more_than_a_coin(places: Places) -> None:
    assert judged(places, COVERED, covering=False) > 0.6


def test_an_act_that_stays_closed_takes_the_place_of_a_decoy(at: At) -> None:
    trade = at("listed")
    upkeep = trade.centre.writer._upkeep
    upkeep._limits = COVERED
    trade.do(bidder("registration.submit/1", register(401), 401))
    assert upkeep._kept.covered == {2: 1}
    assert upkeep._seen.covered == {2: 1}


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
