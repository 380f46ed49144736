"""Workflows for the tests of the engine: one written by hand, the shipped ones, random ones."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
from hypothesis import strategies as st

from trading.engine.definitions import State, Transition, Workflow, step_guard
from trading.engine.loader import Names, load
from trading.engine.policy_keys import KEYS

STEPS = tuple(f"O{number}" for number in range(1, 12))
NAMES = Names(
    roles=frozenset({"clock", "writer", "office", "clerk", "bidder"}),
    guards=frozenset({"not_held_v1", "has_lead_v1", *map(step_guard, STEPS)}),
    instants=frozenset({"opening", "sale_end"}),
    policy_keys=KEYS,
    steps=frozenset(STEPS),
)

STALL = """
[workflow]
name = "stall"
version = 3
stream = "lot"
title_zh = "摊位"
title_en = "Stall"
initial = "new"
final = ["done", "failed"]

[states.new]
label_zh = "未挂牌"
label_en = "New"

[states.bidding]
label_zh = "竞价"
label_en = "Bidding"
live = true

[states.posted]
label_zh = "公示"
label_en = "Posted"

[states.done]
label_zh = "完成"
label_en = "Done"

[states.failed]
label_zh = "流标"
label_en = "Failed"

[[transition]]
trigger = "open"
from = "new"
to = "bidding"
roles = ["clerk"]
guards = ["not_held_v1"]

[[transition]]
trigger = "end"
from = "bidding"
to = "posted"
roles = ["clock"]
guards = ["has_lead_v1"]
requires = ["O7"]

[[transition]]
trigger = "end"
from = "bidding"
to = "failed"
roles = ["clock"]
unless = ["has_lead_v1"]

[[transition]]
trigger = "close"
from = "posted"
to = "done"
roles = ["clock", "office"]
waives = ["O9"]

[[transition]]
trigger = "stop"
from = ["bidding", "posted"]
to = "failed"
roles = ["office"]
persons = 2

[[timer]]
from = "bidding"
trigger = "end"
at = "sale_end"

[[timer]]
from = "posted"
trigger = "close"
after = "result_publicity_days"

[observation]
from = "bidding"
to = "done"
steps = ["O7", "O9"]
"""

_FOLDER = Path(__file__).parents[3] / "workflows"
SHIPPED = {
    path.stem: path.read_text("utf-8")
    for path in sorted(_FOLDER.glob("*.toml"))
    if path.name != "lock.toml"
}


def stall() -> Workflow:
    """Return the workflow written by hand."""
    return load(STALL, NAMES)


def names_in(text: str) -> Names:
    """Return names that register whatever ``text`` uses: whether they exist is not asked here."""
    raw = tomllib.loads(text)
    edges = raw["transition"]
    listed = {
        field: {name for edge in edges for name in edge.get(field, ())}
        for field in ("roles", "guards", "unless", "requires")
    }
    return Names(
        roles=frozenset(listed["roles"]),
        guards=frozenset(listed["guards"] | listed["unless"])
        | frozenset(map(step_guard, listed["requires"])),
        instants=frozenset(t["at"] for t in raw.get("timer", ()) if "at" in t),
        policy_keys=KEYS,
        steps=frozenset(STEPS),
    )


def edge(trigger: str, source: str, dest: str, **more: object) -> Transition:
    """Return an edge that the office takes, unless ``more`` says otherwise."""
    return msgspec.convert(
        {"trigger": trigger, "source": source, "dest": dest, "roles": ["office"], **more},
        Transition,
    )


def flow(*edges: Transition, **more: object) -> Workflow:
    """Return a workflow from ``new`` to ``done`` whose states are those that ``edges`` name."""
    named = dict.fromkeys(("new", "done", *(name for e in edges for name in (e.source, e.dest))))
    return msgspec.structs.replace(
        Workflow(
            name="flow",
            version=1,
            stream="lot",
            title_zh="流程",
            title_en="Flow",
            initial="new",
            final=("done",),
            states={name: State(f"名{name}", f"Label {name}") for name in named},
            transitions=edges,
        ),
        **more,
    )


_RANDOM_GUARDS = tuple(f"g{number}_v1" for number in range(4))
_PICKS = tuple(f"pick{number}_v1" for number in range(5))
RANDOM_NAMES = Names(
    roles=frozenset({"office"}),
    guards=frozenset({*_RANDOM_GUARDS, *_PICKS, *map(step_guard, STEPS)}),
    instants=frozenset(),
    policy_keys={},
    steps=frozenset(STEPS),
)


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """Draw a valid workflow: a chain from the first to the last state, and any edges beside it.

    Of the edges of one state and trigger, each is picked by a guard that bars all later ones.
    """
    states = tuple(f"s{number}" for number in range(draw(st.integers(2, 6))))
    chain = tuple(zip(states, states[1:], ("go",) * len(states), strict=False))
    beside = draw(
        st.lists(
            st.tuples(
                st.sampled_from(states[:-1]),
                st.sampled_from(states[1:]),
                st.sampled_from(("go", "state", "stop", "trigger")),
            ),
            max_size=8,
        )
    )
    edges: list[Transition] = []
    for source, dest, trigger in (*chain, *beside):
        rank = sum((e.source, e.trigger) == (source, trigger) for e in edges)
        if rank < len(_PICKS):
            needed = draw(st.sets(st.sampled_from(_RANDOM_GUARDS)))
            barred = draw(st.sets(st.sampled_from(_RANDOM_GUARDS))) - needed
            edges.append(
                edge(
                    trigger,
                    source,
                    dest,
                    guards=(*sorted(needed), _PICKS[rank]),
                    unless=(*sorted(barred), *_PICKS[:rank]),
                    requires=sorted(draw(st.sets(st.sampled_from(STEPS), max_size=2))),
                )
            )
    return flow(
        *edges,
        initial=states[0],
        final=states[-1:],
        states={name: State("状态", "State") for name in states},
    )
