"""A step through the eyes of a role: whether it was seen at all, and which rules it told of.

A rule about the list of bidders tells how many they are. Before the award no room shows what
became of it to anybody but whoever decides. Source: decisions 4 and 17.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from trading.engine.registry import PUBLIC, Registry
from trading.record.player import Moment
from trading.web.visibility import EVERYTHING

COUNTING = frozenset({
    "agreed_with_qualified_v1", "enough_bidders_v1", "enough_eligible_v1", "negotiation_due_v1",
    "own_listing_v1", "party_v1", "qualified_v1", "registers_once_v1", "registrations_decided_v1",
    "remedy_possible_v1", "sole_bidder_v1", "too_few_bidders_v1",
})  # fmt: skip
"""Rules that look at the list of bidders."""


class Judged(msgspec.Struct, frozen=True):
    """What became of one rule; ``text`` says what is wrong where it does not hold."""

    name: str
    held: bool
    text: str
    source: str


def is_seen(
    role: str, registry: Registry, stream: str, known: Collection[str], shown: Collection[str]
) -> bool:
    """Tell whether ``role`` sees a step on ``stream``; of the ``known`` it is ``shown`` some."""
    public = registry.streams[stream.partition("/")[0]].audience == PUBLIC
    return role == EVERYTHING or stream in shown or (public and stream not in known)


def judged(
    role: str, registry: Registry, moment: Moment, texts: dict[str, str], *, opened: bool
) -> Iterator[Judged]:
    """Yield the results of the rules that ``role`` was told of; ``opened`` after the award."""
    for name, held in moment.guards.items():
        if role != EVERYTHING and not opened and name in COUNTING:
            continue
        spec = registry.guards.get(name)
        text = texts.get(name, "") if name in moment.failed else ""
        yield Judged(name, held, text, spec.source if spec else "")
