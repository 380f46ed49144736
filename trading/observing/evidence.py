"""What a step shows to the panel: facts of its lots and the papers on file, as bytes with a digest.

The bytes are filed when the step is opened, and a statement names their digest: what was on the
screen can be shown again at any time, and nobody can exchange it. Facts are by name, as numbers
and short texts; how they read in a language is for whoever shows them. Source: decision 18.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import msgspec

from trading.base.errors import InvalidInput
from trading.bidding.rules import Roll, Sale
from trading.engine.stream import Stream
from trading.listing.cases import Case
from trading.listing.rules import Schedule, Terms
from trading.record import canonical
from trading.record.entry import Document

NAME = "shown"
"""What the filed bytes are called among the documents of the opening."""
VERSION = "trading.shown/1"
DOCUMENTS_MAX = 200
Fact = tuple[str, int | str]


class ShownLot(msgspec.Struct, frozen=True):
    """One lot as it was shown: where it stood, by which act of the record, and its facts."""

    lot: str
    title_zh: str
    place: str
    receipt: str
    price_unit: str
    facts: tuple[Fact, ...]


class Shown(msgspec.Struct, frozen=True):
    """What a step shows: facts of the case, its lots, and documents by name and digest."""

    v: str
    case: str
    title_zh: str
    step: str
    facts: tuple[Fact, ...]
    lots: tuple[ShownLot, ...]
    documents: tuple[Document, ...]


def about(case: str, lots: tuple[str, ...]) -> tuple[str, ...]:
    """Return the streams whose papers a step shows: the case and its lots."""
    return (f"case/{case}", *(f"lot/{lot}" for lot in lots))


def digest(content: bytes) -> str:
    """Return the digest (hex) by which an opening names what it shows."""
    return sha256(content).hexdigest()


def gather(
    case: str,
    step: str,
    lots: tuple[str, ...],
    state: Callable[[str], Stream | None],
    documents: tuple[Document, ...],
) -> bytes:
    """Return what ``step`` shows as the streams stand now; ``state`` finds one by its name."""
    names = (*about(case, lots), *(f"roll/{lot}" for lot in lots))
    states = {name: found for name in names if (found := state(name)) is not None}
    return material(case, step, lots, states, documents)


def material(
    case: str,
    step: str,
    lots: tuple[str, ...],
    states: Mapping[str, Stream],
    documents: tuple[Document, ...] = (),
) -> bytes:
    """Return the canonical bytes of what ``step`` shows of ``lots``.

    ``states`` holds the case, the lots and their rolls by the name of the stream; a roll may be
    missing. Of bidders there are counts and numbers alone.
    """
    found: Case = states[f"case/{case}"].facets["case"]
    shown = Shown(
        VERSION, case, found.title_zh, step, tuple(_of_case(found) if step == "O1" else ()),
        tuple(_lot(step, lot, states) for lot in lots), documents[-DOCUMENTS_MAX:],
    )  # fmt: skip
    return canonical.encode(msgspec.to_builtins(shown))


def read(content: bytes) -> Shown:
    """Return what the filed bytes of an opening show; raise ``InvalidInput`` for other bytes."""
    try:
        found = msgspec.json.decode(content, type=Shown)
    except msgspec.DecodeError as error:
        raise InvalidInput("not the material of a step", field="shown") from error
    if found.v != VERSION:
        raise InvalidInput("not the material of a step", field="shown")
    return found


def _lot(step: str, lot: str, states: Mapping[str, Stream]) -> ShownLot:
    state, rolled = states[f"lot/{lot}"], states.get(f"roll/{lot}")
    terms: Terms = state.facets["terms"]
    roll = rolled.facets["roll"] if rolled else Roll()
    facts = tuple(_FACTS[step](state, roll)) if step in _FACTS else ()
    plan = terms.plan
    return ShownLot(lot, plan.title_zh, state.place, state.hash, plan.price_unit, facts)


def _of_case(case: Case) -> list[Fact]:
    found: list[Fact] = []
    for vote in case.meetings:
        found.append(("meeting", vote.body))
        found.append(("meeting_day", vote.meeting_day))
        counts = (("eligible", vote.eligible), ("present", vote.present))
        found += [*counts, ("in_favour", vote.in_favour)]
    return found


def _plan(state: Stream, _roll: Roll) -> list[Fact]:
    terms: Terms = state.facets["terms"]
    plan, schedule = terms.plan, state.facets["schedule"]
    found: list[Fact] = [
        ("notice", terms.notice), ("use_zh", plan.use_zh), ("place_zh", terms.place_zh),
        ("start_price_fen", plan.start_price_fen), ("bid_step_fen", plan.bid_step_fen),
        ("deposit_fen", plan.deposit_fen), ("term_months", plan.term_months),
        ("eligibility_zh", plan.eligibility_zh), ("defects_zh", plan.defects_zh),
        ("registration_until_us", schedule.registration_until_us), ("opens_us", schedule.opens_us),
    ]  # fmt: skip
    return [fact for fact in found if fact[1]]


def _asked(state: Stream, _roll: Roll) -> list[Fact]:
    plan = state.facets["terms"].plan
    return [("start_price_fen", plan.start_price_fen), ("term_months", plan.term_months)]


def _registered(_state: Stream, roll: Roll) -> list[Fact]:
    return [("registered", len(roll.listed))]


def _qualified(_state: Stream, roll: Roll) -> list[Fact]:
    counts = (("registered", len(roll.listed)), ("qualified", len(roll.qualified)))
    return [*counts, ("waiting", len(roll.pending))]


def _opening(state: Stream, roll: Roll) -> list[Fact]:
    terms: Terms = state.facets["terms"]
    schedule: Schedule = state.facets["schedule"]
    return [
        ("opens_us", schedule.opens_us), ("closes_us", schedule.closes_us),
        ("start_price_fen", terms.plan.start_price_fen), ("qualified", len(roll.qualified)),
    ]  # fmt: skip


def _result(state: Stream, _roll: Roll) -> list[Fact]:
    sale: Sale | None = state.facets.get("sale")
    if sale is None:
        return []
    return [
        ("lead_number", sale.lead_number), ("lead_fen", sale.lead_fen), ("bids", sale.bids),
        ("extensions", sale.extensions), ("ends_us", sale.ends_us),
    ]  # fmt: skip


def _publicity(state: Stream, roll: Roll) -> list[Fact]:
    disputes, award = state.facets.get("disputes"), state.facets.get("award")
    found = _result(state, roll)[:2]
    if award is not None and award.published_us:
        found.append(("published_us", award.published_us))
    return [*found, ("objections", disputes.count if disputes else 0)]


def _contract(state: Stream, roll: Roll) -> list[Fact]:
    award = state.facets.get("award")
    found = _result(state, roll)[:2]
    if award is None or award.contract is None:
        return found
    signed = award.contract
    told: list[Fact] = [
        ("contract", signed.number), ("contract_price_fen", signed.price_fen),
        ("starts_day", signed.starts_day), ("ends_day", signed.ends_day),
    ]  # fmt: skip
    return found + [fact for fact in told if fact[1]]


_FACTS: dict[str, Callable[[Stream, Roll], list[Any]]] = {
    "O1": _asked, "O2": _plan, "O3": _plan, "O4": _registered, "O5": _qualified, "O6": _opening,
    "O7": _result, "O8": _result, "O9": _publicity, "O10": _contract, "O11": _contract,
}  # fmt: skip
