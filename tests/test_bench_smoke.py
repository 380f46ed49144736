"""The benchmark itself runs: one small round, whose figures mean little."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.bench.__main__ import main


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.postgres
def test_one_small_round(tmp_path: Path) -> None:
    assert main(["--quick", "--json", str(tmp_path / "bench.json")]) == 0
    measured = msgspec.json.decode((tmp_path / "bench.json").read_bytes())
    assert measured["machine"]["cores"]
    names = [case["name"] for case in measured["cases"]]
    assert {"postgresql, one lot, 32 waiting", "sqlite, one lot, 32 waiting"} <= set(names)
    assert {"verify of the history", "replay of the history"} <= set(names)
    assert {"import of assets", "import of assets: memory"} <= set(names)
    assert all(value > 0 for case in measured["cases"] for value in case["values"])
