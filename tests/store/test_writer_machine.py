"""Any history: random commands, batches, pauses, restarts and a second writer; the books agree."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace
from sqlalchemy import Engine

from tests.support import toy
from tests.support.desk import act, bid, broken, make, nudge, put, put_up
from tests.support.shop import Shop
from trading.base.clock import SimulatedClock
from trading.base.errors import KeyReused, Refused
from trading.engine.context import Envelope
from trading.store.batch import Receipt
from trading.store.engine import sqlite_url, writing_engine
from trading.store.migrations import migrate

_names = st.sampled_from("abc")
_keys = st.sampled_from(["", "", "k", "l"])
_commands = st.one_of(
    st.builds(bid, st.integers(1, 60), _names, key=_keys,
              actor=st.sampled_from(["bidder-1", "bidder-2"])),
    st.builds(make, _names, key=_keys),
    st.builds(put_up, _names),
    st.builds(nudge, _names, _names),
    st.builds(put, st.text(max_size=5)),
    st.builds(act, st.sampled_from(["hold", "resume", "hand_over"]), _names,
              actor=st.sampled_from(["clerk-1", "clerk-2"])),
    st.builds(broken, st.sampled_from(["bug", "twice", "undeclared"]), _names),
)  # fmt: skip


class AnyHistory(RuleBasedStateMachine):
    """One store, two writers, one clock."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(tempfile.mkdtemp(prefix="history-"))
        self._engines: list[Engine] = []
        self._clock = SimulatedClock(toy.START_US)
        self._told: dict[int, str] = {}
        self._answers: dict[tuple[str, str], Any] = {}

    @initialize()
    def found(self) -> None:
        """Found a shop and open its second writer."""
        migrate(self._engine())
        self._shops = [Shop(self._engine(), self._clock) for _ in range(2)]
        self._shops[0].all(make("a"), put_up("a"))

    @rule(which=st.integers(0, 1), commands=st.lists(_commands, min_size=1, max_size=6))
    def decide(self, which: int, commands: list[Envelope]) -> None:
        """Decide a batch; keep what was told."""
        now_us = self._clock.now_us()
        commands = [_received(command, now_us) for command in commands]
        for command, answer in zip(commands, self._shops[which].batch(*commands), strict=True):
            known = self._answers.get((command.account, command.key)) if command.key else None
            if known is not None and not isinstance(answer, KeyReused):
                assert _receipt(answer) == known
            receipt = _receipt(answer)
            if receipt is not None and receipt.index >= 0:
                assert self._told.setdefault(receipt.index, receipt.hash) == receipt.hash
                if command.key:
                    self._answers.setdefault((command.account, command.key), receipt)

    @rule(which=st.integers(0, 1), pause_us=st.integers(0, 2 * toy.SALE_US), away=st.booleans())
    def wait(self, which: int, pause_us: int, *, away: bool) -> None:
        """Let time pass, present or away, and tick."""
        if away:
            self._clock.sleep(pause_us)
        else:
            self._clock.advance_to(self._clock.now_us() + pause_us)
        self._shops[which].writer.tick()

    @rule(which=st.integers(0, 1))
    def restart(self, which: int) -> None:
        """Close a writer and open another in its place."""
        self._shops[which].close()
        self._shops[which] = Shop(self._engine(), self._clock)

    @invariant()
    def _what_was_told_stands(self) -> None:
        if self._told:
            last = max(self._told)
            (row, *_) = self._shops[0].entries(last)
            assert row.hash.hex() == self._told[last]

    def teardown(self) -> None:
        """Inspect the books."""
        self._shops[0].inspect()
        stored = {row.idx: row.hash.hex() for row in self._shops[0].entries()}
        assert self._told.items() <= stored.items()
        for engine in self._engines:
            engine.dispose()
        shutil.rmtree(self._folder)

    def _engine(self) -> Engine:
        self._engines.append(writing_engine(sqlite_url(self._folder / "store.sqlite3")))
        return self._engines[-1]


def _received(command: Envelope, now_us: int) -> Envelope:
    return replace(command, received_us=now_us)


def _receipt(answer: Any) -> Receipt | None:
    if isinstance(answer, Receipt):
        return answer
    found = answer.params.get("receipt") if isinstance(answer, Refused) else None
    return found if isinstance(found, Receipt) else None


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
