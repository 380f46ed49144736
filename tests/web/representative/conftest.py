"""One served demonstration for a module, a case of its own for each test, and its visitors."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.rooms import Rooms, serving_rooms
from tests.web.visitor import Visit, visitors
from trading.demo import stage
from trading.store.home import Home


@pytest.fixture(scope="module")
def served(demo_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """Give a demonstration that the tests of a module share; its clock stands still."""
    path = tmp_path_factory.mktemp("served") / "demo"
    shutil.copytree(demo_once, path)
    with serving_rooms(Home.open(path), ticks=False) as found:
        yield found


@pytest.fixture(scope="module")
def keys() -> Iterator[str]:
    """Yield cases of which one member of the panel has stated nothing yet."""
    return iter((*stage.LIVE, "r103", "r104", "r044"))


@pytest.fixture
def case(keys: Iterator[str]) -> str:
    """Give a case that no other test touches."""
    return f"case-{next(keys)}"


@pytest.fixture
def visit(served: Rooms) -> Iterator[Visit]:
    """Give a function that signs somebody in to a room of the demonstration."""
    with contextlib.closing(visitors(served)) as found:
        yield next(found)
