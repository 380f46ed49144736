"""The played demonstration, opened for reading; and templates of a centre's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from trading.centre import Centre
from trading.cli import main
from trading.store.home import Home


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a played demonstration; copy before changing it."""
    folder = tmp_path_factory.mktemp("played") / "data"
    assert CliRunner().invoke(main, ["demo", "--data", str(folder), "--json"]).exit_code == 0
    return folder


@pytest.fixture(scope="session")
def centre(played: Path) -> Iterator[Centre]:
    """Return the centre of the demonstration, for reading."""
    found = Centre(Home.open(played))
    found.refresh()
    yield found
    found.close()


@pytest.fixture
def own(played: Path, tmp_path: Path) -> Iterator[Centre]:
    """Return a centre whose folder of templates is this test's own."""
    found = Centre(Home.open(Path(shutil.copytree(played, tmp_path / "data"))))
    found.refresh()
    yield found
    found.close()
