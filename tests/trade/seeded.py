"""A seeded year at the market: good commands, wrong ones, and everything between, on many lots.

The same seed gives the same bytes on every database and in every release. Write the golden record
anew, while no release holds it, with ``python -m tests.trade.seeded``.
"""

from __future__ import annotations

import gzip
import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec

from tests.support.acts import (
    ALL_ROUNDER,
    BIDDERS,
    CASE,
    LOT,
    PANEL,
    RESUME,
    START_FEN,
    STEP_FEN,
    Act,
    bidder,
    by_phone,
    staff,
    suspend,
)
from tests.support.disputes import admit, complaint, dismiss, objection, reject, withdraw
from tests.support.path import PATH
from tests.support.trade import Trade, found_trade
from tests.trade import proven
from trading.awarding.commands import SignContract
from trading.base.calendar import local_date
from trading.base.errors import InvalidInput, TradingError
from trading.base.units import HOUR_US, SECOND_US
from trading.bidding.commands import FailLot, PlaceBid, Reject
from trading.bidding.outcomes import AcceptDeal
from trading.centre import registry
from trading.observing.rules import DEVICE_KEY
from trading.observing.watching import StateStep
from trading.record.entry import Row, leaf_of, read
from trading.record.merkle import leaf_hash
from trading.register.contracts import last_day
from trading.store import log
from trading.store.batch import Item
from trading.store.idempotency import token_of

GOLDEN = Path(__file__).parents[1] / "histories/seeded-2000.jsonl.gz"
SEED, COMMANDS, LOTS, BATCH_MAX = 20260306, 2000, 8, 12
_DISPUTES = (objection(), admit(), *dismiss(), complaint(), reject(), withdraw())
_ROLES = ("office", "centre_clerk", "bidder", "resident_rep", "writer", "auditor", "king")


class Line(msgspec.Struct, frozen=True):
    """One entry of a golden record; ``salt`` is hex and empty where the entry is public."""

    idx: int
    stream: str
    body: str
    salt: str

    @property
    def leaf(self) -> bytes:
        """Return the leaf bytes."""
        return leaf_of(self.body.encode(), bytes.fromhex(self.salt))


def renamed(act: Act, n: int) -> Act:
    """Return ``act`` for the ``n``-th case, lot and asset instead of the usual ones."""
    text = msgspec.json.encode(act.data).decode()
    for name in (CASE, "asset-a", "notice-a", "HT-1", "JZ-1"):
        text = text.replace(name, f"{name}-{n}")
    data = msgspec.json.decode(text, type=type(act.data))
    return Act(act.kind, data, act.actor, act.role, act.docs, act.facts)


class Market:
    """Eight lots on one schedule; chance puts other commands between those of the path."""

    def __init__(self, trade: Trade, chance: random.Random) -> None:
        """Trade at ``trade``; everything that is not fixed comes from ``chance``."""
        self._trade = trade
        self._chance = chance
        self._seen: list[Act] = []
        self.sent = 0

    def run(self, count: int) -> None:
        """Send ``count`` commands: the good ones of every phase, and others between them."""
        phases, good = list(PATH), 0
        others = count - LOTS * sum(isinstance(act, Act) for acts in PATH.values() for act in acts)
        for number, phase in enumerate(phases, 1):
            good += LOTS * sum(isinstance(act, Act) for act in PATH[phase])
            waits = [act for act in PATH[phase] if isinstance(act, int)]
            for until_us in waits[:1]:
                self._trade.wait(until_us)
            self._resume_most()
            last = min(count, good + number * others // len(phases))
            self._send_all(self._mixed(phase, max(0, last - self.sent)))
            for until_us in waits[1:]:
                self._trade.wait(until_us + 2 * HOUR_US)
            if phase == "bidding":
                self._trade.clock.sleep(30 * SECOND_US)
                self._trade.centre.writer.tick()

    def _resume_most(self) -> None:
        """Let two persons resume most of the lots that are held."""
        for n in range(1, LOTS + 1):
            lot = self._trade.centre.state(f"lot/{CASE}-{n}-1")
            if lot is not None and lot.held and self._chance.randrange(8):
                self._send([renamed(act, n) for act in RESUME])

    def _mixed(self, phase: str, count: int) -> Iterator[Act]:
        """Return the good acts of a phase in an order of chance, with others between them."""
        queues = [
            [renamed(act, n) for act in PATH[phase] if isinstance(act, Act)]
            for n in range(1, LOTS + 1)
        ]
        good = sum(len(queue) for queue in queues)
        others = max(0, count - good)
        for _ in range(count):
            waiting = [queue for queue in queues if queue]
            if waiting and (not others or self._chance.randrange(good + others) < good):
                act = self._matched(self._chance.choice(waiting).pop(0))
                self._seen.append(act)
                yield act
            else:
                others -= 1
                yield self._other(phase)

    def _matched(self, act: Act) -> Act:
        """Let the panel that was drawn state, and a contract equal its award, whoever won."""
        if isinstance(act.data, StateStep):
            panel = self._trade.centre.state(f"panel/{act.data.case}")
            members = panel.facets["panel"].members if panel else PANEL
            actor = dict(zip(PANEL, members, strict=False)).get(act.actor, act.actor)
            said = Act(act.kind, act.data, actor, act.role)
            return by_phone(said) if act.data.assurance == DEVICE_KEY else said
        if isinstance(act.data, AcceptDeal):
            return self._by_winner(act)
        if not isinstance(act.data, SignContract):
            return act
        lot = self._trade.centre.state(f"lot/{act.data.lot}")
        award = lot.facets.get("award") if lot else None
        if award is None:
            return act
        today = local_date(self._trade.clock.now_us())
        contract = msgspec.structs.replace(
            act.data.contract,
            price_fen=award.price_fen,
            bidder=award.bidder,
            starts_day=str(today),
            ends_day=str(last_day(today, act.data.contract.term_months)),
        )
        data = SignContract(act.data.lot, contract)
        return Act(act.kind, data, act.actor, act.role, act.docs, act.facts)

    def _by_winner(self, act: Act) -> Act:
        lot = self._trade.centre.state(f"lot/{act.data.lot}")  # type: ignore[attr-defined]
        sale = lot.facets.get("sale") if lot else None
        return bidder(act.kind, act.data, sale.lead_number) if sale else act

    def _other(self, phase: str) -> Act:
        """Return an act that chance thought of: a repetition, a forgery, a bid, a hold."""
        chance, n = self._chance, self._chance.randint(1, LOTS)
        drawn = chance.randrange(12)
        if phase in {"bidding", "provisional"} and drawn < 8:
            price_fen = (
                START_FEN + chance.randrange(-1, 12) * STEP_FEN + chance.choice((0, 0, 0, 1))
            )
            return renamed(
                bidder("bid.place/1", PlaceBid(LOT, price_fen), chance.choice(BIDDERS)), n
            )
        if phase in {"publicity", "cleared"} and drawn < 5:
            return renamed(chance.choice(_DISPUTES), n)
        if drawn == 8 and not chance.randrange(8):
            return renamed(suspend("office"), n)
        if drawn in {9, 10}:
            return renamed(chance.choice(RESUME), n)
        if drawn == 11 and phase == "registered":
            reject = Reject(LOT, chance.choice(BIDDERS), ("papers_missing",), "材料不全")
            return renamed(staff("registration.reject/1", reject, "centre_reviewer"), n)
        if drawn == 11:
            return renamed(staff("lot.fail/1", FailLot(LOT), "centre_operator"), n)
        return self._forged(chance.choice(self._seen or [renamed(_first(), 1)]))

    def _forged(self, act: Act) -> Act:
        chance = self._chance
        drawn = chance.randrange(5)
        if drawn == 0:
            return Act(act.kind, act.data, act.actor, chance.choice(_ROLES), act.docs, act.facts)
        if drawn == 1:
            other = chance.choice((ALL_ROUNDER, "nobody", "bidder-999", PANEL[0], "office-chen"))
            return Act(act.kind, act.data, other, act.role, act.docs, act.facts)
        if drawn == 2:
            return Act(act.kind, act.data, act.actor, act.role)
        if drawn == 3:
            return renamed(act, chance.randint(1, 99))
        numbers = [
            name
            for name in act.data.__struct_fields__
            if type(getattr(act.data, name)) is int and name != "number"
        ]
        if not numbers:
            return act
        name = chance.choice(numbers)
        value = max(1, getattr(act.data, name) + chance.choice((-1, 1, 1000, -1000, 10**6)))
        data = msgspec.structs.replace(act.data, **{name: value})
        return Act(act.kind, data, act.actor, act.role, act.docs, act.facts)

    def _send_all(self, acts: Iterator[Act]) -> None:
        batch: list[Act] = []
        size = self._chance.randint(1, BATCH_MAX)
        for act in acts:
            batch.append(act)
            if len(batch) == size:
                self._send(batch)
                batch, size = [], self._chance.randint(1, BATCH_MAX)
        self._send(batch)

    def _send(self, acts: list[Act]) -> None:
        centre, clock, chance = self._trade.centre, self._trade.clock, self._chance
        clock.advance_to(clock.now_us() + chance.randrange(20 * SECOND_US))
        items = []
        for act in acts:
            key = f"key-{chance.randrange(400)}" if chance.randrange(20) == 0 else ""
            more: dict[str, Any] = {"docs": act.docs, "facts": act.facts, "key": key}
            try:
                env = centre.envelope(act.kind, act.data, act.actor, act.role, **more)
            except InvalidInput:
                continue  # out of its declared bounds: answered, never recorded
            items.append(Item(env, Future(), *token_of(env, centre.home.mac_key)))
        centre.writer.process(items)
        for item in items:
            error = item.future.exception()
            assert error is None or isinstance(error, TradingError), error
        self.sent += len(acts)


def _first() -> Act:
    (act, *_others) = (act for act in PATH["drafted"] if isinstance(act, Act))
    return act


def play(path: Path, db_url: str = "", seed: int = SEED, count: int = COMMANDS) -> Trade:
    """Found a centre and send it ``count`` commands drawn from ``seed``."""
    trade = found_trade(path, db_url, entropy=random.Random(seed).randbytes)
    market = Market(trade, random.Random(seed + 1))
    market.run(count)
    assert market.sent == count
    return trade


def recorded(trade: Trade) -> list[Line]:
    """Return the whole record of a centre."""
    rows = log.iterate(trade.centre.reading)
    return [Line(row.idx, row.stream, row.body.decode(), row.salt.hex()) for row in rows]


def read_golden() -> list[Line]:
    """Return the golden record."""
    text = gzip.decompress(GOLDEN.read_bytes())
    return [msgspec.json.decode(line, type=Line) for line in text.splitlines()]


def write_golden(lines: list[Line]) -> None:
    """Write the golden record; the same lines give the same file."""
    text = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_bytes(gzip.compress(text, 9, mtime=0))


def as_rows(lines: list[Line]) -> list[Row]:
    """Return the lines as rows of a log, with their hashes computed anew."""
    found, streams = [], registry().streams
    for line in lines:
        body, salt = line.body.encode(), bytes.fromhex(line.salt)
        raw = read(body)
        audience = streams[line.stream.partition("/")[0]].audience
        found.append(
            Row(line.idx, line.stream, raw.seq, raw.kind, raw.at_us, audience, body, salt,
                leaf_hash(line.leaf))
        )  # fmt: skip
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        finished = play(Path(folder) / "centre")
        write_golden(recorded(finished))
        finished.close()
    print(f"{GOLDEN}: {GOLDEN.stat().st_size} bytes")
    proven.write()
    print(proven.MANIFEST)
