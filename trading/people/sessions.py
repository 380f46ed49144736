"""Sessions: who is signed in, in which room, and for how long yet.

A token is 256 random bits that only the browser keeps; the row is found by its SHA-256, so that
who reads the database can sign in as nobody. Source: decision 20; security brief, INV-26.
"""

from __future__ import annotations

from collections.abc import Callable
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
        with self._engine.connect() as connection:
            row = connection.execute(select(rows).where(rows.c.id == session_id(token))).first()
        if row is None:
            return None
        found = Session(**row._mapping)  # noqa: SLF001 - the public way to the names of a row
        now_us = self._clock.now_us()
        if now_us >= min(found.until_us, found.seen_us + found.idle_us):
            return None
        if now_us - found.seen_us > SEEN_EVERY_US:
            self._touch(found.id, now_us)
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

    def _touch(self, session: bytes, now_us: int) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(rows).where(rows.c.id == session).values(seen_us=now_us))


def session_id(token: str) -> bytes:
    """Return under which id the session of ``token`` is kept."""
    return sha256(token.encode()).digest()
