"""A published log of the demonstration, made once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.verifier import Verifier, install, python


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data directory of a played demonstration."""
    data = tmp_path_factory.mktemp("demo") / "data"
    command = [sys.executable, "-m", "trading.cli", "demo", "--data", str(data), "--json"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return data


@pytest.fixture(scope="session")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Verifier:
    """Return the independent verifier; say so and skip only where no Python 3.12 is."""
    if not python():
        print("\nno Python >= 3.12 here: the independent verifier was NOT run")
        pytest.skip("aics-tlog needs Python >= 3.12, and none was found")
    kept = os.environ.get("TRADING_VERIFIER_DIR")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("verifier")
    return Verifier(install(folder))
