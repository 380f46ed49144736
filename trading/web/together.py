"""What many wait for at once is looked up in one turn: the next asks for all who came meanwhile.

A thread and a statement for each of those who arrive together, when bidding opens, is what all of
them would wait for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from anyio.to_thread import run_sync

K = TypeVar("K")


class Together(Generic[K]):
    """Does ``work`` in a thread for the keys of all who wait, one turn after the other."""

    def __init__(self, work: Callable[[set[K]], object]) -> None:
        """Look up by ``work``, which keeps what it finds where the callers look again."""
        self._work = work
        self._asked: set[K] = set()
        self._turn = asyncio.Lock()

    async def ask(self, *keys: K) -> None:
        """Return when a turn that was asked for ``keys`` is over; raise what its work raised.

        Another's turn may have failed for them: callers look, and ask again.
        """
        self._asked.update(keys)
        async with self._turn:
            asked, self._asked = self._asked, set()
            if asked:
                await run_sync(self._work, asked)
