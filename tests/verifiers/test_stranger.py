"""Software that nobody here wrote accepts the log and refuses every tampered copy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.tampering import TAMPERINGS, size_of
from tests.support.verifier import Verifier


def test_a_stranger_accepts_the_log(demo: Path, verifier: Verifier) -> None:
    tiles, vkey = demo / "log", demo / "keys" / "log.vkey"

    assert verifier.checkpoint(tiles, vkey)
    assert verifier.entries(tiles, vkey, size_of(tiles, demo))


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__.strip("_"))
def test_a_stranger_refuses_a_tampered_copy(
    demo: Path, copy: Path, verifier: Verifier, tamper: Callable[[Path, Path], None]
) -> None:
    vkey, size = demo / "keys" / "log.vkey", size_of(copy, demo)

    tamper(copy, demo)

    assert not (verifier.checkpoint(copy, vkey) and verifier.entries(copy, vkey, size))


def test_a_stranger_sees_growth_and_refuses_a_fork(
    demo: Path, fork: tuple[Path, Path], verifier: Verifier
) -> None:
    forked, saved = fork
    vkey = demo / "keys" / "log.vkey"

    assert verifier.consistency(demo / "log", vkey, saved)
    assert not verifier.consistency(forked, vkey, saved)
