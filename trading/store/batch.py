"""One batch under the head: decide on an overlay, collect rows, forget it all on failure."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec

from trading.base.errors import (
    GuardFailed,
    IntegrityFault,
    NotFound,
    NotPermitted,
    TradingError,
    UnknownName,
    WrongState,
)
from trading.engine.context import Envelope
from trading.engine.kernel import Decision, Kernel
from trading.engine.registry import PUBLIC
from trading.engine.stream import Stream
from trading.record.entry import FORMAT, REFUSED, Body, In, Out, Sealed, read, seal

SALT_BYTES_MIN = 16


class Receipt(msgspec.Struct, frozen=True):
    """What the caller gets: where the entry stands and how it was decided.

    ``hash`` is the leaf hash (hex), the receipt code that a stranger can look up in the log.
    """

    index: int
    hash: str
    stream: str
    seq: int
    at_us: int
    outcome: str
    code: str = ""
    failed: tuple[str, ...] = ()


@dataclass(slots=True)
class Item:
    """A waiting command and the future that its caller holds."""

    env: Envelope
    future: Future[Receipt]
    token: bytes = b""
    mac: bytes = b""
    answer: Receipt | TradingError | BaseException | None = None


@dataclass(slots=True)
class Tick:
    """The wish to decide at most ``due_max`` due timers; the future tells how many were due."""

    due_max: int
    future: Future[int] = field(default_factory=Future)


class Overlay:
    """States as a batch sees them: its own changes before the committed cache."""

    __slots__ = ("_cache", "loaded")

    def __init__(self, cache: dict[str, Stream | None]) -> None:
        """Lie over ``cache``, which stays as it is."""
        self._cache = cache
        self.loaded: dict[str, Stream | None] = {}

    def __contains__(self, name: str) -> bool:
        """Tell whether the state, or the absence, of ``name`` is known."""
        return name in self.loaded or name in self._cache

    def __setitem__(self, name: str, state: Stream | None) -> None:
        """Keep ``state`` for the rest of the batch."""
        self.loaded[name] = state

    def get(self, name: str, default: Stream | None = None) -> Stream | None:
        """Return the state of ``name``, or ``default`` where the stream does not exist."""
        found = self.loaded.get(name)
        return found if found is not None else self._cache.get(name, default)


class Declared:
    """The states that a command declared, and no others.

    Replay knows every state and another writer's cache holds others: a decision that looked at
    an undeclared stream would not be repeated.
    """

    __slots__ = ("_names", "_states")

    def __init__(self, states: Overlay, names: tuple[str, ...]) -> None:
        """Show those of ``states`` that are among ``names``."""
        self._states = states
        self._names = names

    def get(self, name: str, /) -> Stream | None:
        """Return the state of ``name``; raise ``UnknownName`` where it was not declared."""
        if name not in self._names:
            raise UnknownName(f"the stream {name} was not declared", name=name)
        return self._states.get(name)


@dataclass(slots=True)
class Batch:
    """Everything one transaction will write; dropped whole when it fails."""

    first: int
    at_us: int
    states: Overlay
    entries: list[Sealed] = field(default_factory=list)
    changed: dict[str, Stream] = field(default_factory=dict)
    tokens: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)
    openings: list[tuple[str, str, bytes]] = field(default_factory=list)
    files: list[tuple[bytes, str]] = field(default_factory=list)

    def append(self, kernel: Kernel, env: Envelope, decision: Decision) -> Receipt:
        """Seal every part, then move the overlay; all parts or, on an exception, none."""
        total = len(decision.parts)
        sealed = [
            _seal(env, part.before, part.out, part.audience, (n, total), self.at_us)
            for n, part in enumerate(decision.parts, 1)
        ]
        after = [
            kernel.evolve(part.before, part.out, self.at_us, entry.hash.hex())
            for part, entry in zip(decision.parts, sealed, strict=True)
        ]
        index = self.first + len(self.entries)
        self.entries.extend(sealed)
        if decision.outcome != REFUSED:
            self.openings.extend(env.openings)
            self.files.extend(env.files)
        for state in after:
            self.states[state.name] = state
            self.changed[state.name] = state
        return Receipt(
            index, after[0].hash, after[0].name, after[0].seq, self.at_us,
            decision.outcome, decision.code, decision.failed,
        )  # fmt: skip


def _seal(
    env: Envelope, before: Stream, out: Out, audience: str, part: tuple[int, int], at_us: int
) -> Sealed:
    given = None
    if part[0] == 1:
        given = In(
            env.actor, env.role, env.data, env.received_us, env.org, env.random, env.facts,
            env.docs, env.sd, () if out.outcome == REFUSED else env.filed,
        )  # fmt: skip
    body = Body(
        FORMAT, env.kind, before.name, before.seq + 1, before.hash, env.cmd, part, at_us, out,
        given, before.org,
    )  # fmt: skip
    if audience == PUBLIC:
        return seal(body, audience, b"")
    if len(env.salt) < SALT_BYTES_MIN:
        raise IntegrityFault("a body that is not public was given no salt", kind=env.kind)
    return seal(body, audience, sha256(env.salt + b"%d/%d" % part).digest())


def refusal(receipt: Receipt, place: str = "") -> TradingError:
    """Return the error that a refused receipt is raised as, once its entry is committed.

    ``place`` is where the refused thing stands, for those who may know it.
    """
    kind = {
        "wrong_state": WrongState,
        "not_permitted": NotPermitted,
        "not_found": NotFound,
    }.get(receipt.code, GuardFailed)
    return kind(
        f"{receipt.code}: {', '.join(receipt.failed)}" if receipt.failed else receipt.code,
        guards=receipt.failed,
        reason=receipt.code,
        receipt=receipt,
        **({"place": place} if place else {}),
    )


def receipt_of(index: int, body: bytes, leaf_hash: bytes) -> Receipt:
    """Rebuild the receipt of a committed entry, for a retry that comes with the same key."""
    raw = read(body)
    out = _outcome.decode(raw.out)
    return Receipt(
        index, leaf_hash.hex(), raw.stream, raw.seq, raw.at_us, out.outcome, out.code, out.failed
    )


class _Outcome(msgspec.Struct):
    outcome: str
    code: str = ""
    failed: tuple[str, ...] = ()


_outcome = msgspec.json.Decoder(_Outcome)
