"""What papers are made of: acts on record, names of organisations, and texts of single values.

Everything is read from what is committed; no clock is asked, so a paper of one act always says the
same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from sqlalchemy import func, select

from trading.base.deadline import local_text
from trading.base.errors import NotFound
from trading.base.money import PriceUnit, format_yuan
from trading.bidding.rules import registration_stream
from trading.centre import Centre
from trading.engine.stream import Stream
from trading.papers.capitals import capitals
from trading.people.organisations import Org, Orgs, name_at, root
from trading.record.entry import Row, read
from trading.store import log
from trading.store.schema import entry

BID = "bid.place/1"
PAGE = 500
Of = Literal["all", "bids", "others"]
_AREAS = {"sqm": "平方米", "m2": "平方米", "mu": "亩", "lot": "宗", "room": "间", "unit": "台",
          "stall": "个摊位", "bay": "个车位", "set": "套"}  # fmt: skip


class Act(msgspec.Struct, frozen=True):
    """One decided entry of a stream; ``code`` is its receipt, which anybody can look up."""

    index: int
    code: str
    at_us: int
    kind: str
    outcome: str
    actor: str
    role: str
    data: dict[str, Any]
    events: tuple[dict[str, Any], ...]
    docs: tuple[dict[str, str], ...]
    digests: tuple[str, ...]
    refused: str = ""

    @property
    def at(self) -> str:
        """Return when it was decided, Beijing time, to the second."""
        return local_text(self.at_us).partition(".")[0]

    @property
    def day(self) -> str:
        """Return the day of the decision as papers write it."""
        return long_day(local_text(self.at_us)[:10])

    def event(self, tag: str) -> dict[str, Any]:
        """Return the event of this act with ``tag``, an empty one where there is none."""
        return next((event for event in self.events if event["event"] == tag), {})


def act_of(row: Row) -> Act:
    """Return what ``row`` says."""
    raw = read(row.body)
    given = msgspec.json.decode(raw.given) if bytes(raw.given) else {}
    out = msgspec.json.decode(raw.out)
    return Act(
        row.idx, row.hash.hex(), raw.at_us, raw.kind, out["outcome"], given.get("actor", ""),
        given.get("role", ""), given.get("data", {}), tuple(out.get("events", ())),
        tuple(given.get("docs", ())), tuple(given.get("sd", ())), out.get("code", ""),
    )  # fmt: skip


def acts(centre: Centre, stream: str, of: Of = "all") -> Iterator[Act]:
    """Yield the entries of ``stream`` in order, refusals and proposals too.

    A lot may have tens of thousands of bids: ``others`` are all entries but those.
    """
    wanted = select(entry).where(entry.c.stream == stream).order_by(entry.c.seq).limit(PAGE)
    if of != "all":
        wanted = wanted.where(entry.c.kind == BID if of == "bids" else entry.c.kind != BID)
    after = 0
    while True:
        with log.reading(centre.reading) as connection:
            found = connection.execute(wanted.where(entry.c.seq > after)).all()
        yield from (act_of(Row(*row)) for row in found)
        if len(found) < PAGE:
            return
        after = found[-1].seq


def bids_refused(centre: Centre, stream: str, accepted: int) -> int:
    """Return how many bids on ``stream`` were refused, of which ``accepted`` were not."""
    query = select(func.count()).where(entry.c.stream == stream, entry.c.kind == BID)
    with log.reading(centre.reading) as connection:
        return int(connection.execute(query).scalar_one()) - accepted


def orgs_of(centre: Centre) -> Orgs:
    """Return the organisations of the centre."""
    state = centre.state("orgs")
    found = state.facets.get("orgs") if state else None
    return found if isinstance(found, Orgs) else Orgs()


def org_name(centre: Centre, org: str, at_us: int) -> str:
    """Return the name that ``org`` bore at ``at_us``, its id where it is not known."""
    node: Org | None = orgs_of(centre).nodes.get(org)
    return name_at(node, at_us) if node else org


def centre_name(centre: Centre, at_us: int) -> str:
    """Return the name under which the centre issues papers: that of its district."""
    district = root(orgs_of(centre))
    return (
        f"{org_name(centre, district, at_us)}公共资源交易中心" if district else "公共资源交易中心"
    )


def name_of_bidder(centre: Centre, lot: str, number: int) -> str:
    """Return the name behind a registration, empty where it is not known or was erased."""
    stream = registration_stream(lot, number)
    for act in acts(centre, stream):
        for digest in act.digests:
            try:
                return centre.disclosed(digest)
            except NotFound:
                continue
    return ""


def amount(fen: int) -> dict[str, str]:
    """Return a sum of money in figures and in capitals."""
    return {"figures": f"{format_yuan(fen)} 元", "capitals": capitals(fen)}


def price(fen: int, stated: str) -> dict[str, str]:
    """Return a price in its unit; only money has capitals, goods have none."""
    unit = PriceUnit.parse(stated)
    money = unit.amount == "fen"
    return {
        "figures": f"{format_yuan(fen)} {unit.label('zh')}",
        "capitals": capitals(fen) if money else "",
        "unit": unit.label("zh"),
    }


def quantity(thousandths: int, unit: str) -> str:
    """Return an area or a number of things with its unit: ``130.72 亩``."""
    whole, rest = divmod(thousandths, 1000)
    tail = f".{rest:03d}".rstrip("0") if rest else ""
    return f"{whole:,}{tail} {_AREAS.get(unit, unit)}"


def term(months: int) -> str:
    """Return a term of whole months in years and months."""
    years, rest = divmod(months, 12)
    parts = (f"{years} 年" if years else "", f"{rest} 个月" if rest else "")
    return "".join(part for part in parts if part) or "一次性"


def long_day(day: str) -> str:
    """Return a YYYY-MM-DD day as papers write it: ``2026年1月2日``."""
    if not day:
        return ""
    year, month, date = day.split("-")
    return f"{int(year)}年{int(month)}月{int(date)}日"


def instant(at_us: int, *, closing: bool = False) -> str:
    """Return an instant in Beijing time, without fractions; empty for 0."""
    return local_text(at_us, closing=closing).partition(".")[0] if at_us else ""


def facet(centre: Centre, stream: str, name: str) -> Any:
    """Return a facet of ``stream``, None where there is none."""
    state: Stream | None = centre.state(stream)
    return state.facets.get(name) if state else None
