"""The application of a founded centre, asked as programs ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.web.api.house import House, house_of
from trading.centre import Centre
from trading.store.home import Home
from trading.web.app import create_app

Client = TestClient[Litestar]


@pytest.fixture
def client(home: Home, open_centre: Callable[..., Centre]) -> Client:
    """Give a client of a founded centre."""
    return TestClient(create_app(open_centre(home), home), base_url="http://centre.local")


@pytest.fixture(scope="session")
def house(demo_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give the demonstration to be read; nothing in it is changed."""
    with house_of(demo_once, tmp_path_factory.mktemp("house")) as found:
        yield found
