"""Passing scenes of objections and complaints."""

from __future__ import annotations

from tests.support.acts import BIDDERS, LOT, pair
from tests.support.disputes import FIRST, LOSER, admit, dismiss, objection, reject, uphold, withdraw
from tests.support.trade import Places
from tests.trade.vectors.build import LOT_STREAM, Vector, engine, placed, stream
from tests.trade.vectors.disputes import with_disputes
from trading.bidding.revocation import Revoke
from trading.disputes.rules import Objection
from trading.engine.builtin import CLOCK, Due
from trading.engine.stream import Stream


def filed(v: Vector) -> Vector:
    """Let the loser have objected."""
    lot = v.states[LOT_STREAM]
    by, rule = f"bidder-{LOSER}", "objection_answer_days"
    facets = {"objection": Objection("objection", "collusion", by, rule, v.at_us, v.at_us)}
    found = Stream(
        FIRST, 1, org=lot.org, workflow="objection@1", pack=lot.pack, edition=lot.edition,
        place="filed", facets=facets,
    )  # fmt: skip
    return with_disputes(Vector(v.env, {**v.states, FIRST: found}, v.at_us), open=(1,))


def taken(v: Vector) -> Vector:
    """Let the objection of the loser have been admitted."""
    return with_disputes(stream(FIRST, place="admitted")(filed(v)), admitted=(1,))


def scenes(places: Places) -> list[Vector]:
    """Return passing vectors of every command of disputes."""
    revoke = pair("registration.revoke/1", Revoke(LOT, BIDDERS[0], "材料虚假"))[0]
    lapse = engine("objection.lapse/1", Due(FIRST, places.now_us("publicity")), CLOCK)

    def at(*args: object) -> Vector:
        return placed(places, "publicity", *args)  # type: ignore[arg-type]

    return [
        at(objection()),
        at(admit(), filed),
        at(reject(), filed),
        at(withdraw(), filed),
        at(withdraw(), taken),
        at(dismiss()[0], taken),
        at(uphold()[0], taken),
        at(lapse, filed),
        at(lapse, taken),
        placed(places, "qualified", revoke),
    ]
