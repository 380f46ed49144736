"""One served demonstration for a module, and bidders who are signed in to it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.rooms import Rooms, serving_rooms
from tests.web.visitor import Visit, visitors
from trading.base.entropy import SystemEntropy
from trading.bidding.rules import Roll
from trading.people.bidders import Bidder, Bidders
from trading.store.home import Home


@pytest.fixture(scope="module")
def served(demo_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """Give a demonstration that the tests of a module share; its clock stands still.

    Behind the n-th number of every lot stands ``person-n``.
    """
    path = tmp_path_factory.mktemp("served") / "demo"
    shutil.copytree(demo_once, path)
    with serving_rooms(Home.open(path), ticks=False) as found:
        known = Bidders(found.centre.engine, found.centre.clock, SystemEntropy())
        for state in found.centre.states_of("roll"):
            roll: Roll = state.facets["roll"]
            lot = state.name.partition("/")[2]
            for n, (who, number) in enumerate(roll.listed.items()):
                known.keep(Bidder(f"person-{n}", lot, number, who))
        yield found


@pytest.fixture
def visit(served: Rooms) -> Iterator[Visit]:
    """Give a function that signs somebody in to a room of the demonstration."""
    with contextlib.closing(visitors(served)) as found:
        yield next(found)
