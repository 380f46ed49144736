"""The outbox: reads what was decided, notes who has to be told, and tells them.

It follows the log by position and keeps no place of its own: the last entry that anybody was told
of says where to go on, and the name of a notification says whether it is there already. So it may
stop at any moment, and run in any number of processes. Source: security brief, section 2.1.
"""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Protocol

from trading.base import assets
from trading.base.errors import NotFound
from trading.bidding.rules import BIDDER_PREFIX, Roll, Sale
from trading.centre import Centre
from trading.engine.builtin import WRITER
from trading.listing.cases import Case
from trading.notifications.commands import AttemptNotification, QueueNotification
from trading.notifications.notices import (
    KINDS,
    People,
    Said,
    lots_of,
    notices_for,
    pages,
    recipients,
    said,
)
from trading.notifications.rules import Attempt, Notification, next_attempt_us, waiting
from trading.notifications.tables import last_entry, unconfirmed
from trading.people.organisations import Orgs
from trading.people.rules import Person, grants_on
from trading.record.entry import Row, read
from trading.store import log

OFFICER, OPERATOR = "community_officer", "centre_operator"
PAGE = 256
# The commonest entries, and those that never concern anybody: not even read.
_SILENT = frozenset({"bid.place/1"})


class Channel(Protocol):
    """A way to reach people from here: a gateway for short messages, an account for chats."""

    name: str

    def send(self, person: str, phone: str, text: str) -> bool:
        """Send ``text``; tell whether the gateway took it. Raise ``OSError`` when it is away."""


class Outbox:
    """Queues notifications for one centre and sends them over ``channels``."""

    def __init__(self, centre: Centre, channels: Sequence[Channel] = ()) -> None:
        """Follow the log of ``centre``; without channels people read, or are called."""
        self._centre = centre
        self._channels = channels
        self._next: int | None = None
        self._running = threading.Lock()

    def run(self) -> int:
        """Queue what is new, attempt what is due; return how many notifications were queued.

        A centre that only reads tells nobody anything. Returns at once while another thread is at
        it: that one goes on until nothing is left.
        """
        if self._centre.home.read_only_reason() or not self._running.acquire(blocking=False):
            return 0
        try:
            queued = self._queue()
            for channel in self._channels:
                self._attempt(channel)
        finally:
            self._running.release()
        return queued

    def _queue(self) -> int:
        if self._next is None:
            with log.reading(self._centre.reading) as connection:
                self._next = last_entry(connection)
        queued = 0
        for row in log.iterate(self._centre.reading, self._next):
            queued += self._queue_row(row)
            self._next = row.idx + 1
        return queued

    def _queue_row(self, row: Row) -> int:
        if row.stream.partition("/")[0] not in KINDS or row.kind in _SILENT:
            return 0
        body = read(row.body)
        step = said(body)
        notices = notices_for(step) if step else ()
        if step is None or not notices:
            return 0
        people = people_around(self._centre, step, {notice.audience for notice in notices})
        state = self._centre.state(row.stream)
        queued = 0
        for page, part in enumerate(pages(recipients(step, notices, people)), 1):
            name = f"{row.idx}-{page}"
            if self._centre.state(f"notification/{name}") is None:
                org = state.org if state else ""
                data = QueueNotification(name, org, row.stream, row.idx, part)
                self._centre.do("notification.queue/1", data, WRITER, WRITER, key=f"tell:{name}")
                queued += 1
        return queued

    def _attempt(self, channel: Channel) -> None:
        for name in waiting_names(self._centre):
            self._attempt_one(channel, name)

    def _attempt_one(self, channel: Channel, name: str) -> None:
        state = self._centre.state(f"notification/{name}")
        assert state is not None
        found: Notification = state.facets["notification"]
        now_us = self._centre.clock.now_us()
        attempts = []
        for telling in waiting(found):
            due_us = next_attempt_us(telling)
            phone = phone_of(self._centre, telling.person)
            if due_us is None or due_us > now_us or not phone:
                continue
            text = text_of("zh", telling.message, found.about)
            attempts.append(
                Attempt(telling.person, channel.name, _sent(channel, telling.person, phone, text))
            )
        if attempts:
            data = AttemptNotification(name, tuple(attempts))
            self._centre.do("notification.attempt/1", data, WRITER, WRITER)


def waiting_names(centre: Centre) -> Iterator[str]:
    """Yield every notification that somebody has not confirmed, in the order of entries."""
    after = (0, "")
    while True:
        with log.reading(centre.reading) as connection:
            found = unconfirmed(connection, after, PAGE)
        yield from (name for _entry, name in found)
        if len(found) < PAGE:
            return
        after = found[-1]


def _sent(channel: Channel, person: str, phone: str, text: str) -> bool:
    try:
        return channel.send(person, phone, text)
    except OSError:
        return False


def people_around(centre: Centre, step: Said, audiences: Iterable[str]) -> People:
    """Return who stands around the object of ``step``, looked up as far as is asked."""
    asked, name = set(audiences), lots_of(step)
    lots = _lots(centre, name) if step.kind == "case" else (name,)
    bidders = sorted({b for lot in lots for b in _bidders(centre, lot)}) if asked & _LOT else []
    return People(
        bidders=tuple(bidders),
        winner=_winner(centre, name) if asked & _LOT else "",
        panel=_panel(centre, name) if "panel" in asked else (),
        filer=_filer(centre, step.stream) if "filer" in asked else "",
        officers=_staff(centre, step.stream, OFFICER) if "officers" in asked else (),
        operators=_staff(centre, step.stream, OPERATOR) if "operators" in asked else (),
    )


_LOT = frozenset({"bidders", "winner", "losers"})


def _lots(centre: Centre, case: str) -> tuple[str, ...]:
    state = centre.state(f"case/{case}")
    found: Case | None = state.facets.get("case") if state else None
    return tuple(f"{case}-{plan.number}" for plan in found.lots) if found else ()


def _bidders(centre: Centre, lot: str) -> tuple[str, ...]:
    state = centre.state(f"roll/{lot}")
    roll: Roll = state.facets.get("roll", Roll()) if state else Roll()
    return tuple(f"{BIDDER_PREFIX}{number}" for number in roll.listed.values())


def _winner(centre: Centre, lot: str) -> str:
    state = centre.state(f"lot/{lot}")
    sale: Sale | None = state.facets.get("sale") if state else None
    return f"{BIDDER_PREFIX}{sale.lead_number}" if sale and sale.lead_number else ""


def _panel(centre: Centre, name: str) -> tuple[str, ...]:
    """Return the panel of a lot, which is its own or that of its case."""
    for stream in (f"panel/{name}", f"panel/{name.rpartition('-')[0]}"):
        state = centre.state(stream)
        if state is not None and "panel" in state.facets:
            return tuple(state.facets["panel"].members)
    return ()


def _filer(centre: Centre, stream: str) -> str:
    state = centre.state(stream)
    return str(state.facets["objection"].by) if state else ""


def _staff(centre: Centre, stream: str, role: str) -> tuple[str, ...]:
    state, tree = centre.state(stream), centre.state("orgs")
    if state is None or tree is None:
        return ()
    orgs: Orgs = tree.facets["orgs"]
    now_us = centre.clock.now_us()
    return tuple(
        person.name.partition("/")[2]
        for person in centre.states_of("person")
        if any(
            grant.role == role
            for grant in grants_on(person.facets.get("person", Person()), orgs, state.org, now_us)
        )
    )


def phone_of(centre: Centre, person: str) -> str:
    """Return where ``person`` is called, empty where that is not known or was erased."""
    return _disclosed(centre, person, "phone_digest")


def name_of(centre: Centre, person: str) -> str:
    """Return the name of ``person``, empty where it is not known or was erased."""
    return _disclosed(centre, person, "name_digest")


def _disclosed(centre: Centre, person: str, field: str) -> str:
    state = centre.state(f"person/{person}")
    found: Person | None = state.facets.get("person") if state else None
    digest: str = getattr(found, field) if found else ""
    if not digest:
        return ""
    try:
        return centre.disclosed(digest)
    except NotFound:
        return ""


@cache
def texts(lang: str) -> dict[str, str]:
    """Return the texts of all messages in ``lang``."""
    found: dict[str, str] = tomllib.loads(assets.read_text(f"templates/notices/{lang}.toml"))
    return found


def text_of(lang: str, message: str, about: str) -> str:
    """Return what a recipient reads about the stream ``about``."""
    return texts(lang)[message].format(about=about.partition("/")[2])
