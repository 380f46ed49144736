"""The coverage gate lets a covered project pass and stops one with a gap."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.style.layout import ROOT

SETTINGS = (
    "[tool.coverage.run]\nbranch = true\nsource = ['lots']\n[tool.pytest]\npythonpath = ['.']\n"
)
CONFTEST = f"""
import sys
from pathlib import Path
sys.path.append({str(ROOT)!r})
from tests.style.coverage_gate import CoverageGate
def pytest_configure(config):
    here = Path(__file__).parent
    config.pluginmanager.register(CoverageGate(here / "pyproject.toml", [here / "lots/rules.py"]))
"""
RULES = "def price(fen):\n    if fen > 5:\n        fen = 5\n    return fen\n"
BOTH = "from lots.rules import price\ndef test_price():\n    assert price(3) == 3\n"
ONE_MORE = "    assert price(9) == 5\n"


def _run(tmp_path: Path, tests: str, others: str = "") -> tuple[int, str]:
    (tmp_path / "lots").mkdir()
    files = {
        "pyproject.toml": SETTINGS,
        "conftest.py": CONFTEST,
        "lots/__init__.py": others,
        "lots/rules.py": RULES,
        "test_rules.py": tests,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    environment = {name: v for name, v in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--cov"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    return done.returncode, done.stdout


def test_a_covered_project_passes_and_the_closing_line_is_the_last(tmp_path: Path) -> None:
    status, output = _run(tmp_path, BOTH + ONE_MORE)
    assert status == 0, output
    assert "the whole: 100.00 % of 95 % reached" in output
    assert "pure modules: 100.00 % of 100 % reached" in output
    assert "1 passed in" in output.splitlines()[-1]


def test_a_branch_that_no_test_takes_stops_a_pure_module(tmp_path: Path) -> None:
    padding = "x = 1\n" * 200  # keeps the whole above its bound
    status, output = _run(tmp_path, BOTH, others=padding)
    assert status == pytest.ExitCode.TESTS_FAILED, output
    assert "95 % reached" in output
    assert "100 % MISSED" in output
    assert "rules.py" in output


def test_a_gap_elsewhere_stops_the_whole(tmp_path: Path) -> None:
    gap = "def never():\n" + "    x = 1\n" * 20
    status, output = _run(tmp_path, BOTH + ONE_MORE, others=gap)
    assert status == pytest.ExitCode.TESTS_FAILED, output
    assert "95 % MISSED" in output
    assert "100 % reached" in output
