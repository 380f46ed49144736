"""Draw a workflow as a Mermaid state diagram.

Identifiers stay ASCII and the words of people are descriptions of states, which is what Mermaid's
``stateDiagram-v2`` reads; a deadline is marked by a clock and its name. The order depends on the
edges alone, so a workflow read back from the log is drawn as the file was.
"""

from __future__ import annotations

from collections.abc import Iterator

from trading.engine.definitions import Transition, Workflow

# Words that Mermaid would not take for the name of a state.
_RESERVED = frozenset(
    {
        *("accdescr", "acctitle", "class", "classdef", "click", "default", "href", "note"),
        *("root_end", "root_start", "scale", "state", "statediagram", "style"),
    }
)
# Signs that would end a label or begin an entity, a tag, a comment or a stereotype.
_WIDE = str.maketrans('"#%<>[]', "＂＃％＜＞［］")


def mermaid(workflow: Workflow, lang: str = "zh") -> str:
    """Return the text of the diagram, its labels Chinese for ``zh`` and English otherwise."""
    lines = ["stateDiagram-v2"]
    for name in _in_order(workflow):
        state = workflow.states[name]
        label = state.label_zh if lang == "zh" else state.label_en
        lines.append(f'    state "{label.translate(_WIDE)}" as {_id(name)}')
    lines.append(f"    [*] --> {_id(workflow.initial)}")
    for edge in workflow.transitions:
        text = _text(workflow, edge)
        lines.append(f"    {_id(edge.source)} --> {_id(edge.dest)} : {text}")
    lines += [f"    {_id(name)} --> [*]" for name in workflow.final]
    return "\n".join(lines) + "\n"


def _in_order(workflow: Workflow) -> Iterator[str]:
    """Return the states as the edges meet them, and at last those that no edge meets."""
    met = [workflow.initial]
    for edge in workflow.transitions:
        met += edge.source, edge.dest
    return iter(dict.fromkeys((*met, *sorted(workflow.states))))


def _text(workflow: Workflow, edge: Transition) -> str:
    persons = " ×2" if edge.persons > 1 else ""
    timers = "".join(
        f" ⏰ {timer.at or timer.after}"
        for timer in workflow.timers_of.get(edge.source, ())
        if timer.trigger == edge.trigger
    )
    return f"{edge.trigger} ({', '.join(edge.roles)}){persons}{timers}"


def _id(name: str) -> str:
    """Return a name that Mermaid takes: identifiers have no capitals, so nothing is met twice."""
    return f"{name}X" if name in _RESERVED else name
