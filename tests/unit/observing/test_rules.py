"""What a panel remembers: openings, statements, seats that pass on, and when a step is complete."""

from __future__ import annotations

import msgspec

from trading.observing.rules import (
    Panel,
    Seat,
    SeatPassed,
    Statement,
    StatementMade,
    StepOpened,
    complete,
    opening_of,
    seat_passed,
    statement_made,
    step_opened,
)

PANEL = Panel("org", "0", "0", "office", seats=(Seat("a", 1), Seat("b", 2), Seat("c", 3)), quorum=2)


def stated(panel: Panel | None, step: str, lot: str) -> bool:
    return complete(panel, step, lot, "1/1")


def opened(panel: Panel, shown: str, *lots: str, step: str = "O2") -> Panel:
    return step_opened(panel, StepOpened(step, shown, lots, 1))


def said(panel: Panel, member: str, shown: str = "x", lot: str = "", *but: str) -> Panel:
    return statement_made(
        panel,
        StatementMade("O2", shown, Statement(member, "seen", "paper", lot=lot, except_lots=but)),
    )


def test_a_step_is_complete_with_its_quorum_and_never_without_a_panel() -> None:
    panel = said(said(opened(PANEL, "x", "l-1"), "a"), "b")
    assert stated(panel, "O2", "l-1")
    assert not stated(panel, "O2", "l-2")
    assert not stated(panel, "O5", "l-1")
    assert not stated(said(opened(PANEL, "x", "l-1"), "a"), "O2", "l-1")
    assert not stated(None, "O2", "l-1")
    nobody = Panel("org", "0", "0", "office")
    assert not stated(opened(nobody, "x", "l-1"), "O2", "l-1")


def test_a_statement_leaves_out_lots_that_a_later_one_makes_up_for() -> None:
    panel = opened(PANEL, "x", "l-1", "l-2")
    panel = said(said(panel, "a", "x", "", "l-2"), "b", "x", "", "l-2")
    assert (stated(panel, "O2", "l-1"), stated(panel, "O2", "l-2")) == (True, False)
    panel = said(said(panel, "a", "x", "l-2"), "b", "x", "l-2")
    assert stated(panel, "O2", "l-2")


def test_opened_anew_a_step_is_stated_anew_and_only_for_those_lots() -> None:
    panel = said(said(opened(PANEL, "x", "l-1", "l-2"), "a"), "b")
    panel = opened(panel, "y", "l-2")
    assert (stated(panel, "O2", "l-1"), stated(panel, "O2", "l-2")) == (True, False)
    assert [len(panel.steps["O2"]), opening_of(panel, "O2", "l-3")] == [2, None]
    panel = opened(panel, "z", "l-1", "l-2")
    assert [opening.shown for opening in panel.steps["O2"]] == ["z"]


def test_a_statement_reaches_only_the_opening_that_it_is_about() -> None:
    panel = said(opened(opened(PANEL, "x", "l-1"), "y", "l-2"), "a", "y")
    assert [len(opening.statements) for opening in panel.steps["O2"]] == [0, 1]


def test_who_was_recused_counts_no_longer_but_who_left_does() -> None:
    panel = said(said(opened(PANEL, "x", "l-1"), "a"), "b")
    left = seat_passed(panel, SeatPassed("a", "unavailable", "d", 4, 2))
    assert left.members == ("d", "b", "c")
    assert stated(left, "O2", "l-1")
    recused = seat_passed(panel, SeatPassed("a", "recused", "", 0, 2))
    assert recused.members == ("b", "c")
    assert not stated(recused, "O2", "l-1")


def test_at_most_half_of_a_quorum_signs_without_an_own_device() -> None:
    panel = opened(msgspec.structs.replace(PANEL, quorum=3), "x", "l-1")
    for member, assurance in (("a", "paper"), ("b", "device_key"), ("c", "assisted")):
        made = StatementMade("O2", "x", Statement(member, "seen", assurance))
        panel = statement_made(panel, made)
    assert not complete(panel, "O2", "l-1", "1/2")
    assert complete(panel, "O2", "l-1", "2/3")
    stands_in = Statement("s", "seen", "session_code", stands_in=True)
    panel = statement_made(panel, StatementMade("O2", "x", stands_in))
    assert complete(panel, "O2", "l-1", "1/2")
