"""Invitations: a link that opens nothing by itself, and the six digits that go with it.

A preview robot that follows the link spends nothing. The digits reach the person by another way;
five wrong ones and the link is dead. A link of the staff sets a password: who has asked for it at
the office holds one half, and somebody else there gives out the digits. Only the machine itself
makes a link that needs none. Source: decision 20; ecosystem brief, section 7.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256

import msgspec
from sqlalchemy import Engine, insert, select, update

from trading.base.clock import Clock
from trading.base.errors import InvalidInput, NotAuthenticated
from trading.base.units import DAY_US
from trading.people.credential_tables import invitation as rows
from trading.people.sessions import Room
from trading.people.tokens import Claims, Tokens

TRIES_MAX = 5
DIGITS = 6
ID_BYTES = 12
VALID_US = 7 * DAY_US
BY_CODE: Room = "representative"
"""The room that a link with digits opens; every other link sets a password."""


class Invitation(msgspec.Struct, frozen=True):
    """One invitation; ``code`` is the seal of the digits that go with it, where any do."""

    id: str
    person: str
    room: Room
    code: bytes
    tries: int

    @property
    def needs_code(self) -> bool:
        """Whether digits go with it."""
        return bool(self.code)


class Invitations:
    """Makes and spends invitations; the database of all workers knows each one's fate."""

    def __init__(
        self, engine: Engine, clock: Clock, entropy: Callable[[int], bytes], tokens: Tokens
    ) -> None:
        """Keep invitations in ``engine``, signed by ``tokens``."""
        self._engine = engine
        self._clock = clock
        self._entropy = entropy
        self._tokens = tokens

    def make(self, person: str, room: Room, asker: str = "") -> tuple[str, str]:
        """Return token and digits of a new invitation; no digits where it sets a password.

        One that ``asker`` has asked for such a room is good for nothing until ``second``.
        """
        number, now_us = self._entropy(ID_BYTES).hex(), self._clock.now_us()
        by_code = room == BY_CODE
        code = self._digits() if by_code else ""
        with self._engine.begin() as connection:
            connection.execute(
                insert(rows).values(
                    id=number, person=person, room=room, tries=0, spent_us=0,
                    code=_sealed(number, code) if code else b"", until_us=now_us + VALID_US,
                    asker="" if by_code else asker,
                )
            )  # fmt: skip
        claims = Claims(number, person, room, now_us + VALID_US)
        return self._tokens.mint("invitation", claims, now_us), code

    def second(self, person: str, by: str) -> str:
        """Return the digits of the newest link of ``person`` that somebody else than ``by`` asked.

        Raises ``InvalidInput`` where no such link waits for its digits.
        """
        waiting = (
            select(rows.c.id)
            .where(rows.c.person == person, rows.c.spent_us == 0, rows.c.code == b"",
                   rows.c.asker.not_in(["", by]), rows.c.until_us > self._clock.now_us())
            .order_by(rows.c.until_us.desc()).limit(1)
        )  # fmt: skip
        digits = self._digits()
        with self._engine.begin() as connection:
            number = connection.execute(waiting).scalar_one_or_none()
            if number is None:
                raise InvalidInput("somebody else has to ask for the link", field="person")
            given = update(rows).where(rows.c.id == number, rows.c.code == b"")
            connection.execute(given.values(code=_sealed(number, digits)))
        return digits

    def _digits(self) -> str:
        return f"{int.from_bytes(self._entropy(8)) % 10**DIGITS:0{DIGITS}}"

    def revoke(self, person: str) -> None:
        """Let no link that ``person`` still holds open anything."""
        left = update(rows).where(rows.c.person == person, rows.c.spent_us == 0)
        with self._engine.begin() as connection:
            connection.execute(left.values(spent_us=self._clock.now_us()))

    def look(self, token: str, *, with_code: bool) -> Invitation:
        """Return the invitation of ``token`` and spend nothing.

        One of the door ``with_code`` is none at the door that sets passwords, nor the other way
        round. Raises ``NotAuthenticated`` where it is spent, dead, run out, none of ours, or still
        without its digits.
        """
        claims = self._tokens.read("invitation", token, self._clock.now_us())
        with self._engine.connect() as connection:
            row = connection.execute(select(rows).where(rows.c.id == claims.id)).one_or_none()
        live = row is not None and not row.spent_us and row.tries < TRIES_MAX
        if row is None or not live or (row.room == BY_CODE) != with_code:
            raise NotAuthenticated("this link was used before or is dead: ask for a new one")
        if row.asker and not row.code:
            raise NotAuthenticated("ask somebody else at the office for the six digits first")
        return Invitation(row.id, row.person, row.room, bytes(row.code), row.tries)

    def spend(self, token: str, code: str, *, with_code: bool) -> Invitation | None:
        """Spend the invitation and return it; count a wrong code and return None for it.

        Of two tabs only one spends it. Raises as ``look`` does.
        """
        found = self.look(token, with_code=with_code)
        right = not found.needs_code or hmac.compare_digest(found.code, _sealed(found.id, code))
        live = (rows.c.id == found.id) & (rows.c.spent_us == 0) & (rows.c.tries < TRIES_MAX)
        changed = (
            update(rows).where(live).values(spent_us=self._clock.now_us())
            if right
            else update(rows).where(live).values(tries=rows.c.tries + 1)
        )
        with self._engine.begin() as connection:
            done = connection.execute(changed).rowcount
        if not done:
            raise NotAuthenticated("this link was used before or is dead: ask for a new one")
        return found if right else None


def _sealed(number: str, code: str) -> bytes:
    return sha256(f"{number}\0{code}".encode()).digest()
