"""Programs of an operator that not every machine has: their tests run where they are."""

from __future__ import annotations

import os
import shutil

TESTS = {"nginx": "test_nginx.py", "caddy": "test_caddy.py", "systemd-analyze": "test_systemd.py"}


def program(name: str) -> str:
    """Return the path of a program, empty where it is missing; Debian hides some from others."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""


def absent() -> list[str]:
    """Return what is missing here; the header of a run tells it."""
    return [name for name in TESTS if not program(name)]
