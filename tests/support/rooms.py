"""A served application in this process, on a free port: of a founded centre or of a demonstration.

The centre lies open beside the server, so that a test can look at the record, act through the
kernel and move the clock while a browser looks at the pages.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from tests.web.conftest import make_centre
from trading.base.clock import Clock, SimulatedClock, SystemClock
from trading.base.units import DAY_US, HOUR_US
from trading.centre import Centre
from trading.cli.demo import ORIGIN, demo_command, play
from trading.demo import stage
from trading.demo.cast import Player
from trading.demo.live import players
from trading.demo.sandbox import ORIGIN as SANDBOX
from trading.demo.sandbox import Sandbox, clock_of, make
from trading.jobs import Ticks
from trading.store import log
from trading.store.home import Home
from trading.store.migrations import migrate_url
from trading.store.publish import Publisher
from trading.store.signer import create_keys
from trading.web.app import create_app

START_SECONDS_MAX = 30.0
MORNING_US = stage.LAST_MORNING_US + 4 * DAY_US + 2 * HOUR_US
"""2026-11-17 11:00 in Beijing, a Tuesday: until then the demonstration is played."""


@dataclass(frozen=True)
class Rooms:
    """What is served: its address, its centre, and its clock."""

    url: str
    centre: Centre
    home: Home
    clock: Clock
    cast: tuple[Player, ...] = ()


@contextlib.contextmanager
def serving_rooms(home: Home, clock: Clock | None = None, *, ticks: bool = True) -> Iterator[Rooms]:
    """Serve ``home`` until the block ends; the log of a demonstration stands at its last entry."""
    settable = clock_of(home) if home.origin == SANDBOX else None
    centre = Centre(home, settable or clock or last_instant(home))
    sandbox = Sandbox(centre, settable, SystemClock()) if settable else None
    cast = players(centre, stage.LIVE[0]) if centre.simulated and not sandbox else ()
    ticking = Ticks(centre, Publisher(centre.engine, centre.reading, home, centre.clock))
    listener = socket.create_server(("127.0.0.1", 0))
    app = create_app(centre, home, ticking, demo=cast, sandbox=sandbox)
    config = uvicorn.Config(
        app, log_config=None, server_header=False, ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="rooms", daemon=True)
    centre.writer.start()
    if ticks:
        ticking.start()
    thread.start()
    try:
        begin = time.monotonic()
        while not server.started:
            assert thread.is_alive(), "the server ended"
            assert time.monotonic() - begin < START_SECONDS_MAX, "the server does not listen"
            time.sleep(0.01)
        url = f"http://localhost:{listener.getsockname()[1]}"
        yield Rooms(url, centre, home, centre.clock, cast)
    finally:
        server.should_exit = True
        thread.join(START_SECONDS_MAX)
        if ticks:
            ticking.stop()
        centre.close()
        listener.close()


def last_instant(home: Home) -> Clock | None:
    """Return a clock at the last entry of a simulated log, None where real time counts."""
    centre = Centre(home)
    try:
        if not centre.simulated:
            return None
        return SimulatedClock(log.head(centre.reading).at_us)
    finally:
        centre.close()


def play_demo(path: Path) -> None:
    """Play the demonstration as it is served: a lot is open, on a working morning."""
    home = Home.create(path, ORIGIN)
    create_keys(home)
    migrate_url(home.database_url)
    clock = SimulatedClock(stage.START_US)
    centre = Centre(home, clock)
    play(centre, clock, MORNING_US, quiet=True)
    centre.publish()
    centre.close()


@pytest.fixture(scope="session")
def founded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Found one centre; `rooms` copies it."""
    return make_centre(tmp_path_factory.mktemp("founded") / "centre").path


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder ``name`` that ``make`` fills, once for all processes of a run."""
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    path = base / f"once-{name}" / "demo"
    with (base / f"once-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            made = factory.mktemp("making") / "demo"
            make(made)
            path.parent.mkdir()
            made.rename(path)
    return path


@pytest.fixture(scope="session")
def demo_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Play the demonstration once, as it is served; `demo_rooms` copies it."""
    return made_once(tmp_path_factory, "served", play_demo)


@pytest.fixture(scope="session")
def year_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Play the year of the demonstration once, by its command."""
    return made_once(tmp_path_factory, "year", _play_year)


def _play_year(path: Path) -> None:
    demo_command.main(["--data", str(path), "--json"], standalone_mode=False)


@pytest.fixture(scope="session")
def sandbox_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a sandbox once; `sandbox` copies it."""
    return make(tmp_path_factory.mktemp("made") / "sandbox").path


@pytest.fixture
def sandbox(sandbox_once: Path, tmp_path: Path) -> Iterator[Rooms]:
    """Give a fresh sandbox, served."""
    with serving_rooms(_copy(sandbox_once, tmp_path)) as served:
        yield served


@pytest.fixture
def rooms(founded_once: Path, tmp_path: Path) -> Iterator[Rooms]:
    """Give a fresh centre, served, whose clock is the machine's."""
    with serving_rooms(_copy(founded_once, tmp_path)) as served:
        yield served


@pytest.fixture
def demo_rooms(demo_once: Path, tmp_path: Path) -> Iterator[Rooms]:
    """Give the demonstration, served, standing where its year ended."""
    with serving_rooms(_copy(demo_once, tmp_path)) as served:
        yield served


@pytest.fixture
def serve_rooms(tmp_path: Path) -> Iterator[Callable[[Home], Rooms]]:
    """Give a function that serves a home until the test ends."""
    with contextlib.ExitStack() as stack:
        yield lambda home: stack.enter_context(serving_rooms(home))


def _copy(source: Path, tmp_path: Path) -> Home:
    shutil.copytree(source, tmp_path / source.name)
    return Home.open(tmp_path / source.name)
