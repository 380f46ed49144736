"""A sandbox gives tokens to programs and lets its clock be set; a real centre does neither."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from tests.cli.conftest import command
from tests.support.acts import CASE, DECIDED_US
from tests.support.acts import START_US as TRADE_US
from tests.support.path import PATH
from tests.support.rooms import Rooms, serving_rooms
from tests.web.service import PROGRAM, ROOT
from tests.web.visitor import Visitor
from trading.base.clock import SettableClock, SystemClock
from trading.base.errors import SetupError
from trading.base.units import DAY_US, SECOND_US
from trading.centre import Centre
from trading.demo import stage
from trading.demo.sandbox import BIDDERS, OFFICER, Sandbox, clock_of
from trading.store import log
from trading.store.home import Home
from trading.web import api
from trading.web.access import declared
from trading.web.api.sandbox import sandbox_routes
from trading.web.app import create_app
from trading.web.shell import Shell

CLOCK = "/api/v1/sandbox/clock"
Open = Callable[..., Centre]


class Program:
    """A program that speaks for one person of the sandbox, or for nobody."""

    def __init__(self, served: Rooms, person: str = "") -> None:
        self.client = httpx.Client(base_url=served.url, timeout=60)
        if person:
            people = self.client.get("/api/v1/sandbox/people").json()["people"]
            token = next(one["token"] for one in people if one["person"] == person)
            self.client.headers["Authorization"] = f"Bearer {token}"

    def set_clock(self, now_us: object) -> httpx.Response:
        """Ask for the clock to stand at ``now_us``."""
        return self.client.put(CLOCK, content=json.dumps({"now_us": now_us}))

    def now_us(self) -> int:
        """Return where the clock stands."""
        told: int = self.client.get(CLOCK).json()["now_us"]
        return told


@contextlib.contextmanager
def programme(served: Rooms, person: str = "") -> Iterator[Program]:
    """Give a program that speaks for ``person``."""
    found = Program(served, person)
    with contextlib.closing(found.client):
        yield found


@pytest.fixture(scope="module")
def served(sandbox_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """Give one sandbox to the tests that change nothing in it."""
    with serving_rooms(_copied(sandbox_once, tmp_path_factory.mktemp("shared"))) as found:
        yield found


def test_the_clock_moves_and_what_falls_due_on_the_way_is_decided_in_its_instant(
    sandbox: Rooms,
) -> None:
    with programme(sandbox, OFFICER) as program:
        assert program.set_clock(TRADE_US).status_code == 200
        for act in (one for place in ("drafted", "reviewed", "resolved") for one in PATH[place]):
            assert not isinstance(act, int)
            sandbox.centre.do(act.kind, act.data, act.actor, act.role, docs=act.docs)
        answer = program.set_clock(DECIDED_US)
    assert (answer.status_code, answer.json()["simulated"]) == (200, True)
    assert DECIDED_US <= answer.json()["now_us"] < DECIDED_US + 60 * SECOND_US
    assert answer.json()["now"].startswith("2026-03-10 09:00:")
    decided = sandbox.centre.state(f"case/{CASE}")
    assert decided is not None
    assert decided.place == "decided"
    last = [row for row in log.iterate(sandbox.centre.reading) if row.stream == decided.name][-1]
    assert TRADE_US < last.at_us < DECIDED_US


def test_the_clock_goes_neither_back_nor_past_the_present(served: Rooms) -> None:
    with programme(served, OFFICER) as program:
        before_us = program.now_us()
        for wanted, rule in (
            (stage.START_US - 1, "forward"),
            (SystemClock().now_us() + 365 * DAY_US, "present"),
            (2**63, "present"),
            (-1, "forward"),
            ("tomorrow", "schema"),
            (1.5e15, "schema"),
            (None, "schema"),
        ):
            answer = program.set_clock(wanted)
            told = answer.json()
            assert (answer.status_code, told["type"]) == (400, "urn:trading:error:invalid_input")
            assert told["rule"] == rule
        assert program.now_us() < before_us + 60 * SECOND_US


def test_nobody_sets_the_clock_without_a_name(served: Rooms) -> None:
    with programme(served) as public:
        before_us = public.now_us()
        assert public.set_clock(before_us + DAY_US).status_code == 401
        assert public.now_us() < before_us + DAY_US


def test_everybody_of_the_sandbox_has_a_token_that_stays(served: Rooms) -> None:
    with programme(served, OFFICER) as first, programme(served, OFFICER) as again:
        people = first.client.get("/api/v1/sandbox/people").json()["people"]
        assert first.client.headers == again.client.headers
    rooms = {one["person"]: one["room"] for one in people}
    assert [person for person, room in rooms.items() if room == "bidder"] == list(BIDDERS)
    assert set(rooms.values()) == {"staff", "bidder", "representative", "auditor"}


def test_people_come_in_by_one_click_and_read_that_the_clock_can_be_set(served: Rooms) -> None:
    visitor = Visitor(served)
    with contextlib.closing(visitor.client):
        page = visitor.get("/signin/demo")
        assert (OFFICER in page.text, "时钟可以往前拨" in page.text) == (True, True)
        fields = visitor.form("/signin/demo", "/signin/demo")
        assert visitor.send("/signin/demo", {**fields, "person": OFFICER}).status_code == 200


def test_the_log_says_in_its_first_entry_that_it_is_simulated(served: Rooms) -> None:
    first = next(iter(log.iterate(served.centre.reading)))
    assert (first.kind, b"sandbox" in first.body) == ("clock.simulated/1", True)
    refused = command("serve", "--data", served.home.path, "--port", "0")
    assert (refused.exit_code, "simulated clock" in refused.stderr) == (2, True)


def test_time_goes_on_where_the_sandbox_was_left(sandbox_once: Path, tmp_path: Path) -> None:
    home = _copied(sandbox_once, tmp_path)
    with serving_rooms(home) as served, programme(served, OFFICER) as program:
        left_us = program.now_us() + 100 * DAY_US
        assert program.set_clock(left_us).status_code == 200
    assert left_us <= clock_of(home).now_us() < left_us + 60 * SECOND_US


def _sandbox_paths(app: Litestar) -> list[str]:
    return [path for _method, path, _access in declared(app) if "sandbox" in path]


def test_a_real_centre_has_no_route_of_a_sandbox(home: Home, open_centre: Open) -> None:
    assert _sandbox_paths(create_app(open_centre(home), home)) == []


def test_a_real_centre_that_got_the_route_would_be_seen(
    home: Home, open_centre: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: routes made without asking whether this is a sandbox show in the table."""
    planted: Any = type("Planted", (), {"players": ()})()

    def unasked(shell: Shell) -> list[HTTPRouteHandler]:
        shell.sandbox = planted
        return sandbox_routes(shell)

    monkeypatch.setattr(api, "routes", unasked)
    assert CLOCK in _sandbox_paths(create_app(open_centre(home), home))


def test_a_real_centre_cannot_be_made_a_sandbox(home: Home, open_centre: Open) -> None:
    clock = SettableClock(0)
    with pytest.raises(SetupError):
        Sandbox(open_centre(home), clock, SystemClock())


def test_the_command_serves_a_sandbox_and_leaves_other_centres_alone(
    tmp_path: Path, founded: Path
) -> None:
    program: list[str | Path] = [
        *PROGRAM,
        "sandbox",
        "--data",
        tmp_path / "box",
        "--port",
        "0",
        "--json",
    ]
    with subprocess.Popen(
        program, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            said = json.loads(process.stdout.readline())
            told = httpx.get(f"{said['url']}{CLOCK}").json()
            assert said["now_us"] <= told["now_us"] < said["now_us"] + 60 * SECOND_US
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()
    for more in ((), ("--fresh",)):
        assert command("sandbox", "--data", founded, "--port", "0", *more).exit_code == 2
    assert Home.open(founded).path.exists()


def _copied(path: Path, tmp_path: Path) -> Home:
    return Home.open(Path(shutil.copytree(path, tmp_path / "left")))
