"""What auditors read, written down so that the centre cannot look it up.

A supervising body makes a key pair and gives the centre its public half. Every request of an
auditor is sealed to that key before it is answered; only who holds the private half can open the
rows. A row says neither who nor what nor when; missing rows show as gaps in the numbers.
Source: decision 20; RFC 7748, RFC 5869, RFC 8439.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import IntegrityError

from trading.base.clock import Clock
from trading.base.errors import SetupError, StorageBusy
from trading.people.passkey_tables import access_read as rows
from trading.store import files

PUBLIC_FILE = "access.pub"
KEY_BYTES = 32
PADDED_BYTES = 256
WHAT_MAX = 2048
TRIES_MAX = 20
_INFO = b"trading access read/1"


class Read(msgspec.Struct, frozen=True):
    """One request of an auditor: its number, who asked, for what, and when."""

    number: int
    person: str
    what: str
    at_us: int


class Reads:
    """Records reads for whoever holds the private key of the one that lies in ``keys_dir``."""

    def __init__(self, engine: Engine, clock: Clock, keys_dir: Path) -> None:
        """Record in ``engine``."""
        self._engine = engine
        self._clock = clock
        self._path = keys_dir / PUBLIC_FILE

    @property
    def kept(self) -> bool:
        """Tell whether a supervising body has given its key, so that reads are recorded."""
        return self._path.exists()

    def record_read(self, person: str, what: str) -> None:
        """Seal that ``person`` asked for ``what`` now; raise ``StorageBusy`` where it cannot."""
        if not self.kept:
            return
        key = _public(self._path)
        for _try in range(TRIES_MAX):
            with self._engine.connect() as connection:
                number = int(connection.execute(select(func.max(rows.c.number))).scalar() or 0) + 1
            sealed = seal(key, Read(number, person, what[:WHAT_MAX], self._clock.now_us()))
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(rows).values(number=number, sealed=sealed))
            except IntegrityError:
                continue  # another worker took that number
            return
        raise StorageBusy("what an auditor reads could not be recorded: try again")

    def reveal(self, private: X25519PrivateKey) -> Iterator[Read | int]:
        """Yield every read in order; where one is missing or cannot be opened, its number."""
        expected = 1
        with self._engine.connect() as connection:
            for row in connection.execute(select(rows).order_by(rows.c.number)):
                yield from range(expected, row.number)
                expected = row.number + 1
                found = unseal(private, row.number, bytes(row.sealed))
                yield row.number if found is None else found


def seal(key: X25519PublicKey, read: Read) -> bytes:
    """Return ``read`` sealed to ``key``; its length tells nothing."""
    ephemeral = X25519PrivateKey.generate()
    public = ephemeral.public_key().public_bytes_raw()
    plain = msgspec.json.encode(read)
    padded = plain.ljust(-(-len(plain) // PADDED_BYTES) * PADDED_BYTES)
    cipher = _cipher(ephemeral.exchange(key), public, key)
    return public + cipher.encrypt(bytes(12), padded, str(read.number).encode())


def unseal(private: X25519PrivateKey, number: int, sealed: bytes) -> Read | None:
    """Return what was sealed as ``number``; None where it is not what was written there."""
    public, body = sealed[:KEY_BYTES], sealed[KEY_BYTES:]
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(public))
        cipher = _cipher(shared, public, private.public_key())
        return msgspec.json.decode(cipher.decrypt(bytes(12), body, str(number).encode()), type=Read)
    except (InvalidTag, ValueError):
        return None


def make_key(keys_dir: Path, private_path: Path) -> None:
    """Write a new private key to ``private_path``, outside the centre; keep the public half.

    What was sealed to an earlier key stays for who holds that.
    """
    if private_path.resolve().is_relative_to(keys_dir.parent.resolve()):
        raise SetupError("the centre must not hold the key that opens what auditors read")
    private = X25519PrivateKey.generate()
    if not files.write_new(private_path, private.private_bytes_raw().hex().encode() + b"\n"):
        raise SetupError("that file exists already: name a new one")
    public = private.public_key().public_bytes_raw().hex().encode()
    files.replace(keys_dir / PUBLIC_FILE, public + b"\n")


def read_key(path: Path) -> X25519PrivateKey:
    """Return the private key in ``path``; raise ``SetupError`` where none is there."""
    try:
        return X25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    except (OSError, ValueError):
        raise SetupError("this file holds no key of the supervising body") from None


def _public(path: Path) -> X25519PublicKey:
    try:
        return X25519PublicKey.from_public_bytes(bytes.fromhex(path.read_text().strip()))
    except (OSError, ValueError):
        raise SetupError("keys/access.pub is damaged: put it back from a backup") from None


def _cipher(shared: bytes, ephemeral: bytes, key: X25519PublicKey) -> ChaCha20Poly1305:
    """Return the cipher of one row: its key is used once, so that its nonce may be nought."""
    salt = ephemeral + key.public_bytes_raw()
    return ChaCha20Poly1305(HKDF(SHA256(), KEY_BYTES, salt, _INFO).derive(shared))
