"""Kill the service, and the server, under load; then ask the record what became of it.

What was acknowledged is known outside the victim. Afterwards: nothing acknowledged is lost, every
group is whole, the tree is that of its entries, no lot was closed by the clock at an end that
passed while nobody was there, and every start needed no help and no more than five seconds.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import text

from tests.support.postgres import PostgresServer
from trading.base.clock import SystemClock
from trading.base.units import SECOND_US
from trading.record.entry import leaf_of, read
from trading.record.merkle import CompactRange, leaf_hash
from trading.store.engine import reading_engine
from trading.store.home import Home

START_SECONDS_MAX = 5.0
WAIT_SECONDS_MAX = 30.0
# Makes the centre, so late that its first service finds no outage; answers when its lots end.
Make = Callable[[], tuple[int, ...]]
LIFE_SECONDS = (0.02, 0.15)
BEFORE_US, NEAR_US = SECOND_US // 5, 10 * SECOND_US


@dataclass(slots=True)
class Seen:
    """What the side of the clients knows."""

    acknowledged: dict[int, str] = field(default_factory=dict)
    kills: int = 0
    server_kills: int = 0
    starts_seconds: list[float] = field(default_factory=list)
    away: list[tuple[int, int]] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    bids: int = 0
    ends_away: int = 0
    held: int = 0


class Victims:
    """Starts services one after the other and kills them."""

    def __init__(self, directory: Path, seen: Seen, bug: str) -> None:
        self._seen = seen
        command = [sys.executable, "-m", "tests.torture.victim", str(directory), "--bug", bug]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self._buffer = b""
        self._dead_us = 0
        self._pid = 0
        self._until("Z")

    def start(self) -> None:
        """Start a service and wait until it is ready; too late is a finding."""
        started = time.monotonic()
        assert self._process.stdin is not None
        self._process.stdin.write(b"go\n")
        up_us = int(self._until("R"))
        took = time.monotonic() - started
        if took > START_SECONDS_MAX:
            self._seen.findings.append(f"a start took {took:.1f} s")
        self._seen.starts_seconds.append(took)
        if self._dead_us:
            self._seen.away.append((self._dead_us, up_us))

    def live(self, seconds: float) -> None:
        """Take what is acknowledged for ``seconds``."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._read(left)

    def acknowledge(self, count: int) -> None:
        """Wait until ``count`` more answers were acknowledged."""
        wanted = len(self._seen.acknowledged) + count
        until = time.monotonic() + WAIT_SECONDS_MAX
        while len(self._seen.acknowledged) < wanted:
            assert time.monotonic() < until, "nothing is acknowledged any more"
            self._read(0.1)

    def kill(self) -> None:
        """Kill the service and take everything that it had acknowledged."""
        os.kill(self._pid, signal.SIGKILL)
        self._dead_us = int(self._until("D"))
        self._seen.kills += 1

    def end(self) -> None:
        """End the process that forks."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _until(self, wanted: str) -> str:
        until = time.monotonic() + WAIT_SECONDS_MAX
        while time.monotonic() < until:
            for kind, said in self._read(0.1):
                if kind == wanted:
                    return said
        message = f"the victim never said {wanted}"
        raise TimeoutError(message)

    def _read(self, seconds: float) -> list[tuple[str, str]]:
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            return []
        more = os.read(self._process.stdout.fileno(), 1 << 16)
        assert more, "the process that forks victims has ended"
        *lines, self._buffer = (self._buffer + more).split(b"\n")
        found = []
        for line in lines:
            kind, _space, said = line.decode().partition(" ")
            found.append((kind, said))
            if kind == "A":
                index, code = said.split()
                self._seen.acknowledged[int(index)] = code
            elif kind == "P":
                self._pid = int(said)
        return found


@contextlib.contextmanager
def victims(directory: Path, seen: Seen, bug: str = "") -> Iterator[Victims]:
    """Give something that starts and kills services of ``directory``."""
    found = Victims(directory, seen, bug)
    try:
        yield found
    finally:
        found.end()


def kill_services(
    directory: Path, kills: int, make: Make, bug: str = "",
    told: Callable[[str], None] = lambda _words: None,
) -> Seen:  # fmt: skip
    """Kill a service ``kills`` times at random; stay away over the first end that can be met."""
    seen, chance = Seen(), random.Random(kills)
    with victims(directory, seen, bug) as found:
        ends = make()
        for n in range(kills):
            found.start()
            found.acknowledge(1)
            found.live(chance.uniform(*LIFE_SECONDS))
            missed_us = _near_end(found, ends) if n % 10 == 1 else 0
            found.kill()
            if missed_us:
                time.sleep(max(0, missed_us - SystemClock().now_us()) / SECOND_US + 0.01)
            if n % 50 == 49:
                told(f"{n + 1} kills, {len(seen.acknowledged)} acknowledged")
        found.start()
        found.acknowledge(1)
        found.kill()
    inspect(directory, seen, ends)
    return seen


def kill_servers(
    directory: Path, postgres: PostgresServer, kills: int, make: Make,
    told: Callable[[str], None] = lambda _words: None,
) -> Seen:  # fmt: skip
    """Kill the PostgreSQL server ``kills`` times, every second time the service with it."""
    seen, chance = Seen(), random.Random(kills)
    with victims(directory, seen) as found:
        ends = make()
        found.start()
        for n in range(kills):
            found.acknowledge(1)
            found.live(chance.uniform(*LIFE_SECONDS))
            postgres.kill9()
            seen.server_kills += 1
            if n % 2:
                found.kill()
            postgres.restart()
            if n % 2:
                found.start()
            told(f"{n + 1} kills of the server, {len(seen.acknowledged)} acknowledged")
        found.acknowledge(1)
        found.kill()
    inspect(directory, seen, ends)
    return seen


def _near_end(found: Victims, ends: tuple[int, ...]) -> int:
    """Let the service live until shortly before the next end; return that end, 0 if none is."""
    now_us = SystemClock().now_us()
    coming_us = min((end for end in ends if end > now_us + BEFORE_US), default=0)
    if not 0 < coming_us - now_us < NEAR_US:
        return 0
    found.live((coming_us - now_us - BEFORE_US) / SECOND_US)
    return coming_us


def inspect(directory: Path, seen: Seen, ends: tuple[int, ...]) -> None:
    """Compare the record with what was seen; what differs becomes a finding."""
    engine = reading_engine(Home.open(directory).database_url)
    with engine.connect() as connection:
        size, packed = connection.execute(text('SELECT size, "range" FROM projection_head')).one()
        rows = connection.execute(
            text("SELECT idx, body, salt, hash FROM record_entry ORDER BY idx")
        ).all()
    engine.dispose()
    hashes = [leaf_hash(leaf_of(bytes(row.body), bytes(row.salt))) for row in rows]
    stored = dict(enumerate(code.hex() for code in hashes))
    lost = sum(stored.get(index) != code for index, code in seen.acknowledged.items())
    if lost:
        seen.findings.append(f"{lost} acknowledged entries are lost")
    if [row.idx for row in rows] != list(range(size)):
        seen.findings.append("the head does not end where the entries end")
    if CompactRange.from_bytes(bytes(packed)).root() != CompactRange().extended(hashes).root():
        seen.findings.append("the head is not the tree of its entries")
    bodies = [bytes(row.body) for row in rows]
    seen.findings += halved_groups(bodies)
    _closings(bodies, seen, ends)


def halved_groups(bodies: list[bytes]) -> list[str]:
    """Return a finding for every entry that does not follow the part that it should."""
    found = []
    left: list[tuple[str, tuple[int, int]]] = []
    for index, body in enumerate(bodies):
        raw = read(body)
        if left:
            if (raw.cmd, tuple(raw.part)) != left[0]:
                found.append(f"entry {index} is not part {left[0][1]} of its group")
                left = []
            else:
                left = left[1:]
                continue
        part, parts = raw.part
        if part != 1:
            found.append(f"entry {index} begins with part {part}")
            continue
        left = [(raw.cmd, (n, parts)) for n in range(2, parts + 1)]
    if left:
        found.append("the last group is not whole")
    return found


def _closings(bodies: list[bytes], seen: Seen, ends: tuple[int, ...]) -> None:
    """Find lots that were closed at an end that passed while the service was away."""
    for body in bodies:
        raw = read(body)
        seen.bids += raw.kind == "bid.place/1" and b'"outcome":"done"' in bytes(raw.out)
        if raw.kind == "centre.outage/1":
            seen.held += raw.stream.startswith("lot/")
        elif raw.kind == "lot.end/1" and raw.part[0] == 1:
            given: dict[str, Any] = msgspec.json.decode(raw.given)
            due_us = given["data"]["due_us"]
            if any(dead_us < due_us < up_us for dead_us, up_us in seen.away):
                seen.findings.append(f"{raw.stream} was closed at an end that nobody watched")
    seen.ends_away = sum(
        any(dead_us < end_us < up_us for dead_us, up_us in seen.away) for end_us in ends
    )
