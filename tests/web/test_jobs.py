"""Ticks go on whatever happens, publish soon after a commit, and end when they are told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from tests.web.service import until
from trading.base.errors import StorageDown
from trading.centre import Centre
from trading.jobs import PUBLISH, TICK, Ticks, describe
from trading.people.commands import CreateOrg
from trading.store.home import Home
from trading.store.publish import Publisher
from trading.store.signer import published

Open = Callable[..., Centre]


class Broken:
    """A publisher that fails until it is repaired."""

    def __init__(self) -> None:
        self.broken = True

    def publish_once(self) -> object | None:
        """Fail, or find nothing to do."""
        if self.broken:
            raise ValueError("user=postgres")
        return None


class Slow:
    """A publisher that takes its time, and tells whether two were at it together."""

    def __init__(self) -> None:
        self.busy = 0
        self.worst = 0
        self.pages = 0

    def publish_once(self) -> object | None:
        """Take a while over one page, then find nothing to do."""
        self.busy += 1
        self.worst = max(self.worst, self.busy)
        time.sleep(0.05)
        self.busy -= 1
        self.pages += 1
        return None if self.pages % 2 == 0 else object()


@pytest.fixture
def centre(home: Home, open_centre: Open) -> Centre:
    return open_centre(home)


def test_a_failing_job_is_counted_and_tried_again(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="trading.jobs")
    publisher = Broken()
    ticks = Ticks(centre, publisher)
    ticks.start()
    until(lambda: ticks.failures[PUBLISH] >= 2 and ticks.runs[TICK] >= 2, 10)
    assert ticks.failures[TICK] == 0
    publisher.broken = False
    until(lambda: "publish works again" in caplog.text, 5)
    ticks.stop()
    assert caplog.text.count("publish failed: ValueError") == 1
    assert "postgres" not in caplog.text


def test_a_commit_is_published_at_once(home: Home, centre: Centre) -> None:
    ticks = Ticks(centre, Publisher(centre.engine, centre.reading, home, centre.clock))
    centre.writer.start()
    ticks.start()
    until(lambda: ticks.runs[TICK] > 0 and ticks.runs[PUBLISH] > 0, 5)
    until(lambda: published(home) is not None, 5)
    before = ticks.publish_us.total()
    receipt = centre.do(
        "org.create/1", CreateOrg("street-1", "district", "street", "街道"), "office-1", "office"
    )

    def shown() -> bool:
        found = published(home)
        return found is not None and found.size > receipt.index

    assert until(shown, 5) < 1
    until(lambda: ticks.publish_us.total() > before, 5)
    ticks.stop()


def test_one_thread_publishes_at_a_time(centre: Centre) -> None:
    publisher = Slow()
    ticks = Ticks(centre, publisher)
    threads = [threading.Thread(target=ticks.publish) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (publisher.worst, publisher.pages) == (1, 2)


def test_after_the_stop_nothing_runs(centre: Centre) -> None:
    ticks = Ticks(centre, Slow())
    ticks.start()
    until(lambda: ticks.runs[TICK] > 0, 5)
    ticks.stop()
    runs = dict(ticks.runs)
    ticks.wake(1)
    time.sleep(1.1)
    assert dict(ticks.runs) == runs


def test_an_error_of_ours_is_told_in_our_words() -> None:
    assert describe(StorageDown("the disk is full")) == "storage_down: the disk is full"
