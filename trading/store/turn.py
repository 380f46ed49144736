"""One writer's turn at the head: load what is declared, fire what is due, decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from trading.base.errors import ClockDrifted, TradingError
from trading.engine.context import Envelope
from trading.engine.kernel import Kernel
from trading.record.entry import DONE, REFUSED
from trading.store.batch import Batch, Item, Receipt, refusal
from trading.store.idempotency import Known
from trading.store.state import StateCodec
from trading.store.statements import Statements
from trading.store.upkeep import Upkeep


@dataclass(frozen=True, slots=True)
class Turn:
    """A transaction that holds the head, and the batch that it will write."""

    connection: Connection
    batch: Batch
    kernel: Kernel
    sql: Statements
    codec: StateCodec
    upkeep: Upkeep

    def take(self, items: list[Item], fire: Sequence[str], last_us: int) -> None:
        """Decide upkeep, ``items`` and the timers of ``fire``; answers are left in the items."""
        if not self.kernel.catalogue.edition:
            self.decide_all(items)
            return
        drift_us = self.upkeep.drift_us(last_us)
        if drift_us:
            self._decide_upkeep(self.upkeep.incident(drift_us, self._live()))
            for item in items:
                item.answer = ClockDrifted(drift_us=drift_us)
            return
        alive_us = 0 if self.upkeep.started else self.sql.number(self.connection, self.sql.alive)
        self._decide_upkeep(self.upkeep.absence(alive_us, self._live))
        self.decide_all(items)
        if fire:
            self.fetch([name for name in fire if name not in self.batch.states])
            self.fire_due(fire)
        self._decide_upkeep(self.upkeep.summary(self.batch.at_us))

    def decide_all(self, items: list[Item]) -> None:
        """Decide ``items`` in order; one bad command never stops the others."""
        known = Known(self.sql, self.connection, self.batch, items)
        self._preload(items)
        for item in items:
            item.answer = known.answer(item) if item.token else None
            if item.answer is None:
                item.answer = self._guarded(item)

    def decide(self, env: Envelope) -> Receipt:
        """Decide one command on the overlay; a refusal is a receipt too.

        A refusal beyond the limit per actor and minute leaves no entry: its index is -1.
        """
        names = self.load(env)
        self.fire_due(names, env)
        batch = self.batch
        decision = self.kernel.decide(env, batch.states, batch.at_us)
        if decision.outcome == REFUSED and self.upkeep.suppresses(env, batch.at_us):
            return Receipt(
                -1, "", "", 0, batch.at_us, REFUSED, decision.code, decision.failed
            )
        receipt = batch.append(self.kernel, env, decision)
        if decision.outcome == DONE:
            self.kernel.learn(env)
        return receipt

    def fire_due(self, names: Sequence[str], env: Envelope | None = None) -> None:
        """Decide every timer due for ``names`` in order of (due instant, stream).

        A timer that its own guards refuse waits for what they wait for.
        """
        batch = self.batch
        waiting: set[str] = set()
        while True:
            due = [
                (state.due_us, name)
                for name in names
                if (state := batch.states.get(name)) is not None
                and 0 < state.due_us <= batch.at_us
                and name not in waiting
            ]
            if not due:
                return
            _due_us, name = min(due)
            state = batch.states.get(name)
            assert state is not None
            timer = self.upkeep.due(state, batch.at_us, env)
            self.load(timer)
            decision = self.kernel.decide(timer, batch.states, batch.at_us)
            if decision.outcome == DONE:
                batch.append(self.kernel, timer, decision)
            else:
                waiting.add(name)

    def load(self, env: Envelope) -> tuple[str, ...]:
        """Load what ``env`` declares, and what it declares once that is known."""
        while True:
            names = self.kernel.streams_of(env, self.batch.states)
            missing = [name for name in names if name not in self.batch.states]
            if not missing:
                return names
            self.fetch(missing)

    def fetch(self, names: Sequence[str]) -> None:
        """Load the states of ``names``; those that do not exist are known to be absent."""
        if not names:
            return
        for name in names:
            self.batch.states[name] = None
        for name, _seq, state in self.sql.states(self.connection, names):
            self.batch.states[name] = self.codec.decode(bytes(state))

    def _guarded(self, item: Item) -> Receipt | BaseException:
        try:
            receipt = self.decide(item.env)
        except DBAPIError:
            raise
        except Exception as error:  # noqa: BLE001 - answered to its caller, the batch goes on
            return error
        if item.token and receipt.index >= 0:
            self.batch.tokens[item.token] = (item.mac, receipt.index)
        return refusal(receipt) if receipt.outcome == REFUSED else receipt

    def _preload(self, items: list[Item]) -> None:
        states = self.batch.states
        self.fetch(
            sorted(
                {
                    name
                    for item in items
                    for name in self.kernel.streams_of(item.env, states)
                    if name not in states
                }
            )
        )

    def _decide_upkeep(self, commands: Sequence[Envelope]) -> None:
        for env in commands:
            try:
                self.decide(env)
            except TradingError:
                continue

    def _live(self) -> Sequence[tuple[str, int]]:
        return [(name, due or 0) for name, due in self.sql.all(self.connection, self.sql.live)]
