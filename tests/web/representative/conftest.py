"""Visitors of the demonstration, whose connections end with the test."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from tests.support.rooms import Rooms
from tests.web.visitor import Visit, visitors


@pytest.fixture
def visit(demo_rooms: Rooms) -> Iterator[Visit]:
    """Give a function that signs somebody in to a room of the demonstration."""
    with contextlib.closing(visitors(demo_rooms)) as found:
        yield next(found)
