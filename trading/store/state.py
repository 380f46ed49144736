"""How the state of a stream is stored and loaded: facets by their registered type."""

from __future__ import annotations

from typing import Any

import msgspec

from trading.engine.registry import Registry
from trading.engine.stream import CLEAR, GENESIS, Proposal, Stream


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

    def __init__(self, registry: Registry) -> None:
        """Prepare one decoder per facet type."""
        self._facets = {
            name: msgspec.json.Decoder(struct) for name, struct in registry.facets.items()
        }
        self._stored = msgspec.json.Decoder(_Stored)
        self._encoder = msgspec.json.Encoder(order="sorted")

    def encode(self, state: Stream) -> bytes:
        """Return canonical bytes, so that two equal states are equal as stored."""
        return self._encoder.encode(state)

    def decode(self, data: bytes) -> Stream:
        """Return the state of stored bytes."""
        stored = self._stored.decode(data)
        facets: dict[str, Any] = {
            name: self._facets[name].decode(raw) for name, raw in stored.facets.items()
        }
        fields = {name: getattr(stored, name) for name in _Stored.__struct_fields__}
        return Stream(**{**fields, "facets": facets})
