"""The half-interval sample: worked vectors of the method, and what holds for every size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.base.errors import InvalidInput
from trading.observing.rules import quorum_of
from trading.observing.sampling import half_interval_sample, interval_of, legacy_sample


@pytest.mark.parametrize(
    ("population", "size", "positions"),
    [
        (10, 2, (3, 8)),
        (100, 10, (5, 15, 25, 35, 45, 55, 65, 75, 85, 95)),
        (7, 3, (2, 4, 6)),
        (23, 5, (3, 7, 12, 17, 21)),
        (4, 4, (1, 2, 3, 4)),
        (1, 1, (1,)),
        (200, 50, tuple(range(2, 199, 4))),
    ],
)
def test_worked_vectors(population: int, size: int, positions: tuple[int, ...]) -> None:
    assert half_interval_sample(population, size) == positions


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))))
def test_positions_are_distinct_ascending_and_inside(sizes: tuple[int, int]) -> None:
    population, size = sizes
    found = half_interval_sample(population, size)
    assert len(found) == size
    assert list(found) == sorted(set(found))
    assert 1 <= found[0] <= found[-1] <= population


@pytest.mark.parametrize(("population", "size"), [(4, 5), (4, 0), (0, 0), (4, -1)])
def test_an_impossible_sample_is_refused(population: int, size: int) -> None:
    with pytest.raises(InvalidInput):
        half_interval_sample(population, size)


@pytest.mark.parametrize(
    ("size", "ratio", "least", "quorum"),
    [(5, "2/3", 2, 4), (3, "2/3", 2, 2), (7, "2/3", 2, 5), (1, "2/3", 2, 1), (5, "1/5", 2, 2)],
)
def test_the_quorum_is_rounded_up_and_never_more_than_the_panel(
    size: int, ratio: str, least: int, quorum: int
) -> None:
    assert quorum_of(size, ratio, least) == quorum


@pytest.mark.parametrize(
    ("population", "size", "positions"),
    [(23, 5, (2, 6, 10, 14, 18)), (10, 2, (3, 8)), (4, 4, (1, 2, 3, 4)), (7, 1, (4,))],
)
def test_the_legacy_rule_never_reaches_the_last_units(
    population: int, size: int, positions: tuple[int, ...]
) -> None:
    assert legacy_sample(population, size) == positions


@pytest.mark.parametrize(("population", "size"), [(4, 5), (4, 0)])
def test_an_impossible_legacy_sample_is_refused(population: int, size: int) -> None:
    with pytest.raises(InvalidInput):
        legacy_sample(population, size)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))))
def test_each_interval_holds_the_unit_drawn_from_it(sizes: tuple[int, int]) -> None:
    population, size = sizes
    found = half_interval_sample(population, size)
    assert [interval_of(place, population, size) for place in found] == list(range(size))
