"""A verifier that nobody here wrote: ``aics-tlog`` in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements" / "verifiers.txt"
PYTHONS = ("python3.14", "python3.13", "python3.12")
TIMEOUT_SECONDS = 120


@cache
def python() -> str:
    """Return a Python of at least 3.12, empty where none can be had."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [sys.executable, *PYTHONS, *sorted(map(str, pyenv.glob("3.1[2-9]*/bin/python3")))]
    probe = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))"
    for name in found:
        try:
            done = subprocess.run([name, "-c", probe], capture_output=True, timeout=30, check=False)
        except OSError:
            continue
        if done.returncode == 0:
            return name
    return ""


def install(folder: Path) -> Path:
    """Install the verifier into ``folder`` with checked hashes; return its command."""
    command = folder / "bin" / "aics-tlog"
    if not command.exists():
        subprocess.run([python(), "-m", "venv", folder], check=True, timeout=TIMEOUT_SECONDS)
        pip = [
            str(folder / "bin" / "pip"),
            "install",
            "-q",
            "--require-hashes",
            "-r",
            str(REQUIREMENTS),
        ]
        subprocess.run(pip, check=True, timeout=TIMEOUT_SECONDS)
    return command


class Verifier:
    """The verifier's three questions to a log; True where it accepts."""

    def __init__(self, command: Path) -> None:
        """Ask through ``command``."""
        self._command = command

    def checkpoint(self, tiles: Path, vkey: Path) -> bool:
        """Ask for signature and tree of the checkpoint."""
        return self._ask("verify-checkpoint", tiles, vkey)

    def entries(self, tiles: Path, vkey: Path, size: int) -> bool:
        """Ask for one entry of every bundle, which covers all entries of each."""
        return all(
            self._ask("verify-inclusion", tiles, vkey, "--index", str(index))
            for index in range(0, size, 256)
        )

    def consistency(self, tiles: Path, vkey: Path, saved: Path) -> bool:
        """Ask whether the log has only grown since a saved checkpoint."""
        return self._ask("verify-consistency", tiles, vkey, "--old-checkpoint", str(saved))

    def _ask(self, question: str, tiles: Path, vkey: Path, *more: str) -> bool:
        command = [
            str(self._command),
            question,
            "--tiles",
            str(tiles),
            "--vkey-file",
            str(vkey),
            *more,
        ]
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
        return done.returncode == 0
