"""Passing scenes of the draw, of seats that pass on, and of waivers."""

from __future__ import annotations

from tests.support.acts import CASE, LOT, MEMBERS, ORG, PANEL, SEED, Act, staff
from tests.support.trade import Places, Scene
from tests.trade.vectors.build import (
    LOT_STREAM,
    PANEL_STREAM,
    Break,
    Vector,
    both,
    stream,
    unstated,
    vector,
)
from trading.observing.commands import CommitSeed, ExcludeMember, ReplaceMember
from trading.observing.draws import commitment_of
from trading.observing.rules import Step
from trading.observing.waivers import Waived, WaiveStep

WAIVERS: tuple[tuple[str, Step], ...] = (
    ("qualified", "O5"),
    ("provisional", "O7"),
    ("cleared", "O9"),
    ("contracted", "O10"),
)


def scenes(places: Places) -> list[Vector]:
    """Return passing vectors for every edge of panel and waiver beside the path."""

    def at(act: Act, *breaks: Break) -> Vector:
        scene = Scene(act, places.states["registered"], places.now_us("registered"))
        return both(*breaks)(vector(scene))

    commit = staff("panel.commit/1", CommitSeed(CASE, ORG, commitment_of(SEED)), "office")
    exclude = staff("panel.exclude/1", ExcludeMember(CASE, MEMBERS[0], "interest"), "centre_clerk")
    replace = staff("panel.replace/1", ReplaceMember(CASE, PANEL[0], "外出"), "office")
    return [
        at(commit, stream(PANEL_STREAM, place="committed")),
        at(commit, stream(PANEL_STREAM, place="called")),
        at(exclude, stream(PANEL_STREAM, place="committed")),
        at(replace),
        *(_waiver(places, place, step) for place, step in WAIVERS),
    ]


def _waiver(places: Places, place: str, step: Step) -> Vector:
    waive = WaiveStep(LOT, step, "quorum_missed", "代表外出务工")
    scene = Scene(staff("lot.waive/1", waive, "office"), places.states[place], places.now_us(place))
    facets = {**scene.states[LOT_STREAM].facets, "waived": Waived()}
    return both(stream(LOT_STREAM, facets=facets), unstated(step))(vector(scene))
