"""One writer's turn at the head: load what is declared, fire what is due, decide."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from trading.base.deadline import local_text
from trading.base.errors import ClockDrifted, IntegrityFault, StaleVersion
from trading.engine.context import Envelope
from trading.engine.kernel import Kernel
from trading.engine.registry import HOLD, PUBLIC
from trading.engine.stream import Stream
from trading.record.entry import DONE, REFUSED
from trading.store.batch import Batch, Declared, Item, Receipt, refusal
from trading.store.idempotency import Known
from trading.store.state import StateCodec
from trading.store.statements import Statements
from trading.store.upkeep import INCIDENT, Upkeep

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """A transaction that holds the head, and the batch that it will write."""

    connection: Connection
    batch: Batch
    kernel: Kernel
    sql: Statements
    codec: StateCodec
    upkeep: Upkeep

    def take(self, items: list[Item], due_max: int, last_us: int) -> int:
        """Decide upkeep, ``items`` and up to ``due_max`` due timers; return how many were due.

        Answers are left in the items. ``last_us`` is the instant of the last entry.
        """
        if not self.kernel.catalogue.edition:
            self.decide_all(items)
            return 0
        drift_us = self.upkeep.drift_us(last_us)
        if drift_us:
            if not self._incident_is_last():
                self._decide_upkeep(self.upkeep.incident(drift_us, self._live))
            for item in items:
                item.answer = _drifted(drift_us, self.batch.at_us, last_us)
            return 0
        alive_us = last_us
        if not self.upkeep.started:
            alive_us = max(last_us, self.sql.number(self.connection, self.sql.alive))
        self._decide_upkeep(self.upkeep.absence(alive_us, self._live))
        self._decide_upkeep(self.upkeep.summary(self.batch.at_us))
        self._decide_upkeep(self.upkeep.decoys(self.batch.at_us))
        self.decide_all(items)
        return self._fire_anywhere(due_max) if due_max else 0

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
        while self.fire_due(names, env):
            names = self.load(env)
        return self._append(env, names)

    def fire_due(self, names: Sequence[str], env: Envelope | None = None) -> bool:
        """Decide every timer due for ``names`` in order of (due instant, stream).

        A timer that its own guards refuse waits for what they wait for. Without ``env`` one that
        cannot be decided is told to the log of the process and does not stop the others. Returns
        whether any was decided.
        """
        waiting: set[str] = set()
        fired = False
        while (state := self._most_due(names, waiting)) is not None:
            try:
                moved = self._fire(state, env)
            except DBAPIError:
                raise
            except Exception:
                if env is not None:
                    raise
                _log.exception("the timer %s of %s cannot be decided", state.due, state.name)
                moved = False
            if moved:
                fired = True
            else:
                waiting.add(state.name)
        return fired

    def load(self, env: Envelope) -> tuple[str, ...]:
        """Load what ``env`` declares, and what it declares once that is known."""
        while True:
            names = self.kernel.streams_of(env, self.batch.states)
            missing = [name for name in names if name not in self.batch.states]
            if not missing:
                return names
            self.fetch(missing)

    def fetch(self, names: Sequence[str]) -> None:
        """Load the states of ``names``; those that do not exist are known to be absent.

        Raises ``IntegrityFault`` for a state that is not what its newest entry has left.
        """
        for fault in self.fetch_sound(names):
            raise fault

    def fetch_sound(self, names: Sequence[str]) -> list[IntegrityFault]:
        """Load what is sound of ``names``; return what is wrong with the rest, still unknown."""
        if not names:
            return []
        faults = []
        found: dict[str, Stream | None] = dict.fromkeys(names)
        for row in self.sql.states(self.connection, list(found)):
            try:
                found[row[0]] = self._sound(*row)
            except IntegrityFault as fault:
                faults.append(fault)
                del found[row[0]]
        for name, state in found.items():
            self.batch.states[name] = state
        return faults

    def _sound(
        self, name: str, seq: int | None, data: bytes, mac: bytes, leaf_hash: bytes | None
    ) -> Stream:
        """Return the state of a row, proved to be ours and to be that of the newest entry."""
        if seq is None or leaf_hash is None:
            raise IntegrityFault(f"{name} has entries or a state, but not both", stream=name)
        state = self.codec.opened(name, seq, bytes(data), bytes(mac))
        if state.hash != bytes(leaf_hash).hex():
            raise IntegrityFault(f"the state of {name} is not that of its entries", stream=name)
        return state

    def _guarded(self, item: Item) -> Receipt | BaseException:
        try:
            receipt = self.decide(item.env)
        except DBAPIError:
            raise
        except Exception as error:  # noqa: BLE001 - answered to its caller, the batch goes on
            return error
        if item.token and receipt.index >= 0:
            self.batch.tokens[item.token] = (item.mac, receipt.index)
        if receipt.outcome != REFUSED:
            return receipt
        return refusal(receipt, self._standing(item.env, receipt))

    def _standing(self, env: Envelope, receipt: Receipt) -> str:
        """Return the state that a command came too early or too late for, if it is public.

        Of what is closed to the public nobody learns the state by a refusal: whoever may know it
        sees it where they may look.
        """
        state = self.batch.states.get(receipt.stream)
        if receipt.code != "wrong_state" or state is None:
            return ""
        if self.kernel.registry.streams[state.kind].audience != PUBLIC:
            return ""
        held = self.kernel.registry.command(env.kind).region == HOLD
        return state.hold if held else state.place

    def _preload(self, items: list[Item]) -> None:
        """Load at once what those commands declare whose own stream is not known yet."""
        states, registry = self.batch.states, self.kernel.registry
        missing: set[str] = set()
        for item in items:
            env = item.env
            if registry.command(env.kind).stream(env.data) not in states:
                names = self.kernel.streams_of(env, states)
                missing.update(name for name in names if name not in states)
        self.fetch_sound(sorted(missing))  # whoever needs a bad one is told by ``load``

    def _append(self, env: Envelope, names: tuple[str, ...]) -> Receipt:
        batch = self.batch
        decision = self.kernel.decide(env, Declared(batch.states, names), batch.at_us)
        if decision.outcome == REFUSED and self.upkeep.suppresses(env, batch.at_us):
            return Receipt(-1, "", "", 0, batch.at_us, REFUSED, decision.code, decision.failed)
        if decision.outcome != REFUSED:
            _check_seen(env, decision.parts[0].before)
        receipt = batch.append(self.kernel, env, decision)
        if decision.outcome == DONE:
            self.kernel.learn(env, receipt.seq)
            self.upkeep.cover(sum(part.audience != PUBLIC for part in decision.parts))
        return receipt

    def _most_due(self, names: Sequence[str], waiting: set[str]) -> Stream | None:
        found: Stream | None = None
        for name in names:
            state = self.batch.states.get(name)
            if state is None or not 0 < state.due_us <= self.batch.at_us or name in waiting:
                continue
            if found is None or (state.due_us, name) < (found.due_us, found.name):
                found = state
        return found

    def _fire(self, state: Stream, env: Envelope | None) -> bool:
        """Decide the due timer of ``state``; return whether the stream went on by it."""
        at_us = self.batch.at_us
        if env is not None and self._was_in_time(env, state):
            timer = self.upkeep.delay(state, at_us, env.received_us)
        else:
            timer = self.upkeep.due(state, at_us)
        names = self.load(timer)
        decision = self.kernel.decide(timer, Declared(self.batch.states, names), self.batch.at_us)
        if decision.outcome != DONE:
            return False
        self.batch.append(self.kernel, timer, decision)
        after = self.batch.states.get(state.name)
        return after is None or (after.due_us, after.due) != (state.due_us, state.due)

    def _was_in_time(self, env: Envelope, state: Stream) -> bool:
        """Tell whether ``env`` would have been accepted when it reached us.

        Only then is the lot held: a command that was refused anyway must not stop a sale.
        """
        if not self.upkeep.concerns(env, state):
            return False
        declared = Declared(self.batch.states, self.load(env))
        return self.kernel.decide(env, declared, env.received_us).outcome == DONE

    def _fire_anywhere(self, due_max: int) -> int:
        rows = self.sql.all(self.connection, self.sql.due, (self.batch.at_us, due_max))
        names = [row[0] for row in rows]
        for fault in self._fetch_missing(names):
            _log.error("a timer stands still: %s", fault.detail)
        self.fire_due(names)
        return len(names)

    def _decide_upkeep(self, commands: Sequence[Envelope]) -> None:
        """Decide what the engine itself has to say, before any timer of the same streams.

        Raises ``IntegrityFault`` when it is refused: a lot that ought to be held must not go on.
        """
        for env in commands:
            receipt = self._append(env, self.load(env))
            if receipt.outcome != DONE:
                raise IntegrityFault("upkeep was refused", kind=env.kind, reason=receipt.code)

    def _live(self) -> Sequence[tuple[str, int]]:
        """Return the live lots and their due instants; one with a bad state is frozen anyway."""
        rows = self.sql.all(self.connection, self.sql.live)
        self._fetch_missing([row[0] for row in rows])
        return [(name, due or 0) for name, due in rows if name in self.batch.states]

    def _fetch_missing(self, names: Sequence[str]) -> list[IntegrityFault]:
        return self.fetch_sound([name for name in names if name not in self.batch.states])

    def _incident_is_last(self) -> bool:
        """Tell whether an incident of the clock is the last thing on record: it is told once."""
        row = self.sql.one(self.connection, self.sql.kind_at, self.batch.first - 1)
        return bool(row[0] == INCIDENT)


def _check_seen(env: Envelope, before: Stream) -> None:
    """Raise ``StaleVersion`` where the caller decided on another state than this one.

    Asked only of what would be done: to whoever may not, it would tell how far an object is.
    """
    if env.seen and env.seen != before.hash:
        raise StaleVersion("the object has changed since: read it again", field="If-Match")


def _drifted(drift_us: int, now_us: int, last_us: int) -> ClockDrifted:
    """Return the refusal, with both times and what to do about them."""
    return ClockDrifted(
        f"the last entry is of {local_text(last_us)}, the clock of this machine is wrong by "
        f"{drift_us // 1000} ms at {local_text(now_us)}: set it; nothing is decided until then",
        drift_us=drift_us,
    )
