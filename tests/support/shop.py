"""A shop: a desk with a real writer and database behind it, and an inspector of its books."""

from __future__ import annotations

import time
from concurrent.futures import Future
from functools import reduce
from operator import or_
from typing import Any

import msgspec
from sqlalchemy import (
    CheckConstraint,
    Column,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    event,
    select,
    update,
)

from tests.support import toy
from tests.support.desk import founding, kernel
from trading.base.clock import Clock, SimulatedClock
from trading.base.errors import TradingError
from trading.base.units import SECOND_US
from trading.engine.context import Envelope
from trading.engine.kernel import Kernel, Proposed
from trading.engine.stream import GENESIS, Stream
from trading.record.entry import Out, blind_leaf, leaf_of, read
from trading.record.merkle import CompactRange, leaf_hash
from trading.store import schema
from trading.store.batch import Item, Receipt
from trading.store.idempotency import token_of
from trading.store.projection import Projection
from trading.store.state import StateCodec
from trading.store.writer import Writer

MAC_KEY = b"m" * 32
PROJECTED = MetaData()
TOYS = Table(
    "projection_toy",
    PROJECTED,
    Column("name", Text, primary_key=True),
    Column("place", Text, nullable=False),
    Column("price_fen", Integer, CheckConstraint("price_fen <> 555"), nullable=False),
)


def toy_row(state: Stream) -> dict[str, Any]:
    """Return the row of a toy; one whose price is 666 cannot be shown."""
    facet: toy.Toy = state.facets["toy"]
    if facet.price_fen == 666:
        raise ZeroDivisionError
    return {"name": state.name, "place": state.place, "price_fen": facet.price_fen}


TOY_PROJECTION = Projection(TOYS, "toy", toy_row)


class WallClock:
    """A clock whose wall time can be stepped, and which can be told how long it was away."""

    simulated = False

    def __init__(self, now_us: int = toy.START_US) -> None:
        self._now_us = now_us
        self.step_us = 0

    def now_us(self) -> int:
        """Return the present instant."""
        return self._now_us

    def drift_us(self) -> int:
        """Return by how much the wall was stepped."""
        return self.step_us

    def away_us(self, last_us: int) -> int:
        """Return the time since ``last_us``."""
        return self._now_us - last_us

    def go_on(self, duration_us: int) -> None:
        """Let time pass."""
        self._now_us += duration_us


class Shop:
    """A writer on ``engine``, its kernel and clock."""

    def __init__(
        self, engine: Engine, clock: Clock | None = None, *, founded: bool = True, **more: Any
    ) -> None:
        self.engine = engine
        self.clock: Any = clock or SimulatedClock(toy.START_US)
        self.kernel: Kernel = kernel()
        self.codec = StateCodec(self.kernel.registry, MAC_KEY)
        PROJECTED.create_all(engine)
        event.listen(engine, "engine_disposed", lambda _engine: self.close())
        more.setdefault("projections", (TOY_PROJECTION,))
        self.writer = Writer(engine, self.kernel, self.clock, MAC_KEY, **more)
        if founded and not self.size():
            for command in founding():
                self.do(command)

    def do(self, command: Envelope) -> Receipt:
        """Decide a command now; raise what it was refused with."""
        return self.writer.execute(command)

    def all(self, *commands: Envelope) -> list[Receipt]:
        """Decide commands one after the other."""
        return [self.do(command) for command in commands]

    def batch(self, *commands: Envelope) -> list[Any]:
        """Decide commands in one batch; return receipts and errors in their order."""
        items = [Item(command, Future(), *token_of(command, MAC_KEY)) for command in commands]
        self.writer.process(items)
        return [item.future.exception() or item.future.result() for item in items]

    def refused(self, command: Envelope) -> TradingError:
        """Decide a command that is refused; return the refusal."""
        try:
            receipt = self.do(command)
        except TradingError as error:
            return error
        raise AssertionError(receipt)

    def state(self, name: str = "toy/a") -> Stream:
        """Return the committed state of a stream."""
        table = schema.stream_state
        with self.engine.connect() as connection:
            row = connection.execute(select(table).where(table.c.stream == name)).one()
        return self.codec.decode(bytes(row.state))

    def plant(self, state: Stream) -> None:
        """Store ``state`` as if the centre had written it."""
        table, data = schema.stream_state, self.codec.encode(state)
        values = {"state": data, "mac": self.codec.seal(data)}
        with self.engine.begin() as connection:
            connection.execute(update(table).where(table.c.stream == state.name).values(values))
        self.writer._disconnect()

    def toy(self, name: str = "a") -> toy.Toy:
        """Return what is known of a toy."""
        found: toy.Toy = self.state(f"toy/{name}").facets["toy"]
        return found

    def size(self) -> int:
        """Return the size of the log by its head."""
        with self.engine.connect() as connection:
            return int(connection.execute(select(schema.head.c.size)).scalar_one())

    def entries(self, first: int = 0) -> list[Any]:
        """Return the rows of the record."""
        table = schema.entry
        wanted = select(table).where(table.c.idx >= first).order_by(table.c.idx)
        with self.engine.connect() as connection:
            return list(connection.execute(wanted).all())

    def kinds(self, first: int = 0) -> list[str]:
        """Return the kinds of the entries from ``first`` on."""
        return [row.kind for row in self.entries(first)]

    def outs(self, first: int = 0) -> list[Out]:
        """Return what was decided from entry ``first`` on, events left out."""
        return [_out(bytes(row.body)) for row in self.entries(first)]

    def fold(self, rows: list[Any]) -> dict[str, Stream]:
        """Return the states that the stored entries alone lead to."""
        events: Any = reduce(or_, self.kernel.registry.evolves, Proposed)
        states: dict[str, Stream] = {}
        for row in rows:
            out = _out(bytes(row.body))
            typed = tuple(msgspec.convert(event, events) for event in out.events)
            out = msgspec.structs.replace(out, events=typed)
            before = states.get(row.stream, Stream(row.stream))
            states[row.stream] = self.kernel.evolve(before, out, row.at_us, row.hash.hex())
        return states

    def close(self) -> None:
        """Stop the writer."""
        self.writer.stop()

    def inspect(self) -> None:
        """Check the books: order, chains, groups, hashes, head, states and projections."""
        rows = self.entries()
        for row in rows:
            if row.kind == "definition.enter/1":
                self.kernel.learn_entry(bytes(row.body))
        chains: dict[str, tuple[int, str]] = {}
        tree, last_us, group = CompactRange(), 0, (0, 0, "")
        for index, row in enumerate(rows):
            raw = read(bytes(row.body))
            assert row.idx == index
            assert (raw.stream, raw.seq, raw.kind) == (row.stream, row.seq, row.kind)
            assert (raw.seq - 1, raw.prev) == chains.get(raw.stream, (0, GENESIS))
            assert raw.at_us == row.at_us >= last_us
            part, total = raw.part
            assert part == (group[0] + 1 if group[0] < group[1] else 1)
            assert part == 1 or (total, raw.cmd) == group[1:]
            group, last_us = (part, total, raw.cmd), raw.at_us
            leaf = leaf_of(bytes(row.body), bytes(row.salt))
            if row.audience != "public":
                assert leaf == blind_leaf(bytes(row.salt), bytes(row.body))
            assert leaf_hash(leaf) == bytes(row.hash)
            chains[raw.stream] = (raw.seq, bytes(row.hash).hex())
            tree = tree.extended([bytes(row.hash)])
        assert group[0] == group[1]
        with self.engine.connect() as connection:
            head = connection.execute(select(schema.head)).one()
            states = connection.execute(select(schema.stream_state)).all()
            shown = set(map(tuple, connection.execute(select(TOYS)).all()))
        assert (head.size, head.at_us) == (len(rows), last_us)
        assert CompactRange.from_bytes(bytes(head.range)) == tree
        folded = {row.stream: self.codec.decode(bytes(row.state)) for row in states}
        assert {name: (s.seq, s.hash) for name, s in folded.items()} == chains
        for row in states:
            state = folded[row.stream]
            workflow = self.kernel.catalogue.workflow(state.workflow)
            assert (row.seq, row.due_us or 0) == (state.seq, state.due_us)
            running = not state.held or state.due_us > 0
            assert bool(row.live) == (workflow.states[state.place].live and running)
        assert self.fold(rows) == folded
        rebuilt = TOY_PROJECTION.rows(folded)
        assert {tuple(row.values()) for row in rebuilt} == shown


def _out(body: bytes) -> Out:
    plain = msgspec.json.decode(read(body).out)
    return msgspec.convert({**plain, "events": plain.get("events", [])}, Out)


def wait_until(condition: Any, seconds: int = 20) -> None:
    """Wait until ``condition()`` holds; fail when it never does."""
    deadline_ns = time.monotonic_ns() + seconds * 1000 * SECOND_US
    while not condition():
        assert time.monotonic_ns() < deadline_ns, "it never came true"
        time.sleep(0.005)
