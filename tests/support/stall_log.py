"""Histories of the stalls without a database, and the files of their log.

``Scribe`` decides and seals as the writer does; ``story`` is a small history that has every
outcome; ``publish`` gives the tiles, the bundles and the checkpoint of any rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from tests.support.stalls import (
    ORG,
    Bid,
    Create,
    Open,
    Put,
    Resume,
    Settle,
    Suspend,
    definitions,
    kernel,
)
from trading.base.errors import NotFound
from trading.engine import builtin
from trading.engine.builtin import Found
from trading.engine.context import Envelope
from trading.engine.stream import Command, Stream
from trading.record.checkpoint import Checkpoint
from trading.record.entry import DONE, Document, Row, leaf_of
from trading.record.note import SigningKey
from trading.record.tiles import ReadFile, TileReader, new_bundles, new_tiles
from trading.store.batch import Batch, Overlay, Receipt

ORIGIN = "audit.example/log"
KEY = SigningKey(ORIGIN, b"\x07" * 32)
START_US = 1_780_000_000_000_000


def command(  # what a caller may vary
    kind: str, data: Command, actor: str, role: str, number: int, received_us: int = START_US,
    **more: Any,
) -> Envelope:  # fmt: skip
    """Return a command whose id and salt follow from ``number``."""
    drawn = sha256(b"%d" % number).digest()
    return Envelope(
        kind, data, actor, role, received_us, drawn[:16].hex(), salt=drawn, **more
    )  # fmt: skip


class Scribe:
    """Decides and seals one command after the other, as the writer does; every row is kept."""

    def __init__(self) -> None:
        self.kernel = kernel()
        self.states: dict[str, Stream] = {}
        self.rows: list[Row] = []
        self.at_us = START_US
        self._number = 0

    def do(self, kind: str, data: Command, actor: str, role: str, **more: Any) -> Receipt:
        """Decide a command a second after the last one; a refusal is an entry and a receipt."""
        self._number += 1
        self.at_us += 1_000_000
        env = command(kind, data, actor, role, self._number, self.at_us, **more)
        batch = Batch(len(self.rows), self.at_us, Overlay(dict(self.states)))
        decision = self.kernel.decide(env, batch.states, self.at_us)
        receipt = batch.append(self.kernel, env, decision)
        if decision.outcome == DONE:
            self.kernel.learn(env, receipt.seq)
        self.rows += [
            Row(n, *msgspec.structs.astuple(sealed))
            for n, sealed in enumerate(batch.entries, receipt.index)
        ]
        self.states.update(batch.changed)
        return receipt

    def found(self) -> None:
        """Enter the definitions and end the founding."""
        for definition in definitions():
            self.do("definition.enter/1", definition, "writer", "writer")
        self.do("centre.found/1", Found(ORIGIN), "writer", "writer")

    def open(self, stall: str, hours: int = 1) -> None:
        """Create a stall and open its bidding."""
        self.do("stall.create/1", Create(stall, ORG), "clerk-1", "clerk", org=ORG)
        end_us = self.at_us + hours * 3_600_000_000
        self.do("stall.open/1", Open(stall, end_us, 100_000), "clerk-1", "clerk", org=ORG)

    def bid(self, stall: str, price_fen: int, bidder: str) -> Receipt:
        """Bid, with what a real bid brings: drawn numbers, facts, a document, a digest."""
        return self.do(
            "stall.bid/1", Bid(stall, price_fen), bidder, "bidder", org=ORG,
            random={"seed": sha256(b"%d" % price_fen).hexdigest()[:32]},
            facts={"payer_same_name": True},
            docs=(Document("statement", sha256(bidder.encode()).hexdigest()),),
        )  # fmt: skip

    def end(self, stall: str) -> Receipt:
        """Let the timer of a stall fire when it is due."""
        state = self.states[f"stall/{stall}"]
        self.at_us = max(self.at_us, state.due_us)
        return self.do(
            f"stall.{state.due}/1", builtin.Due(state.name, state.due_us), "clock", "clock"
        )


def story() -> Scribe:
    """Return a whole small history: every outcome, blind leaves, groups, holds, upkeep."""
    scribe = Scribe()
    scribe.found()
    scribe.open("a")
    scribe.bid("a", 100_100, "bidder-1")
    scribe.bid("a", 100_050, "bidder-2")
    scribe.bid("nowhere", 100_100, "bidder-2")
    for name in ("v1", "v2"):
        put = Put(f"a-{name}", "a", "密封")
        scribe.do("veil.put/1", put, "bidder-2", "bidder", org=ORG)
    scribe.do("stall.suspend/1", Suspend("a", "投诉"), "office-1", "office")
    scribe.do("stall.resume/1", Resume("a"), "office-1", "office")
    scribe.do("stall.resume/1", Resume("a"), "office-1", "office")
    scribe.do("stall.resume/1", Resume("a"), "office-2", "office")
    scribe.bid("a", 100_300, "bidder-2")
    outage = builtin.Outage(scribe.at_us - 20_000_000, scribe.at_us, ("stall/a",))
    scribe.do("centre.outage/1", outage, "writer", "writer")
    for office in ("office-1", "office-2"):
        scribe.do("stall.resume/1", Resume("a"), office, "office")
    suppressed = builtin.Suppressed("bidder-9", 4)
    scribe.do("refused.suppressed/1", suppressed, "writer", "writer")
    scribe.end("a")
    scribe.do("stall.settle/1", Settle("a", ("a-v1", "a-none")), "office-1", "office")
    scribe.do("stall.settle/1", Settle("a", ("a-v1", "a-v2")), "office-1", "office")
    return scribe


def reader(files: dict[str, bytes]) -> ReadFile:
    """Return what reads the files of a log held in memory."""

    def _read(path: str) -> bytes:
        if path not in files:
            raise NotFound("no such file in the log", path=path)
        return files[path]

    return _read


def publish(
    rows: Iterable[Row], size: int = 0, files: dict[str, bytes] | None = None
) -> dict[str, bytes]:
    """Return the files of the log of ``rows``, appended to ``files`` that hold ``size`` entries."""
    files = {} if files is None else files
    read = reader(files)
    leaves: Sequence[bytes] = [leaf_of(row.body, row.salt) for row in rows]
    hashes = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    tree = TileReader(read, size).compact_range().extended(hashes)
    for path, data in [*new_bundles(size, leaves, read), *new_tiles(size, hashes, read)]:
        files[path] = data
    files["checkpoint"] = Checkpoint(ORIGIN, tree.size, tree.root()).sign([KEY])
    return files
