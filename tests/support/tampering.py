"""Ways to tamper with published files, and the command that has to notice."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

from trading.record.checkpoint import Checkpoint
from trading.record.note import PublicKey, SigningKey
from trading.record.tiles import pack_bundle, parse_bundle

BUNDLE = "tile/entries/000"


def verify(tiles: Path, vkey: Path, *more: str) -> int:
    """Return the exit status of our own verifier."""
    command = [sys.executable, "-m", "trading.cli", "log", "verify", "--tiles", str(tiles),
               "--vkey", str(vkey), *more]  # fmt: skip
    return subprocess.run(command, capture_output=True, timeout=120, check=False).returncode


def key_of(demo: Path) -> PublicKey:
    """Return the public key of a centre."""
    return PublicKey.parse((demo / "keys" / "log.vkey").read_text().strip())


def size_of(tiles: Path, demo: Path) -> int:
    """Return the size that the published checkpoint names."""
    return Checkpoint.open((tiles / "checkpoint").read_bytes(), [key_of(demo)]).size


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
    whole, width = divmod(size_of(tiles, demo), 256)
    partial = tiles / f"tile/entries/{whole:03d}.p/{width}"
    entries = parse_bundle(partial.read_bytes())
    partial.write_bytes(pack_bundle(entries[:-1]))


def _forged_checkpoint(tiles: Path, _demo: Path) -> None:
    lines = (tiles / "checkpoint").read_text().splitlines(keepends=True)
    lines[2] = base64.b64encode(bytes(32)).decode() + "\n"
    (tiles / "checkpoint").write_text("".join(lines))


def _wrong_key(tiles: Path, demo: Path) -> None:
    checkpoint = Checkpoint.open((tiles / "checkpoint").read_bytes(), [key_of(demo)])
    other = SigningKey(key_of(demo).name, bytes(range(32)))
    (tiles / "checkpoint").write_bytes(checkpoint.sign([other]))


TAMPERINGS = [
    _entry_byte,
    _tile_byte,
    _swapped_entries,
    _dropped_tail,
    _forged_checkpoint,
    _wrong_key,
]
