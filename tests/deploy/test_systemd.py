"""systemd takes the units as they are, and would say so if it did not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.programs import program
from tests.deploy.test_units import PROGRAM, UNITS

ANALYZE = program("systemd-analyze")


@pytest.mark.parametrize("name", ["trading.service", "trading-backup.service"])
def test_systemd_takes_the_unit(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "systemd"
    shutil.copytree(UNITS, folder)
    for path in (path for path in folder.rglob("*") if path.is_file()):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(PROGRAM, sys.executable), encoding="utf-8")
    assert _verified(folder / name) == ""
    broken = (folder / name).read_text().replace("ProtectSystem=strict", "ProtectSystem=perhaps")
    (folder / name).write_text(broken)
    assert "protect system" in _verified(folder / name)


def _verified(unit: Path) -> str:
    done = subprocess.run(
        [ANALYZE, "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr
