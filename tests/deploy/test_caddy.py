"""Caddy takes its file."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.deploy.programs import program
from tests.style.layout import ROOT

CADDY = program("caddy")
CADDYFILE = ROOT / "deploy/caddy/Caddyfile"


def test_caddy_takes_its_file(tmp_path: Path) -> None:
    assert _validated(CADDYFILE, tmp_path) == 0
    broken = tmp_path / "Caddyfile"
    broken.write_text(CADDYFILE.read_text().replace("max_size", "max_sise"))
    assert _validated(broken, tmp_path) != 0


def _validated(file: Path, home: Path) -> int:
    command: list[str | Path] = [CADDY, "validate", "--adapter", "caddyfile", "--config", file]
    done = subprocess.run(
        command, capture_output=True, check=False, env={**os.environ, "HOME": str(home)}
    )
    return done.returncode
