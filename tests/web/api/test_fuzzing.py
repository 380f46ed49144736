"""Whatever a program asks, the answer is one of those that the document names."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.rooms import Rooms, serving_rooms
from tests.support.serving import PLENTY
from tests.web.api.fuzzing import Fuzz, walked
from trading.demo.sandbox import Sandbox
from trading.store.home import Home
from trading.web.limits import RATES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fuzzed(sandbox_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """Give a sandbox in which a lot was let, and whose limits of rate nobody meets."""
    path = shutil.copytree(sandbox_once, tmp_path_factory.mktemp("fuzzed") / "sandbox")
    with pytest.MonkeyPatch.context() as patch:
        for scope, plenty in PLENTY.items():
            patch.setitem(RATES, scope, plenty)
        with serving_rooms(Home.open(path)) as served:
            walked(served)
            yield served


def test_nothing_is_answered_that_the_document_does_not_name(fuzzed: Rooms) -> None:
    fuzz = Fuzz(fuzzed)
    assert list(fuzz.run(acts=2, others=10)) == []
    assert {200, 201, 400, 401, 404, 409} <= set(fuzz.statuses)


def test_a_fault_of_ours_would_be_seen(fuzzed: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: a route that breaks on what is sound by its schema is found."""

    def broken(_self: Sandbox, now_us: int) -> None:
        raise ZeroDivisionError(now_us)

    monkeypatch.setattr(Sandbox, "move", broken)
    (found,) = {line.partition(":")[0] for line in _wrong(fuzzed, "/api/v1/sandbox/clock")}
    assert found == "500"


def _wrong(rooms: Rooms, path: str) -> list[str]:
    found = Fuzz(rooms).run(acts=0, others=8, only=path)
    return [said.partition("\n")[2] for said in found]
