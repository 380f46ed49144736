"""Personal data beside the record: digests in entries, openings here, keys elsewhere.

An entry holds only the salted digest of a personal field (RFC 9901). What opens it lies in a
private table, sealed under a key of its subject; the keys lie in a file of their own, outside the
database and its backups. To erase is to destroy the key, then to empty the openings; tree,
receipts and proofs stand. Source: decision 6; PIPL article 47; audit log brief, section 6.
"""

from __future__ import annotations

import contextlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pysqlite3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import Connection, select, update

from trading.base.errors import IntegrityFault, NotFound, StorageDown
from trading.store import files
from trading.store.schema import opening

SALT_BYTES = 32
KEY_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = b"\x01"
_BUSY_SECONDS = 10
_PARTS = 3

Value = str | int | bool


def disclose(
    name: str, value: Value, entropy: Callable[[int], bytes] = secrets.token_bytes
) -> tuple[str, str]:
    """Return the disclosure of one personal field and its digest; only the digest is recorded.

    The salt is 256 random bits of ``entropy``, so that nobody finds the value by trying values.
    """
    disclosure = disclosure_of(_base64url(entropy(SALT_BYTES)), name, value)
    return disclosure, digest_of(disclosure)


def disclosure_of(salt: str, name: str, value: Value) -> str:
    """Return the disclosure with this salt. Source: RFC 9901, section 4.2.1."""
    return _base64url(json.dumps([salt, name, value], ensure_ascii=False).encode())


def digest_of(disclosure: str) -> str:
    """Return the digest that stands in the entry. Source: RFC 9901, section 4.2.3."""
    return _base64url(sha256(disclosure.encode("ascii")).digest())


def read_disclosure(disclosure: str) -> tuple[str, Value]:
    """Return name and value of a disclosure; raise ``IntegrityFault`` when it is none."""
    try:
        padding = "=" * (-len(disclosure) % 4)
        found = json.loads(urlsafe_b64decode(disclosure + padding))
    except ValueError:
        raise IntegrityFault("not a disclosure") from None
    if not isinstance(found, list) or len(found) != _PARTS:
        raise IntegrityFault("not a disclosure")
    _salt, name, value = found
    return name, value


class SubjectKeys:
    """The keys of the subjects, one each, in a file that backups of the database leave out."""

    def __init__(self, path: Path) -> None:
        """Keep the keys in the SQLite file ``path``; it is made when first used."""
        self._path = path

    def get(self, subject: str) -> bytes | None:
        """Return the key of ``subject``, None when there is none or it was destroyed."""
        if not self._path.exists():
            return None
        with self._transaction() as connection:
            return self._find(connection, subject)

    def every(self) -> dict[str, bytes]:
        """Return the key of every subject."""
        if not self._path.exists():
            return {}
        with self._transaction() as connection:
            rows = connection.execute("SELECT subject, key FROM subject_key").fetchall()
        return {subject: bytes(key) for subject, key in rows}

    def ensure(self, subject: str) -> bytes:
        """Return the key of ``subject``, made now if need be and on the disk before this returns.

        Raises ``StorageDown`` when it could not be made durable.
        """
        with files.storing("the key of a subject"):
            files.write_new(self._path, b"")
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO subject_key (subject, key) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (subject, secrets.token_bytes(KEY_BYTES)),
            )
            key = self._find(connection, subject)
        assert key is not None
        return key

    def destroy(self, subject: str) -> bool:
        """Destroy the key of ``subject``, durably; tell whether there was one."""
        if not self._path.exists():
            return False
        with self._transaction() as connection:
            done = connection.execute("DELETE FROM subject_key WHERE subject = ?", (subject,))
            return bool(done.rowcount)

    @staticmethod
    def _find(connection: Any, subject: str) -> bytes | None:
        sql = "SELECT key FROM subject_key WHERE subject = ?"
        row = connection.execute(sql, (subject,)).fetchone()
        return None if row is None else bytes(row[0])

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Any]:
        try:
            connection = pysqlite3.connect(
                self._path, timeout=_BUSY_SECONDS, isolation_level=None, uri=False
            )
            with contextlib.closing(connection):
                # The journal is emptied at every commit, so that no old page outlives an erasure.
                for pragma in ("journal_mode=TRUNCATE", "synchronous=FULL", "secure_delete=ON"):
                    connection.execute(f"PRAGMA {pragma}").fetchall()
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS subject_key "
                    "(subject TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID"
                )
                yield connection
                connection.execute("COMMIT")
        except pysqlite3.Error as error:
            raise StorageDown("the keys of the subjects cannot be used") from error


def seal_openings(
    keys: SubjectKeys, subject: str, disclosures: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the rows of ``private_opening`` for disclosures by digest, sealed for ``subject``.

    To be called before the transaction that writes the rows: the key is durable by then.
    """
    cipher = ChaCha20Poly1305(keys.ensure(subject))
    rows = []
    for digest, disclosure in disclosures.items():
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = cipher.encrypt(nonce, disclosure.encode("ascii"), digest.encode("ascii"))
        rows.append({"digest": digest, "subject": subject, "sealed": _FORMAT + nonce + sealed})
    return rows


def open_one(keys: SubjectKeys, connection: Connection, digest: str) -> tuple[str, Value]:
    """Return name and value of the field behind ``digest``.

    Raises ``NotFound`` when it was erased or never stored, and ``IntegrityFault`` when what is
    stored is not what the entry committed to.
    """
    row = connection.execute(
        select(opening.c.subject, opening.c.sealed).where(opening.c.digest == digest)
    ).one_or_none()
    key = None if row is None else keys.get(row.subject)
    if row is None or key is None:
        raise NotFound("the personal field was erased or never stored", digest=digest)
    return opened(key, digest, bytes(row.sealed))


def opened(key: bytes, digest: str, sealed: bytes) -> tuple[str, Value]:
    """Return name and value of a sealed opening.

    Raises ``IntegrityFault`` when it is not what the entry committed to.
    """
    sealed = sealed.removeprefix(_FORMAT)
    nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        disclosure = ChaCha20Poly1305(key).decrypt(nonce, body, digest.encode("ascii")).decode()
    except (InvalidTag, ValueError):
        raise IntegrityFault("an opening was altered", digest=digest) from None
    if digest_of(disclosure) != digest:
        raise IntegrityFault("an opening does not have its digest", digest=digest)
    return read_disclosure(disclosure)


def erase(keys: SubjectKeys, connection: Connection, subject: str) -> int:
    """Destroy the key of ``subject``, then empty its openings; return how many there were.

    Emptied and not deleted, so that one that was erased is told from one that was lost. The key is
    gone even if the transaction of ``connection`` is rolled back: run it again then.
    """
    keys.destroy(subject)
    full = (opening.c.subject == subject) & (opening.c.sealed != b"")
    return connection.execute(update(opening).where(full).values(sealed=b"")).rowcount


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
