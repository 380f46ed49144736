"""The draw: an order anyone can compute again, who rests, and who takes an empty seat."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.observing.draws import commitment_of, drawn, heir, order_key, ordered, resting

SEED = "5eed" * 16
ORDER = tuple("abcdefghij")


def test_the_key_is_the_digest_of_seed_number_and_member() -> None:
    expected = sha256(b"\x5e\xed" * 16 + b"\0\0\0\0\0\0\x12\x67" + b"rep-01").hexdigest()
    assert order_key(SEED, 4711, "rep-01") == expected
    assert commitment_of(SEED) == sha256(b"\x5e\xed" * 16).hexdigest()


def test_seed_and_number_each_change_the_order() -> None:
    found = ordered(ORDER, SEED, 1)
    assert sorted(found) == list(ORDER)
    assert found == ordered(ORDER[::-1], SEED, 1)
    assert len({found, ordered(ORDER, SEED, 2), ordered(ORDER, "0" * 64, 1)}) == 3


def test_the_seats_are_the_half_interval_sample_of_the_order() -> None:
    members = tuple(f"rep-{n:02d}" for n in range(1, 24))
    assert drawn(members, 5) == tuple((members[n - 1], n) for n in (3, 7, 12, 17, 21))


@pytest.mark.parametrize(
    ("served", "rests"),
    [
        ((), ()),
        ((("a", "b"),), ()),
        ((("a", "b"), ("b", "c")), ("b",)),
        ((("a", "b"), ("b", "c"), ("c", "d")), ("c",)),
        ((("a", "b"), ("c", "d")), ()),
    ],
)
def test_who_sat_twice_in_a_row_rests(
    served: tuple[tuple[str, ...], ...], rests: tuple[str, ...]
) -> None:
    assert resting(ORDER, served, 2, 5) == rests


def test_nobody_rests_where_too_few_would_be_left() -> None:
    served = (("a", "b"), ("a", "b"))
    assert resting(("a", "b", "c"), served, 2, 1) == ("a", "b")
    assert resting(("a", "b", "c"), served, 2, 2) == ()


def test_an_heir_is_next_after_then_next_before_in_the_own_interval() -> None:
    # Ten in two intervals: 1-5 and 6-10; the seats are 3 and 8.
    tried = []
    barred = {"c", "h"}
    for _ in range(8):
        member, place = heir(ORDER, 3, 2, barred)
        assert ORDER[place - 1] == member
        tried.append(place)
        barred.add(member)
    assert tried == [4, 2, 5, 1, 6, 7, 9, 10]
    assert heir(ORDER, 3, 2, barred) == ("", 0)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))))
def test_every_seat_has_an_heir_while_anybody_is_left(sizes: tuple[int, int]) -> None:
    population, size = sizes
    order = tuple(str(n) for n in range(population))
    seats = drawn(order, size)
    members = {member for member, _position in seats}
    for member, position in seats:
        found, place = heir(order, position, size, members)
        assert (found == "") == (population == size)
        assert found not in members
        assert place != position or not found
        assert member in members
