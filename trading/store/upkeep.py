"""What the writer does of its own accord: timers, outages, clock incidents, suppression.

Every act of upkeep is an ordinary command of the engine's roles, decided and recorded as others
are. Source: decisions 5 and 14.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from trading.base.clock import Clock
from trading.base.units import HOUR_US, MINUTE_US, SECOND_US
from trading.engine.builtin import (
    CLOCK,
    WRITER,
    Decoy,
    Delay,
    Incident,
    Outage,
    Suppressed,
    timer_command,
)
from trading.engine.context import Envelope
from trading.engine.kernel import Kernel
from trading.engine.stream import Command, Stream

LOTS_PER_ENTRY = 100
SALT_BYTES = 32
DECOY_RATE = "decoy_rate"
DECOYS = (2, 3)
"""How many leaves a decoy adds at once."""
INCIDENT = "centre.incident/1"
STALL_US = 3 * SECOND_US


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers the writer holds to; microseconds and counts."""

    outage_us: int = 10 * SECOND_US
    drift_us: int = SECOND_US // 2
    refusals_per_minute: int = 20
    decoy_pack: str = ""
    """The pack whose rate of decoys holds; empty for no decoys."""


@dataclass(slots=True)
class _Seen:
    """What upkeep remembers from batch to batch."""

    alive_us: int = 0
    incident: bool = False
    minute: int = 0
    decoy_us: int = 0
    covered: dict[int, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)

    def copy(self) -> _Seen:
        return replace(self, refusals=dict(self.refusals), covered=dict(self.covered))


class Upkeep:
    """Decides what the engine has to say in a batch; holds no connection of its own.

    What it said counts once the batch is committed (``keep``); a batch that failed is forgotten
    (``forget``), so that an outage or an incident is told again.
    """

    def __init__(
        self, kernel: Kernel, clock: Clock, limits: Limits, entropy: Callable[[int], bytes]
    ) -> None:
        """Watch ``clock`` within ``limits``; salts come from ``entropy``."""
        self._kernel = kernel
        self._clock = clock
        self._limits = limits
        self._entropy = entropy
        self._kept = _Seen()
        self._seen = _Seen()

    def keep(self) -> None:
        """Remember: the batch is in the record."""
        self._kept = self._seen.copy()

    def forget(self) -> None:
        """Go back to the last batch that was committed."""
        self._seen = self._kept.copy()

    def absence(
        self, last_us: int, live: Callable[[], Sequence[tuple[str, int]]]
    ) -> list[Envelope]:
        """Return the outage commands that a time away calls for.

        ``last_us`` is the last sign of life on record, asked for only at the start. Away for
        longer than the limit, or away while an end passed: every live lot is held since then.
        """
        now_us = self._clock.now_us()
        starting = not self.started
        last_us = last_us if starting else self._seen.alive_us
        self._seen.alive_us = now_us
        away_us = self._clock.away_us(last_us) if last_us else 0
        if away_us <= 0 or (not starting and away_us <= STALL_US):
            return []
        lots = [
            name
            for name, due_us in live()
            if away_us > self._limits.outage_us or 0 < due_us <= now_us
        ]
        if not lots and away_us <= self._limits.outage_us:
            return []
        chunks = [lots[n : n + LOTS_PER_ENTRY] for n in range(0, len(lots), LOTS_PER_ENTRY)] or [[]]
        return [
            self._envelope("centre.outage/1", Outage(now_us - away_us, now_us, tuple(chunk)))
            for chunk in chunks
        ]

    @property
    def started(self) -> bool:
        """Tell whether a batch has been opened since the start."""
        return self._seen.alive_us > 0

    def drift_us(self, last_us: int) -> int:
        """Return by how much the clock is wrong beyond the limit, 0 while it can be trusted.

        A clock that stands before the last entry is wrong by that much: the record never goes
        back in time.
        """
        drift_us = self._clock.drift_us()
        behind_us = self._clock.now_us() - last_us
        worst_us = min(drift_us, behind_us) if behind_us < 0 else drift_us
        if abs(worst_us) <= self._limits.drift_us:
            self._seen.incident = False
            return 0
        return worst_us

    def incident(
        self, drift_us: int, live: Callable[[], Sequence[tuple[str, int]]]
    ) -> list[Envelope]:
        """Return the commands that open a clock incident, once until the clock is right."""
        if self._seen.incident:
            return []
        self._seen.incident = True
        names = [name for name, _due_us in live()]
        chunks = [names[n : n + LOTS_PER_ENTRY] for n in range(0, len(names), LOTS_PER_ENTRY)]
        return [
            self._envelope(INCIDENT, Incident("clock_drift", drift_us, tuple(chunk)))
            for chunk in chunks or [[]]
        ]

    def concerns(self, env: Envelope, state: Stream) -> bool:
        """Tell whether ``env`` came in time for ``state``, whose timer is due by now.

        It does when it is timely, moves the stream or stands under it, and was received before
        the due instant: the delay is ours.
        """
        spec = self._kernel.registry.command(env.kind)
        if not spec.timely or env.received_us >= state.due_us:
            return False
        moves = {spec.stream(env.data), spec.parent(env.data) if spec.parent else ""}
        return state.name in moves

    def delay(self, state: Stream, at_us: int, received_us: int) -> Envelope:
        """Return the command that holds ``state`` instead of letting its timer close it."""
        return self._envelope("hold.delay/1", Delay(state.name, received_us), at_us)

    def due(self, state: Stream, at_us: int) -> Envelope:
        """Return the command for the due timer of ``state``."""
        spec = self._kernel.registry.clocked[(state.kind, state.due)]
        said = f"{state.name}#{state.seq}#{state.due}#{state.due_us}"
        return Envelope(
            spec.kind, timer_command(state), CLOCK, CLOCK, at_us,
            sha256(said.encode()).hexdigest()[:32], salt=self._entropy(SALT_BYTES),
        )  # fmt: skip

    def suppresses(self, env: Envelope, at_us: int) -> bool:
        """Count a refusal of this actor; True when the minute's limit is reached."""
        self._seen.minute = self._seen.minute or at_us // MINUTE_US
        who = env.account or env.actor
        self._seen.refusals[who] = self._seen.refusals.get(who, 0) + 1
        return self._seen.refusals[who] > self._limits.refusals_per_minute

    def summary(self, at_us: int) -> list[Envelope]:
        """Return the commands that stand for the refusals suppressed in past minutes."""
        if not self._seen.refusals or at_us // MINUTE_US == self._seen.minute:
            return []
        limit = self._limits.refusals_per_minute
        over = {who: n - limit for who, n in self._seen.refusals.items() if n > limit}
        self._seen.refusals, self._seen.minute = {}, 0
        return [
            self._envelope("refused.suppressed/1", Suppressed(who, count), at_us)
            for who, count in sorted(over.items())
        ]

    def decoys(self, at_us: int) -> list[Envelope]:
        """Return the decoys that are due, at instants that nobody can foretell.

        A registration adds two leaves to the tree in one commit, a payment three; so does this.
        A decoy is left out for every act that was ``cover``ed by one of its size before, so that
        the tree grows by as much and in the same steps whether anybody registers or not.
        """
        if at_us < self._seen.decoy_us:
            return []
        rate = self._decoys_per_hour()
        if not rate:
            return []
        first, self._seen.decoy_us = not self._seen.decoy_us, at_us + self._pause_us(rate)
        if first:
            return []
        count = DECOYS[self._entropy(1)[0] % len(DECOYS)]
        if self._seen.covered.get(count, 0):
            self._seen.covered[count] -= 1
            return []
        return [self._envelope("decoy.leaf/1", Decoy(), at_us) for _ in range(count)]

    def cover(self, leaves: int) -> None:
        """Take the next decoy of as many ``leaves`` for an act that stays closed."""
        if self._limits.decoy_pack and leaves in DECOYS:
            self._seen.covered[leaves] = self._seen.covered.get(leaves, 0) + 1

    def _decoys_per_hour(self) -> int:
        catalogue, name = self._kernel.catalogue, self._limits.decoy_pack
        if not name or not catalogue.has("pack", name, catalogue.edition):
            return 0
        return catalogue.pack(catalogue.latest("pack", name, catalogue.edition)).count(DECOY_RATE)

    def _pause_us(self, rate: int) -> int:
        """Return a pause of a Poisson process with ``rate`` events in an hour."""
        drawn = (int.from_bytes(self._entropy(8), "big") + 1) / 2**64
        return round(-math.log(drawn) * HOUR_US / rate)

    def _envelope(self, kind: str, data: Command, at_us: int = 0) -> Envelope:
        return Envelope(
            kind, data, WRITER, WRITER, at_us or self._clock.now_us(),
            self._entropy(16).hex(), salt=self._entropy(SALT_BYTES),
        )  # fmt: skip
