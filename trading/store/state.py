"""How the state of a stream is stored and loaded: facets by their registered type."""

from __future__ import annotations

from hashlib import blake2b
from hmac import compare_digest
from typing import Any

import msgspec

from trading.base.errors import IntegrityFault
from trading.engine.definitions import Workflow
from trading.engine.registry import Registry
from trading.engine.stream import CLEAR, GENESIS, Proposal, Stream

StoredState = tuple[str, int, bytes, int | None, int, int]
"""A row as stored, but for its seal: stream, seq, state, due_us, live and pending."""
MAC_BYTES = 16
_PERSON = b"trading.state"


class _Stored(msgspec.Struct):
    name: str
    seq: int = 0
    hash: str = GENESIS
    org: str = ""
    workflow: str = ""
    pack: str = ""
    edition: int = 0
    place: str = ""
    hold: str = CLEAR
    held_us: int = 0
    entered_us: int = 0
    paused_us: int = 0
    due_us: int = 0
    due: str = ""
    pending: dict[str, Proposal] = {}
    facets: dict[str, msgspec.Raw] = {}


class StateCodec:
    """Encode and decode ``Stream`` with the facets that ``registry`` knows."""

    def __init__(self, registry: Registry, key: bytes = b"") -> None:
        """Prepare one decoder per facet type.

        ``key`` seals what is stored, so that a row that was edited without it is noticed when it
        is loaded; without a key nothing is noticed.
        """
        self._key = key
        self._facets = {
            name: msgspec.json.Decoder(struct) for name, struct in registry.facets.items()
        }
        self._stored = msgspec.json.Decoder(_Stored)
        self._encoder = msgspec.json.Encoder(order="sorted")

    def encode(self, state: Stream) -> bytes:
        """Return canonical bytes, so that two equal states are equal as stored."""
        return self._encoder.encode(state)

    def row(self, state: Stream, workflow: Workflow) -> StoredState:
        """Return the row of ``state`` but for its seal."""
        # A hold that ends by itself would do so while nobody was there to bid.
        live = workflow.states[state.place].live and (not state.held or state.due_us > 0)
        due_us, pending = state.due_us or None, len(state.pending)
        return state.name, state.seq, self.encode(state), due_us, int(live), pending

    def seal(self, data: bytes) -> bytes:
        """Return the MAC of stored bytes. Source: RFC 7693 (keyed BLAKE2b)."""
        return blake2b(data, digest_size=MAC_BYTES, key=self._key, person=_PERSON).digest()

    def opened(self, stream: str, seq: int, data: bytes, mac: bytes) -> Stream:
        """Return the state of a stored row; raise ``IntegrityFault`` for one not written here."""
        if self._key and not compare_digest(self.seal(data), mac):
            raise IntegrityFault(f"the stored state of {stream} was changed", stream=stream)
        try:
            state = self.decode(data)
        except msgspec.MsgspecError:
            raise IntegrityFault(
                f"the stored state of {stream} is damaged", stream=stream
            ) from None
        if (state.name, state.seq) != (stream, seq):
            raise IntegrityFault(f"the stored state of {stream} is another's", stream=stream)
        return state

    def decode(self, data: bytes) -> Stream:
        """Return the state of stored bytes."""
        stored = self._stored.decode(data)
        facets: dict[str, Any] = {
            name: self._facets[name].decode(raw) for name, raw in stored.facets.items()
        }
        fields = {name: getattr(stored, name) for name in _Stored.__struct_fields__}
        return Stream(**{**fields, "facets": facets})
