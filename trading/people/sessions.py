"""Sessions: who is signed in, in which room, and for how long yet.

A token is 256 random bits that only the browser keeps; the row is found by its SHA-256, so that
who reads the database can sign in as nobody. Source: decision 20; security brief, INV-26.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from hashlib import sha256
from typing import Literal

import msgspec
from sqlalchemy import Engine, delete, insert, select, update

from trading.base.clock import Clock
from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.people.tables import session as rows

Room = Literal["staff", "bidder", "representative", "auditor"]
Level = Literal["one", "two", "code", "passkey", "demo"]
"""How sure we are: one factor, two of them, an invitation with its code, a passkey; or a demo."""
TOKEN_BYTES = 32
IDS_MAX = 500
SEEN_EVERY_US = 5 * MINUTE_US


class Lifetime(msgspec.Struct, frozen=True):
    """How long a session of a room may stand idle, and how long it lasts at all."""

    idle_us: int
    whole_us: int


LIFETIMES: dict[Room, Lifetime] = {
    "staff": Lifetime(30 * MINUTE_US, 12 * HOUR_US),
    "bidder": Lifetime(2 * HOUR_US, 12 * HOUR_US),
    "representative": Lifetime(90 * DAY_US, 90 * DAY_US),
    "auditor": Lifetime(30 * MINUTE_US, 12 * HOUR_US),
}


class Session(msgspec.Struct, frozen=True):
    """One person signed in from one browser; ``id`` is the SHA-256 of the token."""

    id: bytes
    person: str
    room: Room
    level: Level
    begun_us: int
    seen_us: int
    idle_us: int
    until_us: int


class Sessions:
    """Begins, finds and ends sessions in the database that all workers share."""

    def __init__(self, engine: Engine, clock: Clock, entropy: Callable[[int], bytes]) -> None:
        """Keep sessions in ``engine``; ``entropy`` draws the tokens."""
        self._engine = engine
        self._clock = clock
        self._entropy = entropy

    def begin(self, person: str, room: Room, level: Level, *, instead_of: str = "") -> str:
        """Return the token of a new session; the one of token ``instead_of`` ends with it."""
        token = self._entropy(TOKEN_BYTES).hex()
        now_us, life = self._clock.now_us(), LIFETIMES[room]
        with self._engine.begin() as connection:
            if instead_of:
                connection.execute(delete(rows).where(rows.c.id == session_id(instead_of)))
            connection.execute(delete(rows).where(rows.c.until_us <= now_us))
            connection.execute(
                insert(rows).values(
                    id=session_id(token), person=person, room=room, level=level,
                    begun_us=now_us, seen_us=now_us, idle_us=life.idle_us,
                    until_us=now_us + life.whole_us,
                )
            )  # fmt: skip
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of ``token``, None where there is none or it has run out."""
        return self.find_all([token]).get(token)

    def find_all(self, tokens: Collection[str]) -> dict[str, Session]:
        """Return the sessions of those of ``tokens`` that have one which has not run out.

        To be asked for keeps a session alive; to be watched by ``living`` does not.
        """
        found, now_us = self.living(tokens), self._clock.now_us()
        self._touch([one for one in found.values() if now_us - one.seen_us > SEEN_EVERY_US], now_us)
        return found

    def living(self, tokens: Collection[str]) -> dict[str, Session]:
        """Return the sessions of those of ``tokens`` that have one which has not run out."""
        by_id = {session_id(token): token for token in tokens}
        ids, now_us = list(by_id), self._clock.now_us()
        found: dict[str, Session] = {}
        with self._engine.connect() as connection:
            for first in range(0, len(ids), IDS_MAX):
                wanted = select(rows).where(rows.c.id.in_(ids[first : first + IDS_MAX]))
                for row in connection.execute(wanted):
                    one = Session(**row._mapping)  # noqa: SLF001 - the public way to its names
                    if now_us < min(one.until_us, one.seen_us + one.idle_us):
                        found[by_id[bytes(one.id)]] = one
        return found

    def of(self, person: str) -> list[Session]:
        """Return the sessions of ``person`` that last still, the newest first."""
        now_us = self._clock.now_us()
        query = select(rows).where(rows.c.person == person, rows.c.until_us > now_us)
        with self._engine.connect() as connection:
            found = connection.execute(query.order_by(rows.c.begun_us.desc())).mappings()
            known = [Session(**row) for row in found]
        return [one for one in known if now_us < one.seen_us + one.idle_us]

    def end(self, token: str) -> None:
        """End one session."""
        with self._engine.begin() as connection:
            connection.execute(delete(rows).where(rows.c.id == session_id(token)))

    def end_all(self, person: str) -> int:
        """End every session of ``person``; return how many there were."""
        with self._engine.begin() as connection:
            return connection.execute(delete(rows).where(rows.c.person == person)).rowcount

    def _touch(self, sessions: list[Session], now_us: int) -> None:
        if sessions:
            ids = [one.id for one in sessions]
            with self._engine.begin() as connection:
                connection.execute(update(rows).where(rows.c.id.in_(ids)).values(seen_us=now_us))


def session_id(token: str) -> bytes:
    """Return under which id the session of ``token`` is kept."""
    return sha256(token.encode()).digest()
