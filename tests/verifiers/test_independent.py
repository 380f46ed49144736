"""Software that nobody here wrote accepts the demonstration's log and refuses every tampered copy.

``trading log verify`` has to refuse the same copies with exit status 1.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.verifier import Verifier
from trading.record.checkpoint import Checkpoint
from trading.record.merkle import leaf_hash, root_of
from trading.record.note import PublicKey, SigningKey
from trading.record.tiles import TileReader, new_bundles, new_tiles, pack_bundle, parse_bundle

BUNDLE = "tile/entries/000"


def _verify(tiles: Path, vkey: Path, *more: str) -> int:
    command = [sys.executable, "-m", "trading.cli", "log", "verify", "--tiles", str(tiles),
               "--vkey", str(vkey), *more]  # fmt: skip
    return subprocess.run(command, capture_output=True, timeout=120, check=False).returncode


def _key(demo: Path) -> PublicKey:
    return PublicKey.parse((demo / "keys" / "log.vkey").read_text().strip())


def _size(tiles: Path, demo: Path) -> int:
    return Checkpoint.open((tiles / "checkpoint").read_bytes(), [_key(demo)]).size


def _flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(bytes(data))


def _entry_byte(tiles: Path, _demo: Path) -> None:
    _flip(tiles / BUNDLE, 5000)


def _tile_byte(tiles: Path, _demo: Path) -> None:
    _flip(tiles / "tile/0/000", 40)


def _swapped_entries(tiles: Path, _demo: Path) -> None:
    entries = parse_bundle((tiles / BUNDLE).read_bytes())
    entries[70], entries[71] = entries[71], entries[70]
    (tiles / BUNDLE).write_bytes(pack_bundle(entries))


def _dropped_tail(tiles: Path, demo: Path) -> None:
    width = _size(tiles, demo) % 256
    partial = tiles / f"tile/entries/001.p/{width}"
    entries = parse_bundle(partial.read_bytes())
    partial.write_bytes(pack_bundle(entries[:-1]))


def _forged_checkpoint(tiles: Path, _demo: Path) -> None:
    lines = (tiles / "checkpoint").read_text().splitlines(keepends=True)
    lines[2] = base64.b64encode(bytes(32)).decode() + "\n"
    (tiles / "checkpoint").write_text("".join(lines))


def _wrong_key(tiles: Path, demo: Path) -> None:
    checkpoint = Checkpoint.open((tiles / "checkpoint").read_bytes(), [_key(demo)])
    other = SigningKey(_key(demo).name, bytes(range(32)))
    (tiles / "checkpoint").write_bytes(checkpoint.sign([other]))


TAMPERINGS = [
    _entry_byte,
    _tile_byte,
    _swapped_entries,
    _dropped_tail,
    _forged_checkpoint,
    _wrong_key,
]


@pytest.fixture
def copy(demo: Path, tmp_path: Path) -> Path:
    """Return a copy of the published files that a test may tamper with."""
    return Path(shutil.copytree(demo / "log", tmp_path / "log"))


def test_a_stranger_accepts_the_log(demo: Path, verifier: Verifier) -> None:
    tiles, vkey = demo / "log", demo / "keys" / "log.vkey"

    assert verifier.checkpoint(tiles, vkey)
    assert verifier.entries(tiles, vkey, _size(tiles, demo))


def test_we_accept_the_log(demo: Path) -> None:
    assert _verify(demo / "log", demo / "keys" / "log.vkey") == 0


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__.strip("_"))
def test_a_stranger_refuses_a_tampered_copy(
    demo: Path, copy: Path, verifier: Verifier, tamper: Callable[[Path, Path], None]
) -> None:
    vkey, size = demo / "keys" / "log.vkey", _size(copy, demo)

    tamper(copy, demo)

    assert not (verifier.checkpoint(copy, vkey) and verifier.entries(copy, vkey, size))


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__.strip("_"))
def test_we_refuse_a_tampered_copy(
    demo: Path, copy: Path, tamper: Callable[[Path, Path], None]
) -> None:
    tamper(copy, demo)

    assert _verify(copy, demo / "keys" / "log.vkey") == 1


@pytest.fixture
def fork(demo: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Return a log with another past, rightly signed, and a note of the true one."""
    key = SigningKey.parse((demo / "keys" / "log.key").read_text().strip())
    reader = TileReader(lambda path: (demo / "log" / path).read_bytes(), _size(demo / "log", demo))
    entries = list(reader.entries())
    entries[5] = entries[6]
    hashes = [leaf_hash(entry) for entry in entries]
    forked = tmp_path / "fork"

    def missing(path: str) -> bytes:
        raise FileNotFoundError(path)

    for path, content in (*new_tiles(0, hashes, missing), *new_bundles(0, entries, missing)):
        (forked / path).parent.mkdir(parents=True, exist_ok=True)
        (forked / path).write_bytes(content)
    checkpoint = Checkpoint(key.public.name, len(entries), root_of(hashes))
    (forked / "checkpoint").write_bytes(checkpoint.sign([key]))
    saved = tmp_path / "saved.note"
    true = Checkpoint(key.public.name, 100, root_of([leaf_hash(e) for e in list(reader.entries())[:100]]))
    saved.write_bytes(true.sign([key]))
    return forked, saved


def test_a_stranger_sees_growth_and_refuses_a_fork(
    demo: Path, fork: tuple[Path, Path], verifier: Verifier
) -> None:
    forked, saved = fork
    vkey = demo / "keys" / "log.vkey"

    assert verifier.consistency(demo / "log", vkey, saved)
    assert not verifier.consistency(forked, vkey, saved)


def test_we_see_growth_and_refuse_a_fork(demo: Path, fork: tuple[Path, Path]) -> None:
    forked, saved = fork
    vkey = demo / "keys" / "log.vkey"

    assert _verify(demo / "log", vkey, "--since", str(saved)) == 0
    assert _verify(forked, vkey, "--since", str(saved)) == 1
