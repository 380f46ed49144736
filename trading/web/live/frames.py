"""Frames: what an entry says to those who watch, made once for each audience.

Only a public entry is framed for others than its own bidder, and of it only what was done: what
the log itself closes (registrations, deposits, people) never gets into a frame. A frame tells what
changed; whoever needs the whole asks for it. Source: decisions 4 and 22; ecosystem brief, 4.1.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from trading.engine.registry import HOLD, PUBLIC, Registry
from trading.record.entry import DONE, Row
from trading.web.visibility import OWN

CENTRE, PANELS = "centre", "panels"


class Frame(NamedTuple):
    """What goes to the watchers of ``topic``; ``org`` owns what it speaks of."""

    position: int
    topic: str
    org: str
    payload: bytes


class _Out(msgspec.Struct):
    outcome: str
    source: str = msgspec.field(name="from")
    dest: str = msgspec.field(name="to")
    region: str = "place"
    events: tuple[dict[str, Any], ...] = ()


class _Body(msgspec.Struct):
    out: _Out
    org: str = ""


_decoder = msgspec.json.Decoder(_Body)
_encode = msgspec.json.Encoder().encode


def event(name: str, told: dict[str, Any], position: int | None = None) -> bytes:
    """Return one event of a stream; its id is the position in the log."""
    lines = b"event: %s\ndata: %s\n\n" % (name.encode(), _encode(told))
    return lines if position is None else b"id: %d\n%s" % (position, lines)


def heartbeat(now_us: int) -> bytes:
    """Return a comment that keeps the connection open, and the time of the service."""
    return b": %d\n%s" % (now_us, event("clock", {"now_us": now_us}))


def staff_topic(role: str) -> str:
    """Return the topic of those who hold ``role``."""
    return f"staff/{role}"


def own_topic(stream: str) -> str:
    """Return the topic of the one bidder whose ``stream`` it is."""
    return f"own/{stream}"


class Framer:
    """Frames entries; what nobody watches is not even read."""

    def __init__(self, registry: Registry) -> None:
        """Frame entries of the streams that ``registry`` knows."""
        self._desks = {key: desk.role for key, desk in registry.desks.items()}

    def topics(self, row: Row) -> tuple[str, ...]:
        """Return the topics that an entry of this stream may speak to."""
        kind = row.stream.partition("/")[0]
        if row.audience != PUBLIC:
            return (own_topic(row.stream),) if kind in OWN else ()
        roles = {role for (stream, _place), role in self._desks.items() if stream == kind}
        staff = tuple(staff_topic(role) for role in sorted(roles))
        if kind == "lot":
            return (row.stream, CENTRE, *staff)
        return (PANELS, *staff) if kind == "panel" else staff

    def frames(self, row: Row, now_us: int) -> list[Frame]:
        """Return what ``row`` tells, one frame for each topic that has anything to hear."""
        body = _decoder.decode(row.body)
        out = body.out
        if out.outcome != DONE:
            return []
        kind, _, name = row.stream.partition("/")
        told: dict[str, Any] = {
            "position": row.idx, kind: name, "kind": row.kind, "at_us": row.at_us,
            "now_us": now_us, ("hold" if out.region == HOLD else "place"): out.dest,
        }  # fmt: skip
        if row.audience != PUBLIC:
            if kind not in OWN:
                return []
            return [Frame(row.idx, own_topic(row.stream), body.org, event("own", told, row.idx))]
        found = []
        if kind == "lot":
            sale = told | _sale(out.events)
            found.append(Frame(row.idx, row.stream, body.org, event("lot", sale, row.idx)))
        if kind == "panel":
            found.append(Frame(row.idx, PANELS, body.org, event("panel", told, row.idx)))
        if out.source != out.dest:
            found += self._moved(row, kind, body, told)
        return found

    def _moved(self, row: Row, kind: str, body: _Body, told: dict[str, Any]) -> list[Frame]:
        found = []
        if kind == "lot":
            found.append(Frame(row.idx, CENTRE, body.org, event("list", told, row.idx)))
        desks = {self._desks.get((kind, place)) for place in (body.out.source, body.out.dest)}
        payload = event("task", told, row.idx)
        for_roles = (staff_topic(role) for role in sorted(filter(None, desks)))
        return found + [Frame(row.idx, topic, body.org, payload) for topic in for_roles]


def _sale(events: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """Return what a bid or an opening changed of the sale."""
    told: dict[str, Any] = {}
    for happened in events:
        if happened.get("event") == "bid_accepted/1":
            told |= {
                "lead_number": happened["number"], "lead_fen": happened["price_fen"],
                "ends_us": happened["ends_us"], "bid": True,
            }  # fmt: skip
        elif happened.get("event") == "sale_opened/1":
            told["ends_us"] = happened["ends_us"]
    return told
