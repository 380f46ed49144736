"""The entry: what was asked (``in``), what was decided (``out``), and its place in the chain.

The leaf of a public entry is its body. Every other leaf is ``{blind, v}`` with
blind = SHA-256(salt || body), the same size whatever it hides; the body is published on reveal.
Source: decisions 2 to 6; audit log brief, section 2.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Generic, TypeVar

import msgspec

from trading.base.errors import IntegrityFault, InvalidInput
from trading.record.merkle import leaf_hash

FORMAT = "trading.entry/1"
BODY_BYTES_MAX = 16 * 1024
DEFINITION_BYTES_MAX = 60 * 1024
DONE, PROPOSED, REFUSED = "done", "proposed", "refused"

D = TypeVar("D")


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document by digest; ``name`` says what it is in the trade, ``sha256`` is hex."""

    name: str
    sha256: str


class In(msgspec.Struct, Generic[D], frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was asked: everything that ``decide`` may look at beside the states.

    ``facts`` are derived at the edge from personal data that no guard may read, ``random`` was
    drawn before submit, ``sd`` are RFC 9901 digests of personal openings. ``filed`` are the places
    in ``docs`` of those whose bytes were stored in the same commit.
    """

    actor: str
    role: str
    data: D
    received_us: int
    org: str = ""
    random: dict[str, str] = {}
    facts: dict[str, bool] = {}
    docs: tuple[Document, ...] = ()
    sd: tuple[str, ...] = ()
    filed: tuple[int, ...] = ()


class Binding(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a new stream is bound to for its whole life."""

    workflow: str
    edition: int = 0
    pack: str = ""
    org: str = ""


class Out(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename={"source": "from", "dest": "to"},
):
    """What was decided: outcome, every guard's result, the step taken and its events.

    ``failed`` names the guards that stood in the way; of two edges told apart by a guard that is
    true on one and false on the other, those of the edge that came nearest to passing.
    """

    outcome: str
    trigger: str
    source: str
    dest: str
    guards: dict[str, bool] = {}
    code: str = ""
    failed: tuple[str, ...] = ()
    events: tuple[Any, ...] = ()
    since_us: int = 0
    region: str = "place"
    bind: Binding | None = None


class Body(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename={"given": "in"},
):
    """The body of one entry; ``org`` is the owner's organisation.

    ``v`` has no default so that it is always written.
    """

    v: str
    kind: str
    stream: str
    seq: int
    prev: str
    cmd: str
    part: tuple[int, int]
    at_us: int
    out: Any
    given: Any = None
    org: str = ""


class RawBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"given": "in"}):
    """A body as stored, with ``in`` and ``out`` left as bytes for comparison."""

    v: str
    kind: str
    stream: str
    seq: int
    prev: str
    cmd: str
    part: tuple[int, int]
    at_us: int
    out: msgspec.Raw
    given: msgspec.Raw = msgspec.Raw(b"")
    org: str = ""


class Sealed(msgspec.Struct, frozen=True):
    """An entry ready to be appended: its body, the salt that blinds it, leaf hash."""

    stream: str
    seq: int
    kind: str
    at_us: int
    audience: str
    body: bytes
    salt: bytes
    hash: bytes


class Row(msgspec.Struct, frozen=True, gc=False):
    """An entry as it is stored, at its place in the log."""

    idx: int
    stream: str
    seq: int
    kind: str
    at_us: int
    audience: str
    body: bytes
    salt: bytes
    hash: bytes


_encoder = msgspec.json.Encoder(order="sorted")
encode = _encoder.encode
_raw_decoder = msgspec.json.Decoder(RawBody)


def blind_leaf(salt: bytes, body: bytes) -> bytes:
    """Return the leaf of a body that is not public; 32 random bytes of ``salt`` hide it."""
    return b'{"blind":"%s","v":"%s"}' % (
        sha256(salt + body).hexdigest().encode(),
        FORMAT.encode(),
    )


def leaf_of(body: bytes, salt: bytes) -> bytes:
    """Return the leaf bytes: the body itself where ``salt`` is empty, else the blind leaf."""
    return blind_leaf(salt, body) if salt else body


def seal(body: Body, audience: str, salt: bytes) -> Sealed:
    """Encode and hash ``body``; raise ``InvalidInput`` when it is too large or not UTF-8."""
    try:
        data = encode(body)
    except UnicodeEncodeError as error:
        raise InvalidInput("text is not valid Unicode", field="data") from error
    limit = DEFINITION_BYTES_MAX if body.kind.startswith("definition.") else BODY_BYTES_MAX
    if len(data) > limit:
        raise InvalidInput("the entry is too large", field="data", bytes_max=limit)
    hashed = leaf_hash(leaf_of(data, salt))
    return Sealed(body.stream, body.seq, body.kind, body.at_us, audience, data, salt, hashed)


def read(body: bytes) -> RawBody:
    """Decode a stored body; raise ``IntegrityFault`` when it is not an entry of this format."""
    try:
        found = _raw_decoder.decode(body)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise IntegrityFault("not an entry of this format") from error
    if found.v != FORMAT:
        raise IntegrityFault("an entry of an unknown format", v=found.v)
    return found
