"""Allowances, callers of a hold, and the questions whose answers are due."""

from __future__ import annotations

import pytest

from trading.engine.stream import Stream
from trading.observing.talk import (
    AnswersLate,
    QuestionAnswered,
    QuestionAsked,
    allowance_of,
    answers_late,
    callers_needed,
    due_by,
    question_answered,
    question_asked,
    question_due,
)


@pytest.mark.parametrize(("minutes", "fen"), [(60, 2000), (90, 3000), (1, 33), (59, 1966)])
def test_an_allowance_is_rounded_down(minutes: int, fen: int) -> None:
    assert allowance_of(minutes, 2000) == fen


@pytest.mark.parametrize(
    ("seats", "ratio", "needed"), [(5, "1/3", 2), (7, "1/3", 3), (3, "1/3", 2), (2, "1/1", 2)]
)
def test_nobody_alone_holds_a_lot(seats: int, ratio: str, needed: int) -> None:
    assert callers_needed(seats, ratio) == needed


def test_the_clock_waits_for_the_earliest_answer_that_is_not_late_yet() -> None:
    assert question_due(Stream("panel/c")) is None
    talk = question_asked(None, QuestionAsked(1, "O2", "rep-1", 50))
    talk = question_asked(talk, QuestionAsked(2, "O2", "rep-2", 40))
    talk = question_asked(talk, QuestionAsked(3, "O2", "rep-2", 60))
    assert question_due(Stream("panel/c", facets={"talk": talk})) == 40
    assert due_by(talk, 50) == (1, 2)
    talk = answers_late(talk, AnswersLate((1, 2)))
    assert question_due(Stream("panel/c", facets={"talk": talk})) == 60
    assert due_by(talk, 60) == (3,)
    talk = question_answered(question_answered(talk, QuestionAnswered(3)), QuestionAnswered(1))
    assert list(talk.waiting) == ["2"]
    assert question_due(Stream("panel/c", facets={"talk": talk})) is None
