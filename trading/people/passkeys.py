"""Passkeys: a key of the phone or computer that its owner unlocks by finger, face or code.

That is two factors in one step, and a look-alike site gets nothing from it. A challenge is drawn
by the server, answered once and soon. Source: decision 20; W3C Web Authentication, level 3.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import msgspec
import webauthn
from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from trading.base.clock import Clock
from trading.base.errors import InvalidInput, NotAuthenticated
from trading.base.units import MINUTE_US
from trading.people.passkey_tables import challenge as challenges
from trading.people.passkey_tables import passkey as rows
from trading.people.sessions import Room

CHALLENGE_BYTES = 32
ANSWERED_WITHIN_US = 5 * MINUTE_US
PASSKEYS_MAX = 10
ANSWER_BYTES_MAX = 16_384
_REQUIRED = UserVerificationRequirement.REQUIRED


class Site(msgspec.Struct, frozen=True):
    """Where passkeys hold: the host name, and the origin of the pages that ask for them."""

    host: str
    origin: str


class Passkey(msgspec.Struct, frozen=True):
    """One passkey of a person, for the room in which it was made."""

    id: bytes
    person: str
    room: Room
    public_key: bytes
    uses: int
    made_us: int
    used_us: int


class Passkeys:
    """Keeps passkeys in the database that all workers share."""

    def __init__(self, engine: Engine, clock: Clock, entropy: Callable[[int], bytes]) -> None:
        """Keep them in ``engine``; ``entropy`` draws the challenges."""
        self._engine = engine
        self._clock = clock
        self._entropy = entropy

    def of(self, person: str) -> list[Passkey]:
        """Return the passkeys of ``person``, the oldest first."""
        query = select(rows).where(rows.c.person == person).order_by(rows.c.made_us)
        with self._engine.connect() as connection:
            return [Passkey(**row) for row in connection.execute(query).mappings()]

    def offer(self, person: str, site: Site, name: str) -> str:
        """Return the options (JSON) with which the browser of ``person`` makes a passkey."""
        known = [PublicKeyCredentialDescriptor(id=one.id) for one in self.of(person)]
        options = webauthn.generate_registration_options(
            rp_id=site.host, rp_name=name, user_name=person,
            user_id=sha256(person.encode()).digest(), challenge=self._draw(person),
            exclude_credentials=known,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
            ),
        )  # fmt: skip
        return webauthn.options_to_json(options)

    def add(self, person: str, room: Room, site: Site, answer: str) -> None:
        """Keep the passkey that a browser made; raise ``InvalidInput`` for one that is unsound."""
        asked = self._spend(answer, person)
        try:
            found = webauthn.verify_registration_response(
                credential=answer, expected_challenge=asked, expected_rp_id=site.host,
                expected_origin=site.origin, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, KeyError, TypeError):
            raise InvalidInput("this passkey could not be checked", field="answer") from None
        if len(self.of(person)) >= PASSKEYS_MAX:
            raise InvalidInput("there are too many passkeys: remove one first", field="answer")
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    insert(rows).values(
                        id=found.credential_id, person=person, room=room, uses=found.sign_count,
                        public_key=found.credential_public_key, made_us=self._clock.now_us(),
                        used_us=0,
                    )
                )  # fmt: skip
        except IntegrityError:
            raise InvalidInput("this passkey is known already", field="answer") from None

    def ask(self, site: Site) -> str:
        """Return the options (JSON) with which a browser shows a passkey, whoever's it is."""
        options = webauthn.generate_authentication_options(
            rp_id=site.host, challenge=self._draw(""), user_verification=_REQUIRED
        )
        return webauthn.options_to_json(options)

    def check(self, site: Site, answer: str) -> Passkey:
        """Return the passkey that answered; raise ``NotAuthenticated`` for any other answer."""
        asked = self._spend(answer, "")
        try:
            number = base64url_to_bytes(str(_decoded(answer)["rawId"]))
        except (KeyError, ValueError):
            raise _unknown() from None
        with self._engine.connect() as connection:
            row = connection.execute(select(rows).where(rows.c.id == number)).mappings().first()
        if row is None:
            raise _unknown()
        known = Passkey(**row)
        try:
            found = webauthn.verify_authentication_response(
                credential=answer, expected_challenge=asked, expected_rp_id=site.host,
                expected_origin=site.origin, credential_public_key=known.public_key,
                credential_current_sign_count=known.uses, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, KeyError, TypeError):
            raise _unknown() from None
        used = update(rows).where(rows.c.id == number)
        with self._engine.begin() as connection:
            connection.execute(used.values(uses=found.new_sign_count, used_us=self._clock.now_us()))
        return known

    def remove(self, person: str, number: bytes) -> bool:
        """Forget a passkey of ``person``; tell whether there was one."""
        gone = delete(rows).where(rows.c.person == person, rows.c.id == number)
        with self._engine.begin() as connection:
            return bool(connection.execute(gone).rowcount)

    def forget(self, person: str) -> None:
        """Forget all passkeys of ``person``."""
        with self._engine.begin() as connection:
            connection.execute(delete(rows).where(rows.c.person == person))

    def _draw(self, person: str) -> bytes:
        """Draw a challenge that ``person`` may answer, or anybody where none is named."""
        drawn, now_us = self._entropy(CHALLENGE_BYTES), self._clock.now_us()
        with self._engine.begin() as connection:
            connection.execute(delete(challenges).where(challenges.c.until_us <= now_us))
            connection.execute(
                insert(challenges).values(
                    id=sha256(drawn).digest(), person=person, until_us=now_us + ANSWERED_WITHIN_US
                )
            )
        return drawn

    def _spend(self, answer: str, person: str) -> bytes:
        """Return the challenge of ``answer``, which is spent; raise where it is none of ours."""
        try:
            said = base64url_to_bytes(str(_decoded(answer)["response"]["clientDataJSON"]))
            asked = base64url_to_bytes(str(msgspec.json.decode(said)["challenge"]))
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError):
            raise _unknown() from None
        mine = (challenges.c.id == sha256(asked).digest()) & (challenges.c.person == person)
        live = mine & (challenges.c.until_us > self._clock.now_us())
        with self._engine.begin() as connection:
            if not connection.execute(delete(challenges).where(live)).rowcount:
                raise _unknown()
        return asked


def _decoded(answer: str) -> dict[str, Any]:
    if len(answer) > ANSWER_BYTES_MAX:
        raise _unknown()
    try:
        return msgspec.json.decode(answer, type=dict[str, Any])
    except msgspec.MsgspecError:
        raise _unknown() from None


def _unknown() -> NotAuthenticated:
    return NotAuthenticated("this passkey is not known here, or the page was open too long")
