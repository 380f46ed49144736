"""Accounts: a password and a second factor for whoever signs in with a name.

Passwords are long and not on the list of what everybody guesses; what they are made of is nobody's
business. They are kept as Argon2id. The secret of a second factor is sealed under a key that the
database does not hold. Source: decision 20; RFC 9106; RFC 6238; NIST SP 800-63B.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256

import msgspec
import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import Engine, insert, select, update

from trading.base.clock import Clock
from trading.base.errors import InvalidInput
from trading.base.units import SECOND_US
from trading.people.credential_tables import account as rows
from trading.people.sessions import Room

CHARACTERS_MIN, CHARACTERS_MAX = 15, 256
DISTINCT_MIN = 5
STEP_SECONDS = 30
DRIFT_STEPS = 1
SECRET_BYTES = 20
NONCE_BYTES = 12
HASHES_AT_ONCE = 2
COMMON = (
    *("password", "123456789", "qwertyuiop", "letmein", "iloveyou", "admin", "welcome"),
    *("1qaz2wsx", "woaini", "5201314", "88888888", "abcdefgh", "asdfghjkl", "zxcvbnm"),
    *("changsha", "yuhua", "jiaoyizhongxin", "长沙", "雨花", "交易中心", "密码"),
)
"""What everybody guesses first; a password that is little else is refused."""


class Account(msgspec.Struct, frozen=True):
    """One account; ``second`` tells whether a second factor was ever used for it."""

    person: str
    room: Room
    password: str
    second: bool
    disabled: bool


class Accounts:
    """Keeps accounts in the database that all workers share."""

    def __init__(
        self, engine: Engine, clock: Clock, entropy: Callable[[int], bytes], sealing_key: bytes
    ) -> None:
        """Keep accounts in ``engine``; ``sealing_key`` lies outside of it."""
        self._engine = engine
        self._clock = clock
        self._entropy = entropy
        self._seal = ChaCha20Poly1305(sha256(b"trading.second-factor\0" + sealing_key).digest())
        self._hasher = PasswordHasher()
        self._gate = threading.BoundedSemaphore(HASHES_AT_ONCE)

    @cached_property
    def _nobody(self) -> str:
        """A password of nobody, so that an unknown account takes as long to refuse as a known."""
        return self._hasher.hash(self._entropy(SECRET_BYTES).hex())

    def find(self, person: str) -> Account | None:
        """Return the account of ``person``, None where there is none."""
        with self._engine.connect() as connection:
            row = connection.execute(select(rows).where(rows.c.person == person)).one_or_none()
        if row is None:
            return None
        return Account(
            row.person, row.room, row.password, bool(row.totp_step), bool(row.disabled_us)
        )

    def set_password(self, person: str, room: Room, password: str) -> None:
        """Set a first or a new password; raise ``InvalidInput`` for a weak one."""
        check_password(password, person)
        with self._gate:
            hashed = self._hasher.hash(password)
        known = self.find(person)
        with self._engine.begin() as connection:
            if known is None:
                connection.execute(
                    insert(rows).values(
                        person=person, room=room, password=hashed, totp=b"", totp_step=0,
                        disabled_us=0,
                    )
                )  # fmt: skip
            else:
                changed = update(rows).where(rows.c.person == person)
                connection.execute(changed.values(password=hashed, room=room))

    def knows_password(self, person: str, password: str) -> Account | None:
        """Return the account if ``password`` is its own; None for anything else."""
        found = self.find(person)
        nobody = self._nobody  # made at the first question, whoever is asked about
        hashed = found.password if found is not None else nobody
        with self._gate:
            try:
                self._hasher.verify(hashed, password[:CHARACTERS_MAX])
            except (VerificationError, InvalidHashError):
                return None
        return found if found is not None and not found.disabled else None

    def pending_second(self, person: str) -> str:
        """Return the secret of a second factor that was never used yet; empty for a used one.

        It stays the same until then, so that a page that was closed or sent twice locks nobody out.
        """
        with self._engine.connect() as connection:
            row = connection.execute(select(rows).where(rows.c.person == person)).one_or_none()
        if row is None or row.totp_step:
            return ""
        return self._opened(person, bytes(row.totp)) or self.new_second(person)

    def forget_second(self, person: str) -> None:
        """Let ``person`` set up a second factor anew, as after the loss of a phone."""
        with self._engine.begin() as connection:
            connection.execute(
                update(rows).where(rows.c.person == person).values(totp=b"", totp_step=0)
            )

    def new_second(self, person: str) -> str:
        """Return the secret (base 32) of a new second factor; the old one counts no longer."""
        secret = pyotp.random_base32()
        nonce = self._entropy(NONCE_BYTES)
        sealed = nonce + self._seal.encrypt(nonce, secret.encode(), person.encode())
        with self._engine.begin() as connection:
            connection.execute(
                update(rows).where(rows.c.person == person).values(totp=sealed, totp_step=0)
            )
        return secret

    def knows_second(self, person: str, code: str) -> bool:
        """Tell whether ``code`` is the one of this half minute; each counts once."""
        with self._engine.begin() as connection:
            row = connection.execute(
                select(rows).where(rows.c.person == person).with_for_update()
            ).one_or_none()
            secret = self._opened(person, bytes(row.totp)) if row is not None else ""
            if row is None or not secret:
                return False
            now = self._clock.now_us() // SECOND_US // STEP_SECONDS
            totp = pyotp.TOTP(secret)
            for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
                fits = pyotp.utils.strings_equal(totp.at(step * STEP_SECONDS), code)
                if fits and step > row.totp_step:
                    connection.execute(
                        update(rows).where(rows.c.person == person).values(totp_step=step)
                    )
                    return True
        return False

    def disable(self, person: str, *, disabled: bool = True) -> None:
        """Let ``person`` sign in no longer, or again."""
        at_us = self._clock.now_us() if disabled else 0
        with self._engine.begin() as connection:
            connection.execute(
                update(rows).where(rows.c.person == person).values(disabled_us=at_us)
            )

    def _opened(self, person: str, sealed: bytes) -> str:
        if not sealed:
            return ""
        try:
            opened = self._seal.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], person.encode())
        except InvalidTag:
            return ""
        return opened.decode()


def check_password(password: str, person: str = "") -> None:
    """Raise ``InvalidInput`` for a password that is short, long, or what everybody guesses."""
    if not CHARACTERS_MIN <= len(password) <= CHARACTERS_MAX:
        raise InvalidInput("a password has 15 to 256 characters", field="password", rule="length")
    left = password.lower()
    for word in (*COMMON, person.lower()):
        left = left.replace(word, "") if word else left
    if len(left) < CHARACTERS_MIN // 2 or len(set(password)) < DISTINCT_MIN:
        raise InvalidInput("this password is easily guessed", field="password", rule="common")
