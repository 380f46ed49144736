"""The values of a state by their paths, as two instants are compared by them."""

from __future__ import annotations

import msgspec

from trading.engine.stream import Stream
from trading.record.player import Change, changes, flat


class Lot(msgspec.Struct, frozen=True):
    """A thing within a facet."""

    number: int
    title: str


class Plan(msgspec.Struct, frozen=True):
    """A facet that holds several."""

    lots: tuple[Lot, ...] = ()
    marks: tuple[str, ...] = ()


def _state(plan: Plan) -> Stream:
    return Stream("case/case-1", seq=1, place="drafted", facets={"plan": plan})


def test_what_is_several_is_told_one_by_one() -> None:
    values = flat(_state(Plan((Lot(1, "门面"), Lot(2, "鱼塘")))))
    assert values["facets.plan.lots.1.title"] == "鱼塘"
    assert values["facets.plan.marks"] == ()
    assert not [path for path, value in values.items() if value and isinstance(value, tuple)]
    assert flat(None) == {}


def test_of_several_only_what_changed_is_a_change() -> None:
    before = {"case/case-1": _state(Plan((Lot(1, "门面"), Lot(2, "鱼塘"))))}
    after = {"case/case-1": _state(Plan((Lot(1, "门面"), Lot(2, "水塘"))))}
    assert changes(before, after) == (
        Change("case/case-1", "facets.plan.lots.1.title", "鱼塘", "水塘"),
    )
