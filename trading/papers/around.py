"""Everything on record around a lot or a case: its streams, their entries and their documents."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import select

from trading.awarding.certificates import certificate_stream
from trading.bidding.rules import Roll, registration_stream
from trading.centre import Centre
from trading.deposits.rules import deposit_stream
from trading.disputes.rules import Disputes, objection_stream
from trading.engine.registry import PUBLIC as OPEN_TO_ALL
from trading.listing.cases import Case
from trading.listing.rules import case_of_lot, lot_stream
from trading.listing.tables import lot as lots
from trading.papers.reading import PAGE, Act, act_of
from trading.record.entry import Row
from trading.register.contracts import contract_of
from trading.store import documents, log


class Named(msgspec.Struct, frozen=True):
    """A document that an act named: ``name`` in the trade, digest, and the act."""

    name: str
    sha256: str
    act: Act
    stream: str


def streams_of_case(centre: Centre, case: str) -> tuple[str, ...]:
    """Return the streams around a case: its own, its panel's and those of all its lots."""
    state = centre.state(f"case/{case}")
    plans: Case = state.facets["case"] if state else Case()
    names = [
        lot_stream(case, plan.number, listing_round).partition("/")[2]
        for plan in plans.lots
        for listing_round in range(1, plans.rounds.get(str(plan.number), 1) + 1)
    ]
    found = [f"case/{case}", f"panel/{case}"]
    for name in names:
        found += _of_lot(centre, name)
    return _there(centre, [*found, *_scans(centre, found)])


def streams_of_lot(centre: Centre, lot: str) -> tuple[str, ...]:
    """Return the streams around a lot: its case and panel, what is its own, and rounds before."""
    case = case_of_lot(lot)
    found = [f"case/{case}", f"panel/{case}", *_rounds_before(centre, lot), *_of_lot(centre, lot)]
    return _there(centre, [*found, *_scans(centre, found)])


def is_open(centre: Centre, stream: str) -> bool:
    """Tell whether everybody may read the entries of ``stream`` by now."""
    kind, _slash, name = stream.partition("/")
    if centre.kernel.registry.streams[kind].audience == OPEN_TO_ALL:
        return True
    lot = name if kind == "roll" else name.rpartition("-")[0]
    query = select(lots.c.awarded).where(lots.c.lot == lot)
    with log.reading(centre.reading) as connection:
        return connection.execute(query).scalar() == 1


def rows_of(centre: Centre, stream: str) -> Iterator[Row]:
    """Yield every entry of ``stream`` in order."""
    after = 0
    while rows := log.stream_entries(centre.reading, stream, after, PAGE):
        yield from rows
        after = rows[-1].seq


def named_documents(centre: Centre, streams: tuple[str, ...]) -> list[Named]:
    """Return the documents that acts on ``streams`` named, each once, in the order of the log."""
    found: dict[tuple[str, str], Named] = {}
    acts = ((stream, act) for stream in streams for act in map(act_of, rows_of(centre, stream)))
    for stream, act in sorted(acts, key=lambda one: one[1].index):
        for doc in act.docs:
            named = Named(doc["name"], doc["sha256"], act, stream)
            found.setdefault((named.name, named.sha256), named)
    return list(found.values())


def stored(centre: Centre, sha256: str) -> tuple[bytes, str] | None:
    """Return content and media type of a document, None where it was never stored here."""
    with log.reading(centre.reading) as connection:
        if not documents.exists(connection, sha256):
            return None
        return documents.get(connection, sha256)


def _there(centre: Centre, streams: list[str]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(streams) if centre.state(name) is not None)


def _rounds_before(centre: Centre, lot: str) -> list[str]:
    found: list[str] = []
    state = centre.state(f"lot/{lot}")
    while state is not None and state.facets["terms"].previous:
        before = state.facets["terms"].previous
        found = [*_of_lot(centre, before.removeprefix("lot/")), *found]
        state = centre.state(f"lot/{before.removeprefix('lot/')}")
    return found


def _of_lot(centre: Centre, lot: str) -> list[str]:
    state = centre.state(f"lot/{lot}")
    if state is None:
        return []
    roll_state = centre.state(f"roll/{lot}")
    roll: Roll = roll_state.facets["roll"] if roll_state else Roll()
    disputes: Disputes = state.facets.get("disputes", Disputes())
    found = [f"lot/{lot}", f"roll/{lot}"]
    for number in sorted(roll.listed.values()):
        found += [registration_stream(lot, number), deposit_stream(lot, number)]
    found += [objection_stream(lot, number) for number in range(1, disputes.count + 1)]
    award = state.facets.get("award")
    if award is not None and award.certificate:
        found += [*_certificates(centre, award.certificate), f"contract/{contract_of(lot)}"]
    return found


def _certificates(centre: Centre, number: str) -> Iterator[str]:
    while number:
        stream = certificate_stream(number)
        yield stream
        state = centre.state(stream)
        number = state.facets["certificate"].next if state else ""


def _scans(centre: Centre, about: list[str]) -> list[str]:
    """Return the sealed papers that are about one of the streams."""
    wanted = set(about)
    return [one.name for one in centre.states_of("paper") if one.facets["scan"].about in wanted]
