"""The demonstration, served once and looked at by an auditor."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.rooms import Rooms, serving_rooms
from trading.people.sessions import Sessions
from trading.store.home import Home
from trading.web.auditor import playing
from trading.web.shell import Shell

LOT = "case-r033-1"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="package")
def demo_rooms(demo_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """Give the demonstration, served once for all: auditors only read."""
    home = shutil.copytree(demo_once, tmp_path_factory.mktemp("audited") / "demo")
    with serving_rooms(Home.open(home)) as served:
        yield served


@pytest.fixture
def token(demo_rooms: Rooms) -> str:
    """Give the session of an auditor."""
    sessions = Sessions(demo_rooms.centre.engine, demo_rooms.clock, os.urandom)
    return sessions.begin("auditor-wei", "auditor", "two")


@pytest.fixture
def auditor(demo_rooms: Rooms, token: str) -> Iterator[httpx.Client]:
    """Give a client that is signed in as an auditor."""
    with httpx.Client(base_url=demo_rooms.url, headers=HTML, cookies={"session": token}) as client:
        yield client


def played_lot(rooms: Rooms) -> playing.Played:
    """Return the player of the lot."""
    return playing.play_lot(Shell(rooms.centre, rooms.home), LOT)
