"""``trading log verify`` accepts the demonstration's log and refuses every tampered copy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.tampering import TAMPERINGS, verify


def test_we_accept_the_log(demo: Path) -> None:
    assert verify(demo / "log", demo / "keys" / "log.vkey") == 0


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__.strip("_"))
def test_we_refuse_a_tampered_copy(
    demo: Path, copy: Path, tamper: Callable[[Path, Path], None]
) -> None:
    tamper(copy, demo)

    assert verify(copy, demo / "keys" / "log.vkey") == 1


def test_we_see_growth_and_refuse_a_fork(demo: Path, fork: tuple[Path, Path]) -> None:
    forked, saved = fork
    vkey = demo / "keys" / "log.vkey"

    assert verify(demo / "log", vkey, "--since", str(saved)) == 0
    assert verify(forked, vkey, "--since", str(saved)) == 1
