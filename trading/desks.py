"""What waits for whom in a centre: objects at desks, and acts that need another person.

Source: decisions 17 and 19; domain brief, section 6.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Table, select

from trading.centre import Centre
from trading.deposits.tables import deposit
from trading.disputes.tables import objection
from trading.engine.desks import Waiting, at_desk
from trading.engine.stream import Proposal, Stream
from trading.listing.tables import case, lot
from trading.people.organisations import Orgs
from trading.people.rules import Person, holds
from trading.record.entry import PROPOSED, RawBody, Row, read
from trading.store import log

TABLES: dict[str, Table] = {
    "case": case, "lot": lot, "objection": objection, "deposit": deposit,
}  # fmt: skip
_MARK = b'"outcome":"%s"' % PROPOSED.encode()


class Asked(msgspec.Struct, frozen=True):
    """What the first of two persons asked for: the entry that holds it, and what it says."""

    stream: str
    org: str
    kind: str
    trigger: str
    actor: str
    role: str
    at_us: int
    digest: str
    hash: str
    data: msgspec.Raw
    docs: tuple[dict[str, str], ...]
    facts: dict[str, bool]


class _Given(msgspec.Struct):
    actor: str
    role: str
    data: msgspec.Raw
    docs: tuple[dict[str, str], ...] = ()
    facts: dict[str, bool] = {}


class _Out(msgspec.Struct):
    outcome: str
    trigger: str
    events: tuple[dict[str, Any], ...] = ()


def waiting(centre: Centre) -> Iterator[Waiting]:
    """Yield every object that waits for staff."""
    desks = centre.kernel.registry.desks
    for kind, table in TABLES.items():
        places = [place for stream, place in desks if stream == kind]
        wanted = select(table.c[kind]).where(table.c.place.in_(places)).order_by(table.c[kind])
        with centre.reading.connect() as connection:
            names = [name for (name,) in connection.execute(wanted)]
        for name in names:
            state = centre.state(f"{kind}/{name}")
            assert state is not None
            found = at_desk(centre.kernel.registry, centre.kernel.catalogue, state)
            if found is not None:
                yield found


def asked(centre: Centre) -> list[Asked]:
    """Return every act that waits for another person, the newest first."""
    names = log.pending_streams(centre.reading)
    found = [one for name in names for one in asked_of(centre, name)]
    return sorted(found, key=lambda one: -one.at_us)


def asked_of(centre: Centre, stream: str) -> list[Asked]:
    """Return what waits for another person on ``stream``."""
    state = centre.state(stream)
    if state is None or not state.pending:
        return []
    kept = [
        (trigger, proposal) for trigger, proposal in state.pending.items()
        if not lapsed(centre, state, proposal)
    ]  # fmt: skip
    rows = reversed(log.entries_of(centre.reading, {stream}))
    marked = [row for row in rows if _MARK in row.body]
    return [one for each in kept if (one := _found(marked, state, *each)) is not None]


def lapsed(centre: Centre, state: Stream, proposal: Proposal) -> bool:
    """Tell whether ``proposal`` waited longer than the pack of ``state`` lets it."""
    if not state.pack:
        return False
    hours = centre.kernel.catalogue.pack(state.pack).get("pending_hours").value
    return centre.clock.now_us() >= proposal.at_us + int(hours) * 3_600_000_000


def may(centre: Centre, actor: str, one: Waiting, now_us: int) -> bool:
    """Tell whether ``actor`` may act at the desk at which ``one`` waits."""
    return holds_on(centre, actor, one.role, one.org, now_us)


def holds_on(centre: Centre, actor: str, role: str, org: str, now_us: int) -> bool:
    """Tell whether ``actor`` holds ``role`` for ``org`` at ``now_us``, as a deputy included."""
    person, tree = person_of(centre, actor), centre.state("orgs")
    if person is None or tree is None:
        return False
    orgs: Orgs = tree.facets["orgs"]
    return holds(person, orgs, role, org, now_us, lambda who: person_of(centre, who))


def person_of(centre: Centre, person: str) -> Person | None:
    """Return what is known of ``person``, None where nothing is."""
    state = centre.state(f"person/{person}")
    found: Person | None = state.facets.get("person") if state else None
    return found


def _found(rows: list[Row], state: Stream, trigger: str, proposal: Proposal) -> Asked | None:
    for row in rows:
        raw: RawBody = read(row.body)
        out = msgspec.json.decode(raw.out, type=_Out)
        event = out.events[0] if out.events else {}
        if out.trigger != trigger or event.get("digest") != proposal.digest:
            continue
        given = msgspec.json.decode(raw.given, type=_Given)
        return Asked(
            row.stream, state.org, row.kind, trigger, proposal.actor, given.role, row.at_us,
            proposal.digest, row.hash.hex(), given.data, given.docs, given.facts,
        )  # fmt: skip
    return None
