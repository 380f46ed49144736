"""The state of one stream: where its machines stand, and the facets the subjects keep.

A stream is the history of one object (``lot/...``, ``deposit/...``). Its state is the fold of its
entries and nothing else. Every subject that has something to remember about the object keeps it
in a facet of its own; the stream itself belongs to the subject that declares its kind.
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

GENESIS = "0" * 64
CLEAR = "clear"


class Facet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of what a subject remembers about a stream."""


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="event"):
    """Base of what happened to a stream; tagged ``name/version``, never changed once in use."""


class Corrected(Event, frozen=True):
    """Base of corrections: entry ``entry`` said ``old`` of ``field``, and it is ``new``."""

    field: str
    entry: int
    old: int | str
    new: int | str
    reason_zh: str


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what somebody asks for; bound to ``kind`` by the registry."""


class Proposal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the first of two persons asked for; another person must ask for the same."""

    actor: str
    digest: str
    at_us: int


class Stream(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The state of a stream after entry ``seq``.

    ``hash`` is the leaf hash of that entry (hex), ``place`` the state of its workflow,
    ``hold`` the state of its hold machine. ``entered_us`` and ``paused_us`` say since when it is
    in its place and how much of that time it was held. ``due_us`` with ``due`` is the next timer.
    ``edition`` is the number of definitions that were in the log when the case opened.
    """

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
    facets: dict[str, Any] = {}

    @property
    def kind(self) -> str:
        """Return the kind of the stream, which is the part of its name before the slash."""
        return self.name.partition("/")[0]

    @property
    def held(self) -> bool:
        """Tell whether the stream stands still by order, outage or delay."""
        return self.hold != CLEAR


class States(Protocol):
    """The declared streams, as a decision sees them."""

    def get(self, name: str, /) -> Stream | None:
        """Return the state of ``name``, None where the stream does not exist."""
