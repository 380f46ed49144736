"""What turns one guard of an objection alone."""

from __future__ import annotations

from tests.support.acts import BIDDERS, LOT, paper
from tests.trade.vectors.build import (
    LOT_STREAM,
    ROLL_STREAM,
    Breaks,
    Vector,
    data,
    facet,
    given,
    replace,
    stream,
)
from trading.disputes.rules import Disputes

_LETTER = given(docs=(paper("letter"),))


def with_disputes(v: Vector, **fields: tuple[int, ...]) -> Vector:
    """Let the lot remember objections that are open or admitted."""
    facets = v.states[LOT_STREAM].facets
    found = facets.get("disputes", Disputes())
    return stream(LOT_STREAM, facets={**facets, "disputes": replace(found, **fields)})(v)


BREAKS: Breaks = {
    ("objection", "file", "bidder"): {
        "disputable_v1": stream(LOT_STREAM, place="confirmed"),
        "party_v1": facet(ROLL_STREAM, "roll", listed={"who-202": 202, "who-303": 303}),
        "objection_numbered_v1": data(number=2),
        "objection_filed_v1": _LETTER,
    },
    ("objection", "reject", "office"): {"answer_filed_v1": _LETTER},
    ("objection", "withdraw", "bidder"): {
        "own_objection_v1": facet(f"objection/{LOT}-1", "objection", by="bidder-202"),
    },
    ("objection", "dismiss", "office"): {"answer_filed_v1": _LETTER},
    ("objection", "uphold", "office"): {
        "answer_filed_v1": _LETTER,
        "remedy_possible_v1": data(struck=BIDDERS[:1] * 2),
    },
    ("registration", "revoke", "office"): {
        "lot_qualifying_v1": stream(LOT_STREAM, place="ready"),
        "evidence_filed_v1": _LETTER,
    },
}
