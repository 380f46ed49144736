"""Ticks: what the service does of its own accord, as long as it is up.

A tick finds what is due and has it decided as everybody else's command is; nothing is ever
closed by the firing of a job. The jobs live in memory alone and are the same in every worker:
the head lock and the lease of the publisher make any number of them correct. Source: decisions
10, 13 and 14; architecture brief, section 2.4.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from trading.base.errors import TradingError
from trading.base.units import SECOND_US
from trading.centre import Centre
from trading.outbox import Outbox
from trading.store.reveal import publish_bodies
from trading.store.signer import published

TICK, PUBLISH, NOTIFY = "tick", "publish", "notify"
TICK_SECONDS = 1
# Half of the second within which a commit must be published: a wake-up is only a hint, and a
# writer in another process gives none.
PUBLISH_SECONDS = 0.5
NOTIFY_SECONDS = 5
PAGE_SECONDS = 0.2
# Of a job that goes on failing the first failure is logged, then one in so many.
FAILURES_PER_LINE = 60
PUBLISH_BUCKETS_US = tuple(n * SECOND_US // 100 for n in (1, 2, 5, 10, 20, 50, 100, 200, 500))

_log = logging.getLogger(__name__)


class Publishes(Protocol):
    """What the ticks ask of a publisher."""

    def publish_once(self) -> object | None:
        """Publish at most a page of entries; return None when nothing was left to do."""


class Ticks:
    """Runs the jobs of one process; an error is counted and logged, and the next tick tries again.

    ``runs`` and ``failures`` count by job; ``publish_us`` counts pages published by the bucket
    of ``PUBLISH_BUCKETS_US`` that their duration falls into, the last one open.
    """

    def __init__(self, centre: Centre, publisher: Publishes) -> None:
        """Tick for ``centre`` and publish by ``publisher``; nothing runs before ``start``."""
        self.runs: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.publish_us: Counter[int] = Counter()
        self.publish_sum_us = 0
        self._centre = centre
        self._publisher = publisher
        self._outbox = Outbox(centre)
        self._failing: Counter[str] = Counter()
        self._publishing = threading.Lock()
        self._gate = threading.Lock()
        self._ending = threading.Event()
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )

    def start(self) -> None:
        """Start the jobs; the first of each runs at once."""
        self._centre.writer.on_commit.append(self.wake)
        for name, work, seconds in (
            (TICK, self._centre.writer.tick, TICK_SECONDS),
            (PUBLISH, self.publish, PUBLISH_SECONDS),
            (NOTIFY, self._outbox.run, NOTIFY_SECONDS),
        ):
            job = (name, work)
            self._scheduler.add_job(self._run, args=job)
            self._scheduler.add_job(self._run, "interval", seconds=seconds, args=job, id=name)
        self._scheduler.start()

    def wake(self, size: int) -> None:
        """Publish now: the tree has grown to ``size``; called by the writer after a commit."""
        del size
        job = (PUBLISH, self.publish)
        if self._publishing.locked():
            return  # it looks again before it ends
        with self._gate:
            if not self._ending.is_set():
                self._scheduler.add_job(
                    self._run, args=job, id="wake", replace_existing=True, max_instances=3
                )

    def stop(self) -> None:
        """Let the running jobs end and start no more."""
        with self._gate:
            self._ending.set()
        # First: the scheduler would hand a job that is due to an executor that is already shut.
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=True)

    def publish(self) -> None:
        """Publish until nothing is left; raise what the publisher raises.

        Returns at once while another thread is at it: that one goes on until nothing is left.
        """
        if not self._publishing.acquire(blocking=False):
            return
        try:
            while self._timed_page() is not None:
                # Every page costs the disk what several commits do: bids are not to wait for it.
                self._ending.wait(PAGE_SECONDS)
            shown = published(self._centre.home)
            if shown is not None:
                publish_bodies(self._centre.reading, self._centre.home, shown.size)
        finally:
            self._publishing.release()

    def _timed_page(self) -> object | None:
        begin_us = self._centre.clock.now_us()
        page = self._publisher.publish_once()
        if page is not None:
            took_us = self._centre.clock.now_us() - begin_us
            self.publish_sum_us += took_us
            self.publish_us[sum(took_us > bound for bound in PUBLISH_BUCKETS_US)] += 1
        return page

    def _run(self, name: str, work: Callable[[], object]) -> None:
        self.runs[name] += 1
        try:
            work()
        except Exception as error:  # noqa: BLE001 - a tick that fails is counted; the next one runs
            self.failures[name] += 1
            if self._failing[name] % FAILURES_PER_LINE == 0:
                _log.error("%s failed: %s", name, describe(error))
            self._failing[name] += 1
        else:
            if self._failing.pop(name, 0):
                _log.info("%s works again", name)


def describe(error: BaseException) -> str:
    """Return what a log may say of ``error``: our own words, or where it came from.

    What a driver says may hold the values of a statement, so of other errors only the kind and
    the place are told.
    """
    if isinstance(error, TradingError):
        return f"{error.code}: {error.detail}"
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
    return f"{type(error).__name__} at {places}"
