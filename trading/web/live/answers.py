"""How a coroutine waits for the writer: a batch of answers crosses over to the loop at once.

A future of the library wakes the loop once for every answer, with a lock and a system call each;
beside the writing thread that is most of what waiting costs.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future

from trading.store.batch import Receipt

Given = tuple[asyncio.Future[Receipt], Receipt | BaseException]


class Answers:
    """Takes what the writing thread gives, and gives it out on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Give out on ``loop``."""
        self._loop = loop
        self._given: deque[Given] = deque()
        self._called = False

    def expect(self) -> Expected:
        """Return what the writer may answer to."""
        return Expected(self, self._loop.create_future())

    def give(self, to: asyncio.Future[Receipt], answer: Receipt | BaseException) -> None:
        """Let ``answer`` reach ``to``; called by the writing thread."""
        self._given.append((to, answer))
        if not self._called:
            self._called = True
            self._loop.call_soon_threadsafe(self._give_out)

    def _give_out(self) -> None:
        self._called = False  # before looking: what comes during the look calls again
        while self._given:
            to, answer = self._given.popleft()
            if to.done():
                continue
            if isinstance(answer, BaseException):
                to.set_exception(answer)
            else:
                to.set_result(answer)


class Expected(Future[Receipt]):
    """What the writer sees of a coroutine that waits: the three calls that it makes, no more."""

    def __init__(self, answers: Answers, waiting: asyncio.Future[Receipt]) -> None:
        # Not the library's own state: the lock in it is what this class is here to save.
        self.waiting = waiting
        self._answers = answers

    def set_running_or_notify_cancel(self) -> bool:
        """Say that the answer is wanted; whether anybody still waits only the loop knows."""
        return True

    def set_result(self, result: Receipt) -> None:
        """Give the receipt."""
        self._answers.give(self.waiting, result)

    def set_exception(self, exception: BaseException | None) -> None:
        """Give the refusal, or what went wrong."""
        assert exception is not None
        self._answers.give(self.waiting, exception)
