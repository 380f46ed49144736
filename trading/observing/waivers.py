"""Waivers: a step that two people of the office declare dispensed with, for a listed reason.

Absence never gives a veto, and no step disappears in silence: the waiver stands on the lot, on its
certificate, and is counted for the office. Source: domain brief, section 8; decision 17.
"""

from __future__ import annotations

from typing import Literal

from trading.base.text import Id, ShortText
from trading.engine.stream import Command, Event, Facet
from trading.observing.rules import Step

Reason = Literal["quorum_missed", "panel_recused", "technical_failure", "force_majeure"]


class Waived(Facet, frozen=True):
    """The steps waived for one lot, each with the listed reason."""

    steps: dict[str, str] = {}  # noqa: RUF012 - copied by msgspec


class WaiveStep(Command, frozen=True):
    """Dispense with a step of a lot for a listed reason, explained in words."""

    lot: Id
    step: Step
    reason: Reason
    text_zh: ShortText


class StepWaived(Event, frozen=True, tag="step_waived/1"):
    """A step was dispensed with."""

    step: str
    reason: str


def step_waived(waived: Waived | None, event: StepWaived) -> Waived:
    """Fold a waiver."""
    steps = waived.steps if waived else {}
    return Waived({**steps, event.step: event.reason})
