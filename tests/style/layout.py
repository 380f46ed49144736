"""Which files there are, and which of them are pure; one list for every check."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "trading"

# What may start with a dot at the top of the tree.
DOT_NAMES = {".ci", ".editorconfig", ".gitattributes", ".gitignore"}

# Modules that decide: the same input gives the same output, now and in ten years.
PURE = (
    "trading/base/calendar.py",
    "trading/base/errors.py",
    "trading/base/money.py",
    "trading/base/personal.py",
    "trading/base/signature.py",
    "trading/engine/*",
    "trading/record/*",
    "trading/notifications/notices.py",
    "trading/people/organisations.py",
    "trading/listing/cases.py",
    "trading/listing/decision.py",
    "trading/listing/flags.py",
    "trading/listing/prices.py",
    "trading/*/rules.py",
    "trading/*/guards.py",
    "trading/*/facts.py",
    "trading/*/methods/*",
    "trading/awarding/certificates.py",
    "trading/bidding/deals.py",
    "trading/deposits/application.py",
    "trading/deposits/names.py",
    "trading/observing/draws.py",
    "trading/observing/proof.py",
    "trading/observing/sampling.py",
    "trading/observing/talk.py",
    "trading/observing/talk_guards.py",
    "trading/observing/waivers.py",
    "trading/people/devices.py",
    "trading/register/contracts.py",
    "trading/register/rent.py",
)


def python_files(*folders: str) -> list[Path]:
    """Return the Python files under the folders, sorted; generated caches left out."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "__pycache__" not in path.parts)


def pure_files() -> list[Path]:
    """Return the files that match `PURE`."""
    return [
        path
        for path in python_files("trading")
        if any(path.relative_to(ROOT).match(pattern) for pattern in PURE)
    ]


def tracked_files() -> list[Path]:
    """Return the files of the project: what version control keeps, or would keep if it kept any.

    In a tree without version control, everything but what tools have left there.
    """
    names = _git("--cached") or _git("--others", "--exclude-standard")
    paths = [ROOT / name for name in names] or [
        path for path in ROOT.rglob("*") if not _is_left_by_a_tool(path.relative_to(ROOT))
    ]
    return sorted(path for path in paths if path.is_file())


def _git(*which: str) -> list[str]:
    if not (ROOT / ".git").exists():
        return []
    command = ["git", "ls-files", "-z", *which]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return [name for name in listed.stdout.decode().split("\0") if name]


def _is_left_by_a_tool(path: Path) -> bool:
    hidden = path.parts[0].startswith(".") and path.parts[0] not in DOT_NAMES
    return hidden or path.parts[0] in {"build", "dist", "htmlcov"} or "__pycache__" in path.parts
