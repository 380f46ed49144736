"""The writer: one thread, one transaction per batch, one serial order (decisions 11 to 14).

It takes all waiting commands, locks the head, takes the decisive time, decides each command on
an overlay that earlier ones changed, writes once, commits once and answers only then. Correct
for any number of writers by the head lock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from trading.base.clock import Clock
from trading.base.entropy import SystemEntropy
from trading.base.errors import IntegrityFault, StorageBusy, StorageDown, TradingError
from trading.base.runtime import tune_for_writing
from trading.base.units import SECOND_US
from trading.engine.context import Envelope
from trading.engine.kernel import Kernel
from trading.engine.stream import Stream
from trading.record.merkle import CompactRange
from trading.store import documents
from trading.store.batch import Batch, Item, Overlay, Receipt, Tick
from trading.store.faults import storage_fault
from trading.store.idempotency import token_of
from trading.store.projection import Projection, write_projections
from trading.store.state import StateCodec
from trading.store.statements import statements_for
from trading.store.turn import Turn
from trading.store.upkeep import Limits, Upkeep

BATCH_MAX = 512
QUEUE_MAX = 4096
PAUSE_SECONDS, GATHER_SECONDS = 0.002, 0.012
"""How long a batch that is smaller than the one before waits for the next command, and for all.

Who is answered asks again. Without it the first to ask again costs a commit of its own, and all
others wait for that.
"""
CACHE_MAX = 50_000
ALIVE_US = 2 * SECOND_US


class Writer:
    """Decides and appends; the only code that writes to the record."""

    def __init__(  # noqa: PLR0913 - the parts it is wired from
        self,
        engine: Engine,
        kernel: Kernel,
        clock: Clock,
        mac_key: bytes,
        *,
        projections: Sequence[Projection] = (),
        limits: Limits | None = None,
        worker: str = "main",
        entropy: Callable[[int], bytes] | None = None,
        on_commit: Callable[[int], None] | None = None,
    ) -> None:
        """Write through ``engine``; all in ``on_commit`` are told the size after every commit."""
        self.kernel = kernel
        self.clock = clock
        self._engine = engine
        self._mac_key = mac_key
        self._projections = tuple(projections)
        self._worker = worker
        self.on_commit = [on_commit] if on_commit else []
        self._sql = statements_for(engine.dialect.name)
        self._codec = StateCodec(kernel.registry, mac_key)
        self._upkeep = Upkeep(kernel, clock, limits or Limits(), entropy or SystemEntropy())
        self._queue: SimpleQueue[Item | Tick | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
        # None: known to be absent, for as long as the head has not moved without us.
        self._cache: dict[str, Stream | None] = {}
        self._edition = 0
        self._size = -1
        self._last_us = 0
        self._range = CompactRange()
        self._marked_us = 0

    def submit(self, env: Envelope, future: Future[Receipt] | None = None) -> Future[Receipt]:
        """Queue a command; the future answers after the commit that holds its entry.

        A caller who waits in a way of its own brings the ``future``. Raises ``StorageBusy`` when
        too many are waiting and ``StorageDown`` after ``stop``; nothing was recorded then.
        """
        if self.waiting >= QUEUE_MAX:
            raise StorageBusy("too many commands are waiting", retry_after_seconds=1)
        item = Item(env, Future() if future is None else future, *token_of(env, self._mac_key))
        self._put(item)
        return item.future

    @property
    def waiting(self) -> int:
        """Return how many commands wait to be decided, about."""
        return self._queue.qsize()

    def execute(self, env: Envelope) -> Receipt:
        """Decide ``env`` and return its receipt; raise what it was refused with."""
        if self._thread is not None:
            return self.submit(env).result()
        item = Item(env, Future(), *token_of(env, self._mac_key))
        self.process([item])
        return item.future.result()

    def tick(self, due_max: int = BATCH_MAX) -> int:
        """Mark the service alive and decide what is due anywhere; return how much was due.

        Commands that came before the tick are decided before it. Raises ``Unavailable`` when the
        storage did not take the batch.
        """
        tick = Tick(due_max)
        if self._thread is not None:
            self._put(tick)
        else:
            self.process([], tick)
        return tick.future.result()

    def start(self) -> None:
        """Start the writing thread."""
        tune_for_writing()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Decide what is waiting, then end the thread and close the connection."""
        if self._thread is not None:
            with self._gate:
                self._stopping = True
                self._queue.put(None)
            self._thread.join()
            self._thread = None
        self._disconnect()

    def process(self, items: list[Item], tick: Tick | None = None) -> None:
        """Decide ``items`` and what is due in one transaction, then answer.

        After a constraint error, or an error of our own, the items are tried one by one; any
        other storage error answers all of them, and the next batch starts on a new connection.
        """
        try:
            batch, due = self._transact(items, tick.due_max if tick else 0)
        except Exception as error:  # noqa: BLE001 - the thread must outlive it, every caller is told
            self._disconnect()
            if _concerns_one(error) and len(items) + (tick is not None) > 1:
                for item in items:
                    self.process([item])
                if tick is not None:
                    self.process([], tick)
                return
            _fail(items, tick, _answer_to(error))
            return
        for item in items:
            _deliver(item)
        if tick is not None:
            tick.future.set_result(due)
        if batch.entries:
            for listener in self.on_commit:
                with suppress(Exception):  # a hint to others, who look for themselves as well
                    listener(self._size)

    def _put(self, wanted: Item | Tick) -> None:
        with self._gate:
            if self._stopping:
                raise StorageDown("the writer has stopped")
            self._queue.put(wanted)

    def _run(self) -> None:
        going, count = True, 0
        while going:
            items: list[Item] = []
            tick: Tick | None = None
            found = self._queue.get()
            gather = time.monotonic() + GATHER_SECONDS
            while found is not None:
                if isinstance(found, Tick):
                    tick = found
                    break
                items.append(found)
                if len(items) >= BATCH_MAX:
                    break
                left = gather - time.monotonic() if len(items) < count else 0
                wait = min(PAUSE_SECONDS, left)
                try:
                    found = self._queue.get(timeout=wait) if wait > 0 else self._queue.get_nowait()
                except Empty:
                    break
            going, count = found is not None, len(items)
            if items or tick:
                self.process(items, tick)

    def _transact(self, items: list[Item], due_max: int) -> tuple[Batch, int]:
        connection = self._connect()
        transaction = connection.begin()
        try:
            batch, last_us = self._open(connection)
            turn = Turn(connection, batch, self.kernel, self._sql, self._codec, self._upkeep)
            due = turn.take(items, due_max, last_us)
            tree = self._write(connection, batch)
        except BaseException:
            with suppress(SQLAlchemyError):
                transaction.rollback()
            raise
        try:
            transaction.commit()
        except DBAPIError:
            if not self._was_committed(batch):
                raise
        self._committed(batch, tree)
        return batch, due

    def _open(self, connection: Connection) -> tuple[Batch, int]:
        """Lock the head; forget the cache when another writer has moved it since."""
        size, packed, head_us = self._sql.one(connection, self._sql.lock_head)
        if size != self._size:
            self._cache = {}
            self._range = CompactRange.from_bytes(bytes(packed))
            if self._range.size != size:
                raise IntegrityFault("the head and its compact range differ in size")
            last = self._sql.one(connection, self._sql.at_us, size - 1)
            if head_us != (last[0] if last else 0):
                raise IntegrityFault("the time of the head is not that of the last entry")
            self._last_us = head_us
            catalogue = self.kernel.catalogue
            given = (catalogue.seq,)
            for (body,) in self._sql.all(connection, self._sql.definitions_after, given):
                self.kernel.learn_entry(bytes(body))
            self._edition = catalogue.edition
            self._size = size
        at_us = max(self.clock.now_us(), self._last_us)
        return Batch(size, at_us, Overlay(self._cache)), self._last_us

    def _write(self, connection: Connection, batch: Batch) -> CompactRange:
        at_us = batch.at_us
        if abs(at_us - self._marked_us) >= ALIVE_US:
            self._sql.run(connection, self._sql.mark_alive, self._worker, at_us)
            self._marked_us = at_us
        if not batch.entries:
            return self._range
        for content, media_type in batch.files:
            documents.put(connection, content, media_type)
        tree = self._range.extended([entry.hash for entry in batch.entries])
        with self._sql.pipelined(connection):
            rows = [
                (n, e.stream, e.seq, e.kind, e.at_us, e.audience, e.body, e.salt, e.hash)
                for n, e in enumerate(batch.entries, batch.first)
            ]
            self._sql.insert_entries(connection, rows)
            states = [self._state_row(batch.changed[name]) for name in sorted(batch.changed)]
            self._sql.upsert_states(connection, states)
            if batch.tokens:
                tokens = [(token, mac, idx) for token, (mac, idx) in batch.tokens.items()]
                self._sql.insert_idempotency(connection, tokens)
            write_projections(connection, self._projections, batch.changed)
            if batch.openings:
                self._sql.insert_openings(connection, batch.openings)
            self._sql.run(connection, self._sql.update_head, tree.size, tree.to_bytes(), at_us)
        return tree

    def _committed(self, batch: Batch, tree: CompactRange) -> None:
        self._upkeep.keep()
        self._range = tree
        self._size = tree.size
        self._last_us = batch.at_us if batch.entries else self._last_us
        self._edition = self.kernel.catalogue.edition
        if len(self._cache) > CACHE_MAX:
            self._cache = {}
        self._cache.update(batch.states.loaded)

    def _state_row(self, state: Stream) -> tuple[Any, ...]:
        row = self._codec.row(state, self.kernel.catalogue.workflow(state.workflow))
        return *row, self._codec.seal(row[2])

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _disconnect(self) -> None:
        """Forget what a failed batch changed in memory, and the connection it failed on."""
        self._size = -1
        self._cache = {}
        self._marked_us = 0
        self._upkeep.forget()
        self.kernel.catalogue.forget(self._edition)
        self._drop_connection()

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.invalidate()
            connection.close()

    def _was_committed(self, batch: Batch) -> bool:
        """Tell, after a connection lost at COMMIT, whether the batch is in the record.

        The head lock on a new connection waits until the lost transaction is decided; the leaf
        hash at the batch's first index then tells whose entry stands there.
        """
        if not batch.entries:
            return False
        self._drop_connection()
        connection = self._connect()
        with connection.begin():
            self._sql.one(connection, self._sql.lock_head)
            row = self._sql.one(connection, self._sql.entry_at, batch.first)
        return row is not None and bytes(row[1]) == batch.entries[0].hash


def _concerns_one(error: Exception) -> bool:
    """Tell whether one command may be the cause: a constraint, or a fault of our own code."""
    return isinstance(error, IntegrityError) or not isinstance(
        error, TradingError | SQLAlchemyError
    )


def _answer_to(error: Exception) -> Exception:
    """Return what callers are told; the words of a driver stay inside."""
    if isinstance(error, IntegrityError):
        return StorageDown("a constraint refused the entry")
    if not isinstance(error, SQLAlchemyError):
        return error
    found = storage_fault(error)
    if isinstance(found, StorageBusy):
        return StorageBusy("another writer holds the head", retry_after_seconds=1)
    return StorageDown(found.detail, retry_after_seconds=5)


def _fail(items: list[Item], tick: Tick | None, error: Exception) -> None:
    for item in items:
        item.answer = error
        _deliver(item)
    if tick is not None:
        tick.future.set_exception(error)


def _deliver(item: Item) -> None:
    """Answer a caller, who may have gone away meanwhile."""
    if not item.future.set_running_or_notify_cancel():
        return
    if isinstance(item.answer, Receipt):
        item.future.set_result(item.answer)
    else:
        item.future.set_exception(item.answer or StorageDown())
