"""The diagram is text that Mermaid reads, and tells everything about who moves what."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.engine.samples import SHIPPED, edge, flow, names_in, stall, workflows
from trading.engine import definitions
from trading.engine.definitions import State, Timer, Workflow
from trading.engine.diagram import mermaid
from trading.engine.loader import load
from trading.record import canonical

# The lines that Mermaid 11 was seen to accept; a name is one that is no keyword of its grammar.
_NAME = r"(?!(?:class|classdef|click|default|href|note|scale|state|statediagram|style)\b)[a-z]\w*"
_LINE = re.compile(
    rf'    (?:state "[^"#%<>\[\]\n]+" as {_NAME}'
    rf"|\[\*\] --> {_NAME}|{_NAME} --> \[\*\]"
    rf"|{_NAME} --> {_NAME} : [^:;#%<>\n]+)",
    re.ASCII,
)


def _is_read(text: str) -> bool:
    first, *rest, last = text.split("\n")
    return first == "stateDiagram-v2" and not last and all(map(_LINE.fullmatch, rest))


def test_a_diagram_in_chinese() -> None:
    assert (
        mermaid(stall())
        == """\
stateDiagram-v2
    state "未挂牌" as new
    state "竞价" as bidding
    state "公示" as posted
    state "流标" as failed
    state "完成" as done
    [*] --> new
    new --> bidding : open (clerk)
    bidding --> posted : end (clock) ⏰ sale_end
    bidding --> failed : end (clock) ⏰ sale_end
    posted --> done : close (clock, office) ⏰ result_publicity_days
    bidding --> failed : stop (office) ×2
    posted --> failed : stop (office) ×2
    done --> [*]
    failed --> [*]
"""
    )


def test_in_english_the_labels_alone_differ() -> None:
    chinese, english = (mermaid(stall(), lang).splitlines() for lang in ("zh", "en"))
    assert 'state "Bidding" as bidding' in english[2]
    assert [line for line in chinese if '"' not in line] == [
        line for line in english if '"' not in line
    ]


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_shipped_workflows_are_drawn(name: str, lang: str) -> None:
    assert _is_read(mermaid(load(SHIPPED[name], names_in(SHIPPED[name])), lang))


@settings(max_examples=20)
@given(workflows())
def test_a_workflow_read_from_the_log_is_drawn_as_its_file_was(workflow: Workflow) -> None:
    stored = canonical.decode(canonical.encode(workflow.body))
    assert mermaid(definitions.from_body(stored)) == mermaid(workflow)
    assert _is_read(mermaid(workflow))


def test_states_without_edges_are_drawn_last_in_order_of_their_names() -> None:
    lone = {"b": State("乙", "B"), "a": State("甲", "A"), **flow(edge("go", "new", "done")).states}
    text = mermaid(flow(edge("go", "new", "done"), states=lone))
    assert [line.split()[-1] for line in text.splitlines()[1:5]] == ["new", "done", "a", "b"]


def test_only_the_timers_of_an_edge_mark_it() -> None:
    workflow = flow(
        edge("go", "new", "done"),
        edge("stop", "new", "done"),
        timers=(Timer("new", "go", at="opening"), Timer("new", "go", after="idle_months")),
    )
    assert "new --> done : go (office) ⏰ opening ⏰ idle_months\n" in mermaid(workflow)
    assert "new --> done : stop (office)\n" in mermaid(workflow)


@pytest.mark.parametrize(
    "word",
    [
        *("accdescr", "acctitle", "class", "classdef", "click", "default", "href", "note"),
        *("root_end", "root_start", "scale", "state", "statediagram", "style"),
    ],
)
def test_a_keyword_is_no_name(word: str) -> None:
    text = mermaid(flow(edge("go", "new", word), edge("on", word, "done"), final=("done",)))
    assert f'state "名{word}" as {word}X\n' in text
    assert f"new --> {word}X : go (office)\n" in text
    assert f"{word}X --> done : on (office)\n" in text


@pytest.mark.parametrize("label", ['say "no"', "#quot;", "50 %% off", "<<fork>>", "[[join]]"])
def test_a_label_cannot_leave_its_quotation(label: str) -> None:
    workflow = flow(edge("go", "new", "done"))
    states = {**workflow.states, "new": State(label, label)}
    text = mermaid(msgspec.structs.replace(workflow, states=states))
    assert _is_read(text)
    assert text.splitlines()[1].count('"') == 2


@given(st.text(min_size=1).filter(str.isprintable))
def test_any_label_that_the_loader_takes_is_drawn(label: str) -> None:
    workflow = flow(edge("go", "new", "done"))
    states = {**workflow.states, "new": State(label, label)}
    assert _is_read(mermaid(msgspec.structs.replace(workflow, states=states)))
