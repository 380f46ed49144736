"""Passing scenes of holds, of the ends without a contract, and of the award."""

from __future__ import annotations

from tests.support.acts import (
    LOT,
    OPENS_US,
    RESUME,
    STAFF,
    UNTIL_US,
    pair,
    paper,
    staff,
    suspend,
)
from tests.support.certificates import (
    cancel,
    print_copies,
    print_more,
    replace_certificate,
    report_lost,
)
from tests.support.trade import Places
from tests.trade.vectors.build import LOT_STREAM, Break, Vector, both, engine, placed, stream
from trading.awarding.endings import TerminateLot, VoidLot
from trading.awarding.scans import CheckPaper, FilePaper, ReturnPaper, Scan
from trading.base.units import HOUR_US
from trading.engine.builtin import CLOCK, Delay, Due, Hold
from trading.engine.stream import Stream

NUMBER, SCAN_STREAM = "QR-1", "paper/QR-1"

BEFORE_CONTRACT = (
    "registered", "qualified", "ready", "bidding", "provisional", "confirmed", "publicity",
    "cleared", "awarded",
)  # fmt: skip
WITH_RESULT = ("provisional", "confirmed", "publicity", "cleared", "awarded", "contracted")


def held(v: Vector) -> Vector:
    """Hold the lot since now."""
    state = v.states[LOT_STREAM]
    facets = {**state.facets, "hold": Hold("system_fault", v.at_us)}
    return stream(LOT_STREAM, hold="held", held_us=v.at_us, facets=facets)(v)


def scenes(places: Places) -> list[Vector]:
    """Return passing vectors of the commands of holds and of awarding."""
    terminate = pair("lot.terminate/1", TerminateLot(LOT, "no_right", "法院查封"))[0]
    void = pair("lot.void/1", VoidLot(LOT, "collusion", "串通竞买"))[0]
    over = engine("lot.hold_over/1", Due(LOT_STREAM, OPENS_US + HOUR_US), CLOCK)
    unsigned = engine("lot.signing_over/1", Due(LOT_STREAM, places.now_us("awarded")), CLOCK)
    return [
        placed(places, "bidding", suspend()),
        placed(places, "bidding", engine("hold.delay/1", Delay(LOT_STREAM, UNTIL_US))),
        placed(places, "bidding", RESUME[0], held),
        placed(places, "bidding", over, held, at_us=OPENS_US + HOUR_US),
        *(placed(places, place, terminate) for place in BEFORE_CONTRACT),
        *(
            placed(places, "qualified", terminate, both(stream(LOT_STREAM, place=place)))
            for place in ("stalled", "thin", "negotiating", "defaulted")
        ),
        *(placed(places, place, void) for place in WITH_RESULT),
        placed(places, "awarded", unsigned),
        *_certificates(places),
        *_scans(places),
    ]


def _certificates(places: Places) -> list[Vector]:
    lost = stream("certificate/JZ-1", place="lost")
    acts = (print_copies(2), print_more()[0], report_lost(), replace_certificate()[0], cancel()[0])
    return [
        *(placed(places, "certified", act) for act in acts),
        placed(places, "certified", replace_certificate()[0], lost),
        placed(places, "certified", cancel()[0], lost),
    ]


def _scans(places: Places) -> list[Vector]:
    """Return the passing vectors of a sealed paper, filed for the first time and once more."""
    docs = (paper("scan"),)
    file = FilePaper(NUMBER, LOT_STREAM, "deal_confirmation")
    check = CheckPaper(NUMBER, docs[0].sha256)
    return [
        placed(places, "certified", staff("paper.file/1", file, "centre_clerk", docs=docs)),
        placed(places, "certified", staff("paper.file/1", file, "centre_clerk", docs=docs),
               _filed_scan("returned")),
        placed(places, "certified", staff("paper.check/1", check, "centre_reviewer"),
               _filed_scan("filed")),
        placed(places, "certified",
               staff("paper.return/1", ReturnPaper(NUMBER, "看不清"), "centre_reviewer"),
               _filed_scan("filed")),
    ]  # fmt: skip


def _filed_scan(place: str) -> Break:
    def change(v: Vector) -> Vector:
        lot = v.states[LOT_STREAM]
        scan = Scan(LOT_STREAM, "deal_confirmation", paper("scan").sha256, STAFF["centre_clerk"])
        state = Stream(SCAN_STREAM, 1, org=lot.org, workflow="paper@1", pack=lot.pack,
                       place=place, edition=lot.edition, facets={"scan": scan})  # fmt: skip
        return Vector(v.env, {**v.states, SCAN_STREAM: state}, v.at_us)

    return change
