"""The source keeps the rules of the house, and each rule is seen to catch its breach."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.style import checks
from tests.style.checks import Check
from tests.style.layout import PACKAGE, ROOT, pure_files, python_files

OURS = python_files("trading")
ALL = [
    path
    for path in python_files("trading", "tests")
    if not {"data", "histories"} & set(path.relative_to(ROOT).parts)
]
# Seconds of a timeout may be a fraction; what is decided may not.
DECIDING = {
    *("base", "engine", "record", "people", "register", "listing", "bidding"),
    *("deposits", "observing", "disputes", "awarding"),
}


def _found(check: Check, files: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line}" for path in files for line in check(path.read_text())
    ]


def _deciding() -> list[Path]:
    return [path for path in OURS if path.relative_to(PACKAGE).parts[0] in DECIDING]


@pytest.mark.parametrize(
    "check",
    [checks.long_file, checks.long_functions, checks.open_ends, checks.machine_places],
    ids=lambda check: check.__name__,
)
def test_everything_keeps(check: Check) -> None:
    assert _found(check, ALL) == []


@pytest.mark.parametrize(
    "check", [checks.vague_names, checks.missing_docstrings], ids=lambda check: check.__name__
)
def test_the_package_keeps(check: Check) -> None:
    assert _found(check, OURS) == []


def test_only_the_clock_reads_the_clock() -> None:
    assert _found(checks.own_clocks, [p for p in OURS if p != PACKAGE / "base/clock.py"]) == []


def test_nothing_that_decides_knows_floats() -> None:
    assert _found(checks.floats, _deciding()) == []


def test_nothing_pure_divides_into_a_float() -> None:
    assert _found(checks.divisions, pure_files()) == []


def test_there_are_files_to_check() -> None:
    assert {"engine", "record"} <= {path.relative_to(PACKAGE).parts[0] for path in pure_files()}
    assert PACKAGE / "base/errors.py" in _deciding()


@pytest.mark.parametrize(
    ("check", "breach"),
    [
        (checks.long_file, "x = 1\n" * 401),
        (checks.long_functions, "def f():\n" + "    x = 1\n" * 60),
        (checks.long_functions, "class A:\n  async def f():\n" + "    x = 1\n" * 60),
        (checks.own_clocks, "from datetime import datetime\nat = datetime.now(tz)"),
        (checks.own_clocks, "import datetime\nat = datetime.datetime.utcnow()"),
        (checks.own_clocks, "from datetime import date\nday = date.today()"),
        (checks.own_clocks, "import time\nat = time.time()"),
        (checks.own_clocks, "import time\nread = time.time_ns"),
        (checks.own_clocks, "from time import time"),
        (checks.own_clocks, "q = 'SELECT NOW()'"),
        (checks.own_clocks, "q = 'DEFAULT CURRENT_TIMESTAMP'"),
        (checks.floats, "price = 1.5"),
        (checks.floats, "price = 1e3"),
        (checks.floats, "price = float('1')"),
        (checks.floats, "def f(price: float) -> None: ..."),
        (checks.divisions, "half = price / 2"),
        (checks.divisions, "price /= 2"),
        (checks.vague_names, "class LotManager: ..."),
        (checks.vague_names, "class BidUtil: ..."),
        (checks.missing_docstrings, "x = 1"),
        (checks.missing_docstrings, "'''M.'''\ndef f(): ..."),
        (checks.missing_docstrings, "'''M.'''\nclass A:\n  '''A.'''\n  def f(self): ..."),
        (checks.open_ends, "x = 1  # TO" + "DO later"),
        (checks.open_ends, "raise NotImplemented" + "Error"),
        (checks.open_ends, "if x:  # pragma: " + "no cover"),
        (checks.open_ends, "@pytest.mark.sk" + "ipif(True)"),
        (checks.machine_places, "p = '/ho" + "me/a/b'"),
        (checks.machine_places, "u = 'fi" + "le:///opt'"),
    ],
)
def test_a_breach_is_caught(check: Check, breach: str) -> None:
    assert check(breach) != []


@pytest.mark.parametrize(
    ("check", "harmless"),
    [
        (checks.long_file, "x = 1\n" * 400),
        (checks.long_functions, "def f():\n" + "    x = 1\n" * 59),
        (checks.own_clocks, "import time\nstart = time.monotonic()"),
        (checks.own_clocks, "at = clock.now_us()"),
        (checks.floats, "price_fen = 150"),
        (checks.floats, "refused = isinstance(value, float)"),
        (checks.divisions, "half = price // 2"),
        (checks.vague_names, "def utilisation(): ..."),
        (checks.missing_docstrings, ""),
        (checks.missing_docstrings, "'''M.'''\ndef _f(): ..."),
        (checks.open_ends, "class Mastodon: ..."),
        (checks.machine_places, "path = '/log/checkpoint'"),
    ],
)
def test_what_is_harmless_passes(check: Check, harmless: str) -> None:
    assert check(harmless) == []
