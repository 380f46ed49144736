"""Signed notes: a text, and Ed25519 signatures by keys that have a name.

    text, ending in a newline
                                                    (an empty line)
    <em dash> <key name> <base64 of key id and signature>

Whoever opens a note says which keys he trusts. Lines of other keys are ignored, wherever they
stand; a line of a trusted key that does not verify spoils the note. A key is written as one line:
``name+id+base64`` the public one, ``PRIVATE+KEY+name+id+base64`` the private one, both as the
tools of Go's checksum database write them.
Source: c2sp.org/signed-note; RFC 8032.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from trading.base.errors import BadNote, InvalidInput

NOTE_BYTES_MAX = 1_000_000
SIGNATURES_MAX = 100
SEED_BYTES = 32
_ED25519 = b"\x01"
_KEY_BYTES = 32
_KEY_ID_BYTES = 4
_LINE_START = "\N{EM DASH} "
_PRIVATE = "PRIVATE+KEY+"
_FOREIGN = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")


def base64_bytes(text: str) -> bytes:
    """Return what ``text`` encodes (RFC 4648, section 4); ``ValueError`` unless it is canonical."""
    data = b64decode(text, validate=True)
    if b64encode(data).decode() != text:
        raise ValueError("a base64 text with stray bits")
    return data


def base64_text(data: bytes) -> str:
    """Return the standard base64 of ``data``, padded."""
    return b64encode(data).decode()


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who says to have signed, by which key, and the signature itself."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """Return the line with its newline."""
        return f"{_LINE_START}{self.name} {base64_text(self.key_id + self.signature)}\n"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Return the signature on ``line``, which has no newline; raise ``BadNote`` otherwise."""
        name, _, encoded = line.removeprefix(_LINE_START).partition(" ")
        try:
            data = base64_bytes(encoded)
        except ValueError as error:
            raise BadNote("a signature is not in base64") from error
        if not line.startswith(_LINE_START) or not _is_name(name) or len(data) <= _KEY_ID_BYTES:
            raise BadNote("a malformed signature line")
        return cls(name, data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signature lines below it; nothing in it has been verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    def to_bytes(self) -> bytes:
        """Return the note as it is stored and served."""
        return (self.text + "\n" + "".join(one.line() for one in self.signatures)).encode()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the note; raise ``BadNote`` unless it is well formed and within the bounds."""
        if len(data) > NOTE_BYTES_MAX:
            raise BadNote("the note is too large")
        try:
            whole = data.decode()
        except UnicodeDecodeError as error:
            raise BadNote("the note is not UTF-8") from error
        text, gap, below = whole.rpartition("\n\n")
        lines = below.split("\n")
        if not gap or lines.pop() or not lines or not _is_text(text):
            raise BadNote("the note is not a text with signatures below it")
        if len(lines) > SIGNATURES_MAX:
            raise BadNote("the note has too many signatures")
        return cls(text + "\n", tuple(Signature.parse(line) for line in lines))

    def signers(self, keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
        """Return the trusted ``keys`` that have signed, each once, in the order of ``keys``.

        Raises ``BadNote`` if none of them has, or if a line of one of them does not verify.
        """
        trusted = tuple(dict.fromkeys(keys))
        signed = set()
        for one in self.signatures:
            for key in trusted:
                if (key.name, key.id) == (one.name, one.key_id):
                    key.verify(self.text.encode(), one.signature)
                    signed.add(key)
        if not signed:
            raise BadNote("no trusted key has signed the note")
        return tuple(key for key in trusted if key in signed)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A named Ed25519 key that verifies; ``key`` is its 32 bytes."""

    name: str
    key: bytes

    def __post_init__(self) -> None:
        if not _is_name(self.name) or len(self.key) != _KEY_BYTES:
            raise InvalidInput("not a named Ed25519 key", field="vkey")

    @property
    def id(self) -> bytes:
        """Return the four bytes by which signature lines find the key."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.key).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        """Return the line ``name+id+base64`` that is printed, posted and pinned."""
        return f"{self.name}+{self.id.hex()}+{base64_text(_ED25519 + self.key)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key of a line without its newline; raise ``InvalidInput`` for others."""
        name, _, rest = text.partition("+")
        key = cls(name, _key_bytes(rest, "vkey"))
        if str(key) != text:
            raise InvalidInput("the id does not belong to this key", field="vkey")
        return key

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raise ``BadNote`` unless ``signature`` is this key's over ``message``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except InvalidSignature as error:
            raise BadNote("a signature does not verify", name=self.name) from error


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A named Ed25519 key that signs; its representation does not show the secret ``seed``."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not _is_name(self.name) or len(self.seed) != SEED_BYTES:
            raise InvalidInput("not a named Ed25519 key", field="signing_key")

    @property
    def public(self) -> PublicKey:
        """Return the key that verifies what this one signs."""
        return PublicKey(self.name, self._key().public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """Return the signature line over ``text``, which must be fit to stand in a note."""
        if not text.endswith("\n") or not _is_text(text):
            raise InvalidInput("not the text of a note", field="text")
        return Signature(self.name, self.public.id, self._key().sign(text.encode()))

    def secret_text(self) -> str:
        """Return the line that is kept in the key file, secret included."""
        return f"{_PRIVATE}{self.name}+{self.public.id.hex()}+{base64_text(_ED25519 + self.seed)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key of ``secret_text``; raise ``InvalidInput``, which does not show it."""
        name, _, rest = text.removeprefix(_PRIVATE).partition("+")
        key = cls(name, _key_bytes(rest, "signing_key"))
        if key.secret_text() != text:
            raise InvalidInput("the id does not belong to this key", field="signing_key")
        return key

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def _key_bytes(text: str, name: str) -> bytes:
    """Return the key after ``id+``; the caller checks type and id by writing the key again."""
    try:
        data = base64_bytes(text.partition("+")[2])
    except ValueError:
        raise InvalidInput("the key is not in base64", field=name) from None
    return data.removeprefix(_ED25519)


def _is_name(name: str) -> bool:
    """Tell whether ``name`` may name a key: not empty, and without spaces, plus or controls."""
    return bool(name) and _is_text(name) and not any(c.isspace() or c == "+" for c in name)


def _is_text(text: str) -> bool:
    """Tell whether ``text`` is free of surrogates and of control characters but the newline."""
    return not _FOREIGN.search(text)
