"""A few kills of the service, and one traced life; `make torture` does the same at full size."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.support.postgres import server
from tests.torture.arena import build
from tests.torture.bugs import CARELESS, EARLY, UNSYNCED
from tests.torture.durability import unflushed
from tests.torture.kills import START_SECONDS_MAX, halved_groups, kill_servers, kill_services
from trading.record.entry import DONE, FORMAT, Body, Out, encode

KILLS, GAP_US = 4, 300_000
ENDS = 24

pytestmark = pytest.mark.slow


def test_nothing_acknowledged_is_lost_when_the_service_is_killed(tmp_path: Path) -> None:
    seen = kill_services(
        tmp_path / "centre", KILLS, partial(build, tmp_path / "centre", ENDS, GAP_US)
    )
    assert seen.findings == []
    assert seen.acknowledged
    assert seen.bids
    assert seen.kills == KILLS + 1
    # An end passed while nobody was there, and the lot was held for it.
    assert seen.ends_away
    assert seen.held
    assert max(seen.starts_seconds) < START_SECONDS_MAX


@pytest.mark.parametrize(
    ("bug", "finding"), [(EARLY, "are lost"), (CARELESS, "closed at an end that nobody watched")]
)
def test_a_planted_bug_is_caught_by_the_kills(tmp_path: Path, bug: str, finding: str) -> None:
    make = partial(build, tmp_path / "centre", ENDS, GAP_US)
    seen = kill_services(tmp_path / "centre", KILLS, make, bug)
    assert any(finding in found for found in seen.findings)


@pytest.mark.postgres
def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    with server(fsync=True) as postgres:
        url = postgres.url(postgres.create_database(), "postgresql")
        make = partial(build, tmp_path / "centre", 2, GAP_US, url)
        seen = kill_servers(tmp_path / "centre", postgres, 2, make)
    assert seen.findings == []
    assert seen.acknowledged
    assert seen.bids
    assert (seen.server_kills, seen.kills) == (2, 2)


@pytest.mark.parametrize(("bug", "found"), [("", False), (UNSYNCED, True)])
def test_what_is_acknowledged_was_flushed(tmp_path: Path, bug: str, found: bool) -> None:
    build(tmp_path / "centre", 2, GAP_US)
    disk = unflushed(tmp_path / "centre", bug)
    assert disk.acknowledged
    assert bool(disk.findings) == found


@pytest.mark.parametrize(
    ("drop", "findings"),
    [
        (lambda bodies: bodies, 0),
        (lambda bodies: bodies[:-1], 1),
        (lambda bodies: bodies[1:], 1),
        (lambda bodies: [bodies[0], bodies[2], bodies[1]], 2),
    ],
    ids=["whole", "last part missing", "first part missing", "another entry between"],
)
def test_a_halved_group_is_found(drop: Callable[[list[bytes]], list[bytes]], findings: int) -> None:
    bodies = [_body("a", (1, 1)), _body("b", (1, 2)), _body("b", (2, 2))]
    group = [bodies[1], bodies[2]] if findings != 2 else [bodies[1], bodies[2], bodies[0]]
    assert bool(halved_groups(drop(group))) == bool(findings)


def _body(cmd: str, part: tuple[int, int]) -> bytes:
    out = Out(DONE, "bid", "bidding", "bidding")
    return encode(Body(FORMAT, "bid.place/1", "lot/x", 1, "0" * 64, cmd, part, 1, out))
