"""A founded centre with one lot in any named place of its life, on a simulated clock.

A centre walks ``PATH`` once for all tests and is copied in every place, so that a test begins
where it wants to; the same path is walked live on PostgreSQL.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from tests.support.acts import ALL_ROUNDER, LOCALITIES, LOT, ORIGIN, START_US, Act
from tests.support.path import PATH, PLACES
from trading.base.clock import SimulatedClock
from trading.base.errors import Refused
from trading.centre import Centre
from trading.demo import cast
from trading.engine.builtin import SECURITY
from trading.engine.registry import GRANTED
from trading.engine.stream import Stream
from trading.founding import FirstGrant, found
from trading.people import SUBJECT as PEOPLE
from trading.record.entry import RawBody, read
from trading.store.engine import writing_engine
from trading.store.home import Home
from trading.store.migrations import migrate


class Trade:
    """One open centre and its clock."""

    def __init__(self, home: Home, now_us: int, **more: Any) -> None:
        """Open ``home`` at ``now_us``; ``more`` goes to the centre."""
        self.clock = SimulatedClock(now_us)
        self.centre = Centre(home, self.clock, **more)

    def do(self, act: Act, **more: Any) -> Any:
        """Let ``act`` be decided; raise what it was refused with."""
        given = {"docs": act.docs, "facts": act.facts, **more}
        return self.centre.do(act.kind, act.data, act.actor, act.role, **given)

    def wait(self, until_us: int) -> None:
        """Let time pass; everything that falls due on the way is decided in its instant."""
        while 0 < (due_us := self.centre.next_due_us()) <= until_us:
            self.clock.advance_to(due_us)
            self.centre.writer.tick()
        self.clock.advance_to(until_us)

    def walk(self, place: str, scenes: dict[str, Scene] | None = None) -> None:
        """Walk the part of the path that leads to ``place`` from the place before it."""
        for act in PATH[place]:
            if isinstance(act, int):
                self.wait(act)
                continue
            if scenes is not None:
                scenes[act.kind] = Scene(act, self.states(), self.clock.now_us())
            self.do(act)

    def place(self, stream: str = f"lot/{LOT}") -> str:
        """Return the place of a stream, the lot's unless named."""
        return self.state(stream).place

    def state(self, stream: str = f"lot/{LOT}") -> Stream:
        """Return the state of a stream that exists, the lot's unless named."""
        found = self.centre.state(stream)
        assert found is not None, stream
        return found

    def states(self) -> dict[str, Stream]:
        """Return the committed state of every stream."""
        with self.centre.reading.connect() as connection:
            rows = connection.execute(text("SELECT state FROM projection_stream_state"))
            states = [self.centre._codec.decode(bytes(row[0])) for row in rows]
        return {state.name: state for state in states}

    def entries(self, start: int = 0) -> list[RawBody]:
        """Return the bodies of all entries from index ``start``."""
        query = text("SELECT body FROM record_entry WHERE idx >= :start ORDER BY idx")
        with self.centre.reading.connect() as connection:
            return [read(bytes(row[0])) for row in connection.execute(query, {"start": start})]

    @property
    def size(self) -> int:
        """Return the number of entries."""
        with self.centre.reading.connect() as connection:
            return int(connection.execute(text("SELECT size FROM projection_head")).scalar_one())

    @contextmanager
    def leaves_no_change(self) -> Iterator[None]:
        """Prove that what happens inside changes no state but for ``seq`` and ``hash``."""
        before = self.states()
        yield
        after = self.states()
        assert after.keys() - before.keys() <= {SECURITY}
        for name, state in before.items():
            assert _content(after[name]) == _content(state), name

    def refused(self, act: Act, **more: Any) -> Refused:
        """Return the refusal of ``act``, after proving that it is an entry and changed nothing."""
        size = self.size
        with self.leaves_no_change(), pytest.raises(Refused) as caught:
            self.do(act, **more)
        error = caught.value
        (entry,) = self.entries(size)
        out = msgspec.json.decode(entry.out)
        assert (out["outcome"], out["code"]) == ("refused", error.params["reason"])
        assert tuple(out.get("failed", ())) == error.params["guards"]
        return error

    def blockers(self, act: Act, **more: Any) -> tuple[str, ...]:
        """Return the guards that refuse ``act``."""
        found = self.refused(act, **more).params["guards"]
        assert isinstance(found, tuple)
        return found

    def close(self) -> None:
        """Close the centre."""
        self.centre.close()


def _content(state: Stream) -> Stream:
    return msgspec.structs.replace(state, seq=0, hash="")


def open_empty(path: Path, db_url: str = "", now_us: int = START_US, **more: Any) -> Trade:
    """Open a centre whose log is empty."""
    home = Home.create(path, ORIGIN, db_url)
    owner = writing_engine(home.database_url)
    migrate(owner)
    owner.dispose()
    return Trade(home, now_us, **more)


def found_trade(path: Path, db_url: str = "", **more: Any) -> Trade:
    """Found a centre in ``path``; the staff of the demonstration, and one who holds every role."""
    trade = open_empty(path, db_url, **more)
    roles = [role for role, sort in PEOPLE.roles.items() if sort == GRANTED]
    grants = tuple(FirstGrant(ALL_ROUNDER, role, cast.DISTRICT) for role in roles)
    found(trade.centre, cast.orgs(LOCALITIES), cast.grants(LOCALITIES) + grants, simulated="tests")
    return trade


@dataclass(frozen=True, slots=True)
class Scene:
    """An act as it was decided last on the path: with all states before it, and when."""

    act: Act
    states: dict[str, Stream]
    at_us: int


class Places:
    """One lot, copied in every place of its life, and the scene of every act on the way."""

    def __init__(self, root: Path) -> None:
        """Walk the whole path once under ``root``."""
        self._root = root
        self._now_us: dict[str, int] = {}
        self.states: dict[str, dict[str, Stream]] = {}
        self.scenes: dict[str, Scene] = {}
        trade = found_trade(root / "walk")
        self._keep("founded", trade)
        for place in PLACES:
            trade = Trade(Home.open(root / "walk"), self._now_us[self._last])
            trade.walk(place, self.scenes)
            self._keep(place, trade)
        trade = Trade(Home.open(root / "walk"), self._now_us[self._last])
        trade.centre.writer.tick()
        self.kernel = trade.centre.kernel
        trade.close()

    def _keep(self, place: str, trade: Trade) -> None:
        self.states[place] = trade.states()
        self._now_us[place] = trade.clock.now_us()
        self._last = place
        trade.close()
        shutil.copytree(self._root / "walk", self._root / place)

    def now_us(self, place: str) -> int:
        """Return the instant at which the lot came to ``place``."""
        return self._now_us[place]

    def open(self, place: str, path: Path) -> Trade:
        """Open a copy of the centre in ``place``."""
        shutil.copytree(self._root / place, path)
        return Trade(Home.open(path), self._now_us[place])


At = Callable[[str], Trade]


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Give one lot in every place of its life."""
    return Places(tmp_path_factory.mktemp("places"))


@contextmanager
def opened_at(places: Places, path: Path) -> Iterator[At]:
    """Give a function that opens, below ``path``, a centre whose lot is in the named place."""
    opened: list[Trade] = []

    def at(place: str) -> Trade:
        opened.append(places.open(place, path / f"centre-{len(opened)}"))
        return opened[-1]

    try:
        yield at
    finally:
        for trade in opened:
            trade.close()
