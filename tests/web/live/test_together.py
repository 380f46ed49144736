"""What many wait for at once is done in few turns, and a turn that failed is asked for again."""

from __future__ import annotations

import asyncio

import pytest

from trading.base.errors import StorageDown
from trading.web.together import Together


class Shelf:
    """Keeps what was looked up; the first turns fail ``failing`` times."""

    def __init__(self, failing: int = 0) -> None:
        self.turns: list[set[int]] = []
        self.known: set[int] = set()
        self.lookups = Together(self._find)
        self._failing = failing

    def _find(self, asked: set[int]) -> None:
        self.turns.append(asked)
        if len(self.turns) <= self._failing:
            raise StorageDown("the database does not answer")
        self.known |= asked

    async def want(self, key: int) -> int:
        while key not in self.known:
            await self.lookups.ask(key)
        return key

    def want_all(self, keys: range) -> list[int | BaseException]:
        async def ask() -> list[int | BaseException]:
            return await asyncio.gather(*map(self.want, keys), return_exceptions=True)

        return asyncio.run(ask())


def test_those_who_come_during_a_turn_share_the_next_one() -> None:
    shelf = Shelf()
    assert shelf.want_all(range(100)) == list(range(100))
    assert shelf.turns == [{0}, set(range(1, 100))]


def test_a_turn_that_failed_is_told_to_one_and_asked_for_again() -> None:
    shelf = Shelf(failing=1)
    found = shelf.want_all(range(5))
    assert [type(one) for one in found].count(StorageDown) == 1
    assert len([one for one in found if isinstance(one, int)]) == 4


@pytest.mark.parametrize("keys", [range(1), range(7)])
def test_a_storage_that_stays_down_is_told_to_all(keys: range) -> None:
    found = Shelf(failing=100).want_all(keys)
    assert {type(one) for one in found} == {StorageDown}
