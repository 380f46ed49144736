"""The one place that wires subjects into writer, replay, web and command line."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from hashlib import sha256
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Engine

from trading import (
    awarding,
    bidding,
    deposits,
    disputes,
    listing,
    notifications,
    observing,
    people,
    register,
)
from trading.base import strict
from trading.base.clock import Clock, SystemClock
from trading.base.entropy import SystemEntropy
from trading.base.errors import InvalidInput, ReadOnly, SetupError, TradingError
from trading.bidding.tables import ROLL_PROJECTION
from trading.deposits.tables import DEPOSIT_PROJECTION
from trading.disputes.tables import OBJECTION_PROJECTION
from trading.engine import builtin, corrections
from trading.engine.catalogue import Catalogue, Definition
from trading.engine.context import Envelope
from trading.engine.kernel import Kernel
from trading.engine.loader import Names
from trading.engine.policy_keys import KEYS
from trading.engine.registry import Registry
from trading.engine.stream import Command, Stream
from trading.engine.texts import check_texts
from trading.listing.tables import CASE_PROJECTION, LOT_PROJECTION
from trading.notifications.tables import NOTIFICATION_PROJECTION
from trading.observing.rules import STEPS
from trading.observing.tables import LISTED_PROJECTION, SEAT_PROJECTION
from trading.record.checkpoint import Checkpoint
from trading.record.entry import Document, encode
from trading.record.trial import Trial, trial
from trading.register.tables import ASSET_PROJECTION, CONTRACT_PROJECTION
from trading.store import log, roles
from trading.store.batch import Receipt
from trading.store.engine import check_durable, reading_engine, writing_engine
from trading.store.home import Home
from trading.store.leap import check_leap
from trading.store.migrations import check_schema
from trading.store.openings import SubjectKeys, disclose, open_one, seal_openings
from trading.store.projection import Projection
from trading.store.publish import Publisher
from trading.store.reveal import publish_bodies
from trading.store.signer import published
from trading.store.start import check_agreement
from trading.store.state import StateCodec, StoredState
from trading.store.statements import statements_for
from trading.store.triggers import compare_triggers
from trading.store.upkeep import SALT_BYTES, Limits
from trading.store.writer import Writer

SUBJECTS = (
    builtin.SUBJECT,
    people.SUBJECT,
    register.SUBJECT,
    listing.SUBJECT,
    bidding.SUBJECT,
    deposits.SUBJECT,
    observing.SUBJECT,
    awarding.SUBJECT,
    notifications.SUBJECT,
    disputes.SUBJECT,
)
CMD_BYTES = 16
T = TypeVar("T")
_log = logging.getLogger(__name__)
PROJECTIONS: tuple[Projection, ...] = (
    ASSET_PROJECTION,
    CONTRACT_PROJECTION,
    CASE_PROJECTION,
    LOT_PROJECTION,
    ROLL_PROJECTION,
    DEPOSIT_PROJECTION,
    OBJECTION_PROJECTION,
    NOTIFICATION_PROJECTION,
    SEAT_PROJECTION,
    LISTED_PROJECTION,
)


class Personal(msgspec.Struct, frozen=True):
    """A personal field: whose it is, what it is called, and its value."""

    subject: str
    name: str
    value: str


def registry() -> Registry:
    """Return everything the subjects register."""
    return Registry((*SUBJECTS, corrections.subject(SUBJECTS)))


def kernel(*, live: bool = True) -> Kernel:
    """Return a kernel that knows the built-in workflow and nothing else yet."""
    catalogue = Catalogue(live=live)
    catalogue.add_workflow(builtin.BUILTIN)
    return Kernel(registry(), catalogue)


def names(known: Registry) -> Names:
    """Return the names that a definition may use."""
    return Names(
        roles=frozenset(known.roles),
        guards=frozenset(known.guards),
        instants=frozenset(known.instants),
        policy_keys=KEYS,
        steps=frozenset(STEPS),
    )


class Centre:
    """One trading centre, opened: its home, its writer, and the edge that commands pass.

    The edge draws ids and salts, refuses personal numbers in typed text and stamps the time of
    receipt; decide sees only what it recorded.
    """

    def __init__(
        self,
        home: Home,
        clock: Clock | None = None,
        *,
        entropy: Callable[[int], bytes] | None = None,
        worker: str = "main",
        limits: Limits | None = None,
    ) -> None:
        """Open ``home``; raise ``SetupError`` when its database would not be durable."""
        self.home = home
        self.clock = clock or SystemClock()
        self.kernel = kernel()
        self.engine: Engine = writing_engine(home.database_url)
        self.reading: Engine = reading_engine(home.database_url)
        roles.assume(self.engine)
        check_durable(self.engine)
        self.unparsed = 0
        self.publishing = False
        self._decoders: dict[str, msgspec.json.Decoder[Command]] = {}
        entropy = entropy or SystemEntropy()
        self._entropy = entropy
        # A copy that was not verified yet answers reads all the same: it was sealed elsewhere.
        seal = b"" if home.read_only_reason() else home.mac_key
        self._codec = StateCodec(self.kernel.registry, seal)
        self.subject_keys = SubjectKeys(home.subjects_path)
        self.writer = Writer(
            self.engine,
            self.kernel,
            self.clock,
            home.mac_key,
            projections=PROJECTIONS,
            worker=worker,
            entropy=entropy,
            limits=limits,
        )

    def envelope(  # noqa: PLR0913 - what a caller may add to a command
        self,
        kind: str,
        data: Command,
        actor: str,
        role: str,
        *,
        org: str = "",
        key: str = "",
        account: str = "",
        facts: dict[str, bool] | None = None,
        docs: tuple[Document, ...] = (),
        personal: tuple[Personal, ...] = (),
        files: tuple[tuple[bytes, str], ...] = (),
        received_us: int = 0,
        parsed: bool = False,
        seen: str = "",
    ) -> Envelope:
        """Return the command as it will be recorded.

        ``personal`` fields are sealed under their subject's key, which is durable from here on;
        only their digests are recorded. Raises ``InvalidInput`` on personal data in typed text,
        and on a value out of its declared bounds: nobody could read it back from the record.
        What ``parse`` has just given (``parsed``) is within them.
        """
        data = data if parsed else self._bounded(kind, data)
        check_texts(data)
        openings, digests = self._sealed(personal)
        cmd, salt = self._entropy(CMD_BYTES), self._entropy(SALT_BYTES)
        return Envelope(
            kind, data, actor, role, received_us or self.clock.now_us(), cmd.hex(), org, key,
            account or actor, salt, facts=facts or {}, docs=docs, sd=digests, openings=openings,
            files=files, filed=_filed(docs, files), seen=seen,
        )  # fmt: skip

    def _bounded(self, kind: str, data: Command) -> Command:
        """Return ``data`` as the record will give it back; a struct made in code checks nothing."""
        try:
            return self._decoder(kind).decode(encode(data))
        except msgspec.ValidationError as error:
            said, field, rule = str(error), strict.field_in(error), "schema"
        except (UnicodeEncodeError, OverflowError):
            said, field, rule = "no JSON can say this", "", "json"
        raise InvalidInput(said, field=field, rule=rule, kind=kind)

    def _decoder(self, kind: str) -> msgspec.json.Decoder[Command]:
        found = self._decoders.get(kind)
        if found is None:
            struct = self.kernel.registry.command(kind).struct
            found = self._decoders[kind] = msgspec.json.Decoder(struct, strict=True)
        return found

    def _sealed(
        self, personal: tuple[Personal, ...]
    ) -> tuple[tuple[tuple[str, str, bytes], ...], tuple[str, ...]]:
        rows: list[tuple[str, str, bytes]] = []
        for field in personal:
            disclosure, digest = disclose(field.name, field.value, self._entropy)
            sealed = seal_openings(self.subject_keys, field.subject, {digest: disclosure})
            rows += [(row["digest"], row["subject"], row["sealed"]) for row in sealed]
        return tuple(rows), tuple(digest for digest, _subject, _sealed in rows)

    def disclosed(self, digest: str) -> str:
        """Return the personal value behind ``digest``; raise ``NotFound`` where it was erased."""
        with log.reading(self.reading) as connection:
            _name, value = open_one(self.subject_keys, connection, digest)
        return str(value)

    def parse(self, kind: str, raw: bytes) -> Command:
        """Decode a raw JSON body strictly; raise ``InvalidInput`` naming field and rule.

        What cannot be parsed is counted in ``unparsed`` and never recorded (decision 5).
        """
        return self.decode(kind, self._decoder(kind), raw)

    def decode(self, kind: str, decoder: msgspec.json.Decoder[T], raw: bytes) -> T:
        """Decode what comes with a command of ``kind`` as ``parse`` does."""
        try:
            return strict.decode(decoder, raw, kind=kind)
        except InvalidInput:
            self.unparsed += 1
            raise

    def do(self, kind: str, data: Command, actor: str, role: str, **more: Any) -> Receipt:
        """Decide a command now; raise what it was refused with."""
        reason = self.home.read_only_reason()
        if reason:
            raise ReadOnly(reason, reason=reason)
        return self.writer.execute(self.envelope(kind, data, actor, role, **more))

    def state(self, stream: str) -> Stream | None:
        """Return the state of ``stream`` as committed, None where it does not exist."""
        return log.state(self.reading, self._codec, stream)

    def states(self, streams: Collection[str]) -> dict[str, Stream]:
        """Return the states of those of ``streams`` that exist, by name."""
        return log.states(self.reading, self._codec, streams)

    def states_of(self, kind: str) -> Iterator[Stream]:
        """Yield the committed state of every stream of ``kind``, ordered by name."""
        return log.states_of(self.reading, self._codec, kind)

    def row_of(self, state: Stream) -> StoredState:
        """Return the row under which ``state`` is stored."""
        return self._codec.row(state, self.kernel.catalogue.workflow(state.workflow))

    def next_due_us(self) -> int:
        """Return the earliest due instant of any stream, 0 where nothing is due ever."""
        sql = statements_for(self.reading.dialect.name)
        with log.reading(self.reading) as connection:
            return sql.number(connection, sql.next_due)

    def check(self) -> None:
        """Refuse to decide on a store that is not what was published and signed.

        Raises ``SetupError`` for another schema, changed triggers or the log of a demonstration
        under a real clock, ``ReadOnly`` for a copy that was not verified, ``IntegrityFault`` when
        database, files and signer do not agree, ``ClockDrifted`` for a clock that leapt ahead.
        """
        if self.simulated and not self.clock.simulated:
            raise SetupError("this log runs on a simulated clock: it is a demonstration")
        check_schema(self.reading)
        compare_triggers(self.reading)
        check_agreement(self.reading, self.home)
        if not self.clock.simulated:
            check_leap(self.reading, self.home, self.clock.now_us())

    def refresh(self) -> None:
        """Learn the definitions that are in the log; reads need them, writes do it anyway."""
        with log.reading(self.reading) as connection:
            sql = statements_for(connection.dialect.name)
            rows = sql.all(connection, sql.definitions)
        for (body,) in rows[self.kernel.catalogue.edition :]:
            self.kernel.learn_entry(bytes(body))

    def newest(self, kind: str, name: str) -> Definition | None:
        """Return the last version of a definition in the log, None where there is none."""
        return self.kernel.catalogue.newest(kind, name)

    def try_out(self, kind: str, definition: Definition) -> Trial:
        """Tell what past commands would be decided otherwise under ``definition``."""
        return trial(log.iterate(self.reading), self.kernel.registry, kind, definition.body)

    @property
    def simulated(self) -> bool:
        """Tell whether this log runs on a simulated clock."""
        with log.reading(self.reading) as connection:
            sql = statements_for(connection.dialect.name)
            row = sql.one(connection, sql.kind_at, 0)
        return row is not None and row[0] == "clock.simulated/1"

    def encode(self, data: Command) -> bytes:
        """Return the canonical JSON of a command's own struct."""
        return encode(data)

    def publish(self) -> Checkpoint | None:
        """Publish and sign everything committed, and the bodies it opened.

        Returns the checkpoint shown, None before the first; another process may be at it.
        """
        publisher = Publisher(self.engine, self.reading, self.home, self.clock)
        try:
            while publisher.publish_once() is not None:
                pass
        finally:
            publisher.release()
        shown = published(self.home)
        if shown is not None:
            publish_bodies(self.reading, self.home, shown.size)
        return shown

    def close(self) -> None:
        """Decide what is waiting, publish it where nobody else does, close every connection."""
        self.writer.stop()
        if self.publishing and self.home.key_path.exists():
            try:
                self.publish()
            except TradingError as error:
                _log.warning("not published yet: %s", error.detail)
        self.engine.dispose()
        self.reading.dispose()


def _filed(docs: tuple[Document, ...], files: tuple[tuple[bytes, str], ...]) -> tuple[int, ...]:
    """Return the places in ``docs`` of what ``files`` holds; raise for a file that none names."""
    digests = {sha256(content).hexdigest() for content, _media_type in files}
    if not digests <= {named.sha256 for named in docs}:
        raise InvalidInput("a file that no document names", field="files", rule="schema")
    return tuple(place for place, named in enumerate(docs) if named.sha256 in digests)
