"""The model of a workflow: what it answers, and what its identity depends on."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.unit.engine.samples import NAMES, STALL, edge, flow, stall
from trading.engine import definitions
from trading.engine.definitions import Observation, State, Timer, Workflow
from trading.engine.loader import load
from trading.record import canonical

replace = msgspec.structs.replace


def test_it_is_named_by_name_and_version() -> None:
    assert stall().id == "stall@3"


def test_edges_are_found_by_state_and_trigger() -> None:
    edges = stall().edges
    assert [found.dest for found in edges["bidding", "end"]] == ["posted", "failed"]
    assert [found.dest for found in edges["posted", "stop"]] == ["failed"]
    assert ("new", "stop") not in edges


def test_a_required_step_is_a_guard() -> None:
    assert stall().edges["bidding", "end"][0].all_guards == ("has_lead_v1", "observed_o7_v1")
    assert definitions.step_guard("O11") == "observed_o11_v1"


def test_the_guards_of_all_candidates_stand_once_each() -> None:
    assert stall().guards_of["bidding", "end"] == ("has_lead_v1", "observed_o7_v1")
    assert stall().guards_of["bidding", "stop"] == ()


def test_timers_are_found_by_state() -> None:
    first, second = Timer("new", "go", at="opening"), Timer("new", "go", after="idle_months")
    assert flow(edge("go", "new", "done"), timers=(first, second)).timers_of == {
        "new": (first, second)
    }


def test_the_body_gives_the_workflow_back() -> None:
    workflow = stall()
    stored = canonical.decode(canonical.encode(workflow.body))
    assert definitions.from_body(stored) == workflow
    assert definitions.from_body(stored).digest == workflow.digest
    assert stored["format"] == "trading.workflow/1"


def test_the_digest_of_a_published_format_does_not_move() -> None:
    assert stall().digest == "aa4f6d474266864da849bed9da2fb08ad60df0d9eb4381bd538b5e444d48a398"


def test_layout_comments_and_defaults_do_not_matter() -> None:
    other = STALL.replace(
        'trigger = "open"\nfrom = "new"', '# a remark\nfrom   = [ "new" ]\ntrigger = "open"'
    ).replace('roles = ["clerk"]', 'roles = ["clerk"]\npersons = 1\nwaives = []')
    assert other != STALL
    assert load(other, NAMES).digest == stall().digest


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"version": 4},
        {"stream": "case"},
        {"title_zh": "其他"},
        {"title_en": "Other"},
        {"initial": "bidding"},
        {"final": ("done",)},
        {"states": {**stall().states, "more": State("多", "More")}},
        {"states": {**stall().states, "new": State("未挂牌", "New", live=True)}},
        {"transitions": stall().transitions[1:]},
        {"transitions": (*stall().transitions, edge("more", "new", "done"))},
        {"timers": ()},
        {"observation": None},
        {"observation": Observation("bidding", "done", ("O7",))},
    ],
)
def test_everything_else_does(change: dict[str, Any]) -> None:
    workflow: Workflow = stall()
    assert replace(workflow, **change).digest != workflow.digest
