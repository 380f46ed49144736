"""Signed tokens: invitations that people open, and the keys of programs that use the API.

EdDSA and nothing else, with issuer, audience, end and an id that can be revoked or spent. A
token says who it is for; what that person may do is looked up at each request.
Source: decision 20; security brief, INV-28; RFC 7519, RFC 8725.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import jwt
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trading.base.errors import NotAuthenticated
from trading.base.signature import fingerprint
from trading.base.units import SECOND_US

Audience = Literal["api", "invitation"]
ALGORITHM = "EdDSA"
KEY_FILE = "tokens.pem"
BYTES_MAX = 2048
REQUIRED = ["exp", "iss", "aud", "sub", "jti", "iat"]
_KID = 16


class Claims(msgspec.Struct, frozen=True):
    """What a sound token says: its id, and the person and room that it is for."""

    id: str
    person: str
    room: str
    until_us: int


class Tokens:
    """Mints and reads tokens of one centre, signed by a key that lies beside the log's own."""

    def __init__(self, keys_dir: Path, issuer: str) -> None:
        """Use the key in ``keys_dir``, made at the first use; ``issuer`` is the centre's origin."""
        self._path = keys_dir / KEY_FILE
        self._issuer = issuer
        self._loaded: Ed25519PrivateKey | None = None

    def mint(self, audience: Audience, claims: Claims, now_us: int) -> str:
        """Return the token of ``claims``."""
        key = self._key()
        payload = {
            "iss": self._issuer, "aud": audience, "sub": claims.person, "room": claims.room,
            "jti": claims.id, "iat": now_us // SECOND_US, "exp": claims.until_us // SECOND_US,
        }  # fmt: skip
        return jwt.encode(payload, key, ALGORITHM, headers={"kid": self._kid(key)})

    def read(self, audience: Audience, token: str, now_us: int) -> Claims:
        """Return what ``token`` says; raise ``NotAuthenticated`` for one that is not ours.

        The time is the centre's, to the second and without leeway.
        """
        if len(token) > BYTES_MAX:
            raise NotAuthenticated("not a token of this centre")
        key = self._key()
        try:
            header = jwt.get_unverified_header(token)
            if header.get("kid") != self._kid(key) or "crit" in header:
                raise NotAuthenticated("not a token of this centre")
            told: dict[str, Any] = jwt.decode(
                token, key.public_key(), algorithms=[ALGORITHM], audience=audience,
                issuer=self._issuer,
                options={
                    "require": REQUIRED, "verify_exp": False, "verify_iat": False,
                    "verify_nbf": False, "strict_aud": True,
                },
            )  # fmt: skip
            begun_us = int(told["iat"]) * SECOND_US
            claims = Claims(
                str(told["jti"]), str(told["sub"]), str(told["room"]), int(told["exp"]) * SECOND_US
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError):
            raise NotAuthenticated("not a token of this centre") from None
        if now_us >= claims.until_us or begun_us > now_us + SECOND_US:
            raise NotAuthenticated("the token has run out")
        return claims

    def _key(self) -> Ed25519PrivateKey:
        if self._loaded is None:
            if not self._path.exists():
                _create(self._path)
            found = serialization.load_pem_private_key(self._path.read_bytes(), None)
            assert isinstance(found, Ed25519PrivateKey)
            self._loaded = found
        return self._loaded

    @staticmethod
    def _kid(key: Ed25519PrivateKey) -> str:
        return fingerprint(key.public_key().public_bytes_raw().hex())[:_KID]


def _create(path: Path) -> None:
    """Write a fresh key that only its owner may read; a second process uses the first one's."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            return
    finally:
        fresh.unlink()
