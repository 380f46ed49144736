"""A published log of the demonstration, copies of it, and a verifier that nobody here wrote.

Where no Python of at least 3.12 can be had that verifier cannot run: the header of the run says
so, and its tests are not collected.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tampering import size_of
from tests.support.verifier import Verifier, install, python
from trading.record.checkpoint import Checkpoint
from trading.record.merkle import leaf_hash, root_of
from trading.record.note import SigningKey
from trading.record.tiles import TileReader, new_bundles, new_tiles

SAVED_SIZE = 100

collect_ignore = [] if python() else ["test_stranger.py"]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data directory of a played demonstration."""
    data = tmp_path_factory.mktemp("demo") / "data"
    command = [sys.executable, "-m", "trading.cli", "demo", "--data", str(data), "--json"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return data


@pytest.fixture(scope="session")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Verifier:
    """Return the independent verifier, installed into an environment of its own."""
    kept = os.environ.get("TRADING_VERIFIER_DIR")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("verifier")
    return Verifier(install(folder))


@pytest.fixture
def copy(demo: Path, tmp_path: Path) -> Path:
    """Return a copy of the published files that a test may tamper with."""
    return Path(shutil.copytree(demo / "log", tmp_path / "log"))


@pytest.fixture
def fork(demo: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Return a log with another past, rightly signed, and a note of the true one."""
    key = SigningKey.parse((demo / "keys" / "log.key").read_text().strip())
    size = size_of(demo / "log", demo)
    entries = list(TileReader(lambda path: (demo / "log" / path).read_bytes(), size).entries())
    true = Checkpoint(key.public.name, SAVED_SIZE, _root(entries[:SAVED_SIZE]))
    saved = tmp_path / "saved.note"
    saved.write_bytes(true.sign([key]))
    entries[5] = entries[6]
    forked = tmp_path / "fork"
    hashes = [leaf_hash(entry) for entry in entries]
    for path, content in (*new_tiles(0, hashes, _missing), *new_bundles(0, entries, _missing)):
        (forked / path).parent.mkdir(parents=True, exist_ok=True)
        (forked / path).write_bytes(content)
    checkpoint = Checkpoint(key.public.name, size, _root(entries))
    (forked / "checkpoint").write_bytes(checkpoint.sign([key]))
    return forked, saved


def _root(entries: list[bytes]) -> bytes:
    return root_of([leaf_hash(entry) for entry in entries])


def _missing(path: str) -> bytes:
    raise FileNotFoundError(path)
