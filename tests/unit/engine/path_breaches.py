"""Breaches that only whole paths show: each with its error and the twin that passes."""

from __future__ import annotations

from tests.unit.engine.breaches import GO, Case, seen
from tests.unit.engine.samples import edge, flow
from trading.base.errors import DefinitionError, Unreachable
from trading.engine.definitions import Observation, State, Timer

O2 = edge("go", "new", "mid", requires=["O2"])
O2_WAIVED = edge("waive", "new", "mid", waives=["O2"])
ON = edge("on", "mid", "done")
LONGER = (
    edge("a", "new", "a"),
    edge("b", "new", "b"),
    edge("c", "b", "c"),
    edge("e", "c", "done"),
    edge("d", "a", "done"),
)
AROUND = (
    edge("list", "new", "listed"),
    edge("sell", "listed", "done", requires=["O2"]),
    edge("jump", "new", "done", requires=["O2"]),
)

PATHS = [
    Case(
        "ends_closed",
        flow(GO, edge("again", "done", "done")),
        DefinitionError,
        "transition 'again' from 'done': a final state has no way out",
        flow(GO),
    ),
    Case(
        "ends_closed",
        flow(GO, edge("on", "new", "mid"), ON, edge("undo", "mid", "new")),
        DefinitionError,
        "transition 'undo' from 'mid': nothing returns to the initial state",
        flow(GO, edge("undo", "done", "new"), final=()),
    ),
    Case(
        "states_reached",
        flow(GO, edge("on", "lost", "done")),
        Unreachable,
        "nothing leads to state 'lost'",
        flow(GO, edge("on", "lost", "done"), edge("lose", "new", "lost")),
    ),
    Case(
        "states_reached",
        flow(GO, states={**flow(GO).states, "alone": State("孤", "Alone")}),
        Unreachable,
        "nothing leads to state 'alone'",
        flow(GO),
    ),
    Case(
        "states_left",
        flow(GO, edge("on", "new", "trap")),
        Unreachable,
        "no final state can be reached from 'trap'",
        flow(GO, edge("on", "new", "trap"), edge("free", "trap", "done")),
    ),
    Case(
        "states_left",
        flow(GO, edge("on", "new", "a"), edge("x", "a", "b"), edge("y", "b", "a")),
        Unreachable,
        "no final state can be reached from 'a'",
        flow(GO, edge("on", "new", "a"), edge("x", "a", "b"), edge("y", "b", "done")),
    ),
    Case(
        "states_left",
        flow(GO, final=()),
        Unreachable,
        "nothing can be done in state 'done'",
        flow(GO, edge("write", "done", "done"), final=()),
    ),
    Case(
        "states_driven",
        flow(edge("on", "new", "mid"), edge("go", "mid", "done", roles=["clock", "writer"])),
        Unreachable,
        "no person and no deadline leaves state 'mid'",
        flow(
            edge("on", "new", "mid"), edge("go", "mid", "done", roles=["clock", "writer", "clerk"])
        ),
    ),
    Case(
        "states_driven",  # a person who only returns to the same state does not leave it
        flow(
            edge("on", "new", "mid"),
            edge("note", "mid", "mid"),
            edge("go", "mid", "done", roles=["clock"]),
        ),
        Unreachable,
        "leaves state 'mid'",
        flow(
            edge("on", "new", "mid"),
            edge("note", "mid", "mid"),
            edge("go", "mid", "done", roles=["clock"]),
            timers=(Timer("mid", "go", at="opening"),),
        ),
    ),
    Case(
        "states_driven",  # nor does a deadline that does
        flow(
            edge("on", "new", "mid"),
            edge("note", "mid", "mid", roles=["clock"]),
            edge("go", "mid", "done", roles=["writer"]),
            timers=(Timer("mid", "note", at="opening"),),
        ),
        Unreachable,
        "leaves state 'mid'",
        flow(edge("go", "new", "done", roles=["writer"])),
    ),
    Case(
        "steps_kept",
        seen(O2, ON, edge("jump", "new", "done")),
        Unreachable,
        "new -[jump]-> done avoids O2",
        seen(O2, ON, edge("jump", "new", "done", requires=["O2"])),
    ),
    Case(
        "steps_kept",
        seen(O2, ON, edge("look", "new", "mid")),
        Unreachable,
        "new -[look]-> mid -[on]-> done avoids O2",
        seen(O2, ON, O2_WAIVED),
    ),
    Case(
        "steps_kept",  # of the path with three edges and the one with two, the shorter is shown
        seen(O2, ON, *LONGER),
        Unreachable,
        ": new -[a]-> a -[d]-> done avoids O2",
        seen(O2, ON, edge("a", "new", "a", requires=["O2"]), edge("d", "a", "done")),
    ),
    Case(
        "steps_kept",  # every step, not one of them
        seen(O2, ON, steps=("O2", "O4")),
        Unreachable,
        "new -[go]-> mid -[on]-> done avoids O4",
        seen(O2, edge("on", "mid", "done", requires=["O4"]), steps=("O2", "O4")),
    ),
    Case(
        "steps_kept",
        seen(O2, ON, steps=()),
        DefinitionError,
        "observation has no steps",
        seen(O2, ON),
    ),
    Case(
        "steps_kept",
        flow(GO, observation=Observation("done", "new", ("O2",))),
        Unreachable,
        "observation ends in 'new', which 'done' never reaches",
        flow(edge("go", "new", "done", requires=["O2"]),
             observation=Observation("new", "done", ("O2",))),
    ),
    Case(
        "steps_kept",  # the observed part as a whole can be avoided
        flow(*AROUND, observation=Observation("listed", "done", ("O2",))),
        Unreachable,
        "new -[jump]-> done avoids listed",
        flow(*AROUND[:2], observation=Observation("listed", "done", ("O2",))),
    ),
]  # fmt: skip
