"""A draw checked from the record alone, and every way in which a record may not agree."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from tests.support.acts import CASE, ORG, PANEL, Act
from tests.support.path import PATH
from tests.support.trade import At, Trade
from tests.trade.seeded import renamed
from tests.trade.test_draw import CALL, commit, done, draw, exclude, freeze
from trading.base.errors import IntegrityFault, NotFound
from trading.observing.proof import check_draw
from trading.store.log import iterate


def bodies(trade: Trade) -> list[bytes]:
    """Return the entries of panel and roster, in order."""
    rows = iterate(trade.centre.reading)
    return [row.body for row in rows if row.stream in {f"panel/{CASE}", f"roster/{ORG}"}]


def test_scenario_16_a_draw_of_5_from_23_and_a_list_tampered_by_one_row(at: At) -> None:
    trade = done(at("listed"), freeze(), commit(), CALL, draw())
    record = bodies(trade)
    found = check_draw(record, CASE)
    assert (found.population, found.size, found.findings) == (23, 5, ())
    assert [seat.position for seat in found.seats_found] == [3, 7, 12, 17, 21]
    assert tuple(seat.member for seat in found.seats_found) == PANEL
    tampered = [body.replace(b'"rep-07"', b'"rep-77"') for body in record]
    found = check_draw(tampered, CASE)
    assert {"digest", "roster"} <= set(found.findings)
    assert found.roster_digest != found.roster_digest_found


def test_exclusions_and_refusals_are_followed(at: At) -> None:
    trade = done(at("listed"), freeze(), commit(), exclude(PANEL[0]), CALL)
    trade.refused(draw("0" * 64))
    done(trade, draw(), freeze())
    found = check_draw(bodies(trade), CASE)
    assert (found.findings, found.population) == ((), 22)
    assert found.excluded == {PANEL[0]: "interest"}


def test_a_record_without_a_draw_is_told_as_such(at: At) -> None:
    trade = done(at("listed"), freeze(), commit(), CALL)
    with pytest.raises(NotFound, match="no draw"):
        check_draw(bodies(trade), CASE)
    done(trade, draw())
    uncommitted = [body for body in bodies(trade) if b'"panel_committed/1"' not in body]
    with pytest.raises(NotFound, match="no draw"):
        check_draw(uncommitted, CASE)
    forged = [body.replace(b'"number":4711', b'"number":"x"') for body in bodies(trade)]
    with pytest.raises(IntegrityFault, match="not an event"):
        check_draw(forged, CASE)
    panel_only = [body for body in bodies(trade) if b'"stream":"panel/' in body]
    with pytest.raises(NotFound, match="no roster"):
        check_draw(panel_only, CASE)


def test_a_draw_is_checked_after_others_from_the_same_roster(at: At) -> None:
    trade = at("listed")
    drafts = [act for act in PATH["drafted"] if isinstance(act, Act)]
    done(trade, freeze())
    for n in (2, 3):
        done(trade, *(renamed(act, n) for act in (*drafts, commit(), CALL, draw())))
    done(trade, commit(), CALL, draw())
    found = check_draw(bodies(trade), CASE)
    assert (found.findings, found.rested) == ((), tuple(sorted(PANEL)))


def _changed(name: str) -> Callable[[bytes], bytes]:
    def change(body: bytes) -> bytes:
        raw = msgspec.json.decode(body)
        for event in raw["out"].get("events", ()):
            if event["event"] != "panel_drawn/1":
                continue
            if name == "commitment":
                event["seed"] = "0" * 64
            elif name == "rested":
                event["rested"] = ["rep-01"]
            elif name == "order":
                event["order"] = event["order"][::-1]
            elif name == "seats":
                event["seats"][0]["member"] = event["order"][0]
            elif name == "nobody":
                event["seats"] = []
        return msgspec.json.encode(raw)

    return change


@pytest.mark.parametrize(
    ("name", "findings"),
    [
        ("commitment", {"commitment", "order", "seats"}),
        ("rested", {"rested"}),
        ("order", {"order"}),
        ("seats", {"seats"}),
        ("nobody", set()),
    ],
)
def test_each_disagreement_is_named(at: At, name: str, findings: set[str]) -> None:
    trade = done(at("listed"), freeze(), commit(), CALL, draw())
    found = check_draw(map(_changed(name), bodies(trade)), CASE)
    assert set(found.findings) == findings
