"""What guards, facts and effects may look at: one command and the states it declared.

Nothing else exists for them: no clock, no database, no personal data. ``at_us`` is the decisive
time that the writer took while it held the head.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from trading.base.calendar import Calendar
from trading.base.errors import UnknownName
from trading.engine.catalogue import Catalogue
from trading.engine.registry import Registry
from trading.engine.stream import Facet, States, Stream
from trading.record.entry import Document

F = TypeVar("F", bound=Facet)


class Envelope(msgspec.Struct, frozen=True):
    """A command with all that was fixed before submit, and kept on retry.

    ``key`` and ``account`` serve idempotency and limits and never enter an entry, nor does
    ``seen``, the hash of the state that the caller decided on, empty for any. ``salt`` blinds the
    leaf where the audience is not public. ``openings`` (digest, subject, sealed) and
    ``files`` (content, media type) are what ``sd`` and ``docs`` name: they are stored in the same
    commit, unless the command is refused.
    """

    kind: str
    data: Any
    actor: str
    role: str
    received_us: int
    cmd: str
    org: str = ""
    key: str = ""
    account: str = ""
    salt: bytes = b""
    random: dict[str, str] = {}
    facts: dict[str, bool] = {}
    docs: tuple[Document, ...] = ()
    sd: tuple[str, ...] = ()
    openings: tuple[tuple[str, str, bytes], ...] = ()
    files: tuple[tuple[bytes, str], ...] = ()
    filed: tuple[int, ...] = ()
    seen: str = ""


class Context:
    """One command under decision, seen from the stream that is about to move."""

    __slots__ = ("at_us", "catalogue", "env", "primary", "registry", "states", "stream", "taken")

    def __init__(
        self,
        registry: Registry,
        catalogue: Catalogue,
        env: Envelope,
        states: States,
        stream: Stream,
        at_us: int,
    ) -> None:
        """Look at ``stream`` and the other ``states`` with ``env`` at ``at_us``."""
        self.registry = registry
        self.catalogue = catalogue
        self.env = env
        self.states = states
        self.stream = stream
        self.primary = stream
        self.at_us = at_us
        self.taken = ""

    def seen_from(self, stream: str) -> Context:
        """Return the same command seen from another declared ``stream``, which must exist.

        Raises ``UnknownName`` where it does not.
        """
        state = self.states.get(stream)
        if state is None:
            raise UnknownName(f"no stream {stream}", name=stream)
        return Context(self.registry, self.catalogue, self.env, self.states, state, self.at_us)

    @property
    def data(self) -> Any:
        """Return the command's own struct."""
        return self.env.data

    def of(self, facet: type[F], stream: str = "") -> F:
        """Return a facet that must be there; raise ``UnknownName`` when it is not."""
        found = self.find(facet, stream)
        if found is None:
            name = stream or self.stream.name
            raise UnknownName(f"{name} has no {facet.__name__}", name=facet.__name__)
        return found

    def find(self, facet: type[F], stream: str = "") -> F | None:
        """Return a facet of this stream, or of the declared ``stream``, if it is there."""
        state = self.states.get(stream) if stream else self.stream
        if state is None:
            return None
        found: F | None = state.facets.get(self.registry.facet_names[facet])
        return found

    def place(self, stream: str) -> str:
        """Return the place of another declared stream, empty when it does not exist."""
        state = self.states.get(stream)
        return state.place if state else ""

    def fact(self, name: str) -> Any:
        """Return the named fact; raise ``UnknownName``."""
        fact = self.registry.facts.get(name)
        if fact is None:
            raise UnknownName(f"no fact {name}", name=name)
        return fact(self)

    def another_person(self, account: str) -> bool:
        """Tell whether the actor is another human than the one of ``account``."""
        return self.registry.another_person(self, account)

    def policy(self, key: str) -> Any:
        """Return a value of the pack this stream is bound to; raise ``UnknownName``."""
        return self.catalogue.pack(self.stream.pack).get(key).value

    def unit(self, key: str) -> str:
        """Return the unit of a policy value."""
        return self.catalogue.pack(self.stream.pack).get(key).unit

    @property
    def calendar(self) -> Calendar:
        """Return the calendar of the edition that this stream is bound to."""
        return self.catalogue.calendar(self.stream.edition)
