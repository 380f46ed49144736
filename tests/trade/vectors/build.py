"""A command with the states before it, and what changes exactly one thing of the two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from tests.support.acts import CASE, LOT, ORG, Act
from tests.support.trade import Places, Scene
from trading.engine.builtin import WRITER
from trading.engine.context import Envelope
from trading.engine.stream import Command, Stream
from trading.observing.rules import STEPS

replace = msgspec.structs.replace


@dataclass(frozen=True, slots=True)
class Vector:
    """A command, the states it is decided on, and when."""

    env: Envelope
    states: dict[str, Stream]
    at_us: int


Break = Callable[[Vector], Vector]
Breaks = dict[tuple[str, str, str], dict[str, Break]]
LOT_STREAM, ROLL_STREAM, PANEL_STREAM = f"lot/{LOT}", f"roll/{LOT}", f"panel/{CASE}"


def vector(scene: Scene, **more: Any) -> Vector:
    """Return the vector of ``scene``; ``more`` changes its states or its instant."""
    act = scene.act
    env = Envelope(
        act.kind, act.data, act.actor, act.role, scene.at_us, "c" * 32,
        facts=act.facts, docs=act.docs, salt=b"s" * 32,
    )  # fmt: skip
    return Vector(env, dict(scene.states), more.get("at_us", scene.at_us))


def data(**fields: Any) -> Break:
    """Change fields of the command."""
    return lambda v: Vector(replace(v.env, data=replace(v.env.data, **fields)), v.states, v.at_us)


def given(**fields: Any) -> Break:
    """Change what stands around the command: actor, facts, documents."""
    return lambda v: Vector(replace(v.env, **fields), v.states, v.at_us)


def when(at_us: int) -> Break:
    """Decide at another instant."""
    return lambda v: Vector(v.env, v.states, at_us)


def stream(name: str, **fields: Any) -> Break:
    """Change the state of one stream."""
    return lambda v: Vector(v.env, {**v.states, name: replace(v.states[name], **fields)}, v.at_us)


def facet(name: str, facet_name: str, **fields: Any) -> Break:
    """Change one facet of one stream."""

    def change(v: Vector) -> Vector:
        state = v.states[name]
        changed = replace(state.facets[facet_name], **fields)
        return stream(name, facets={**state.facets, facet_name: changed})(v)

    return change


def both(*breaks: Break) -> Break:
    """Change one thing after the other."""

    def change(v: Vector) -> Vector:
        for one in breaks:
            v = one(v)
        return v

    return change


def unstated(step: str) -> Break:
    """Require every step of the lot, and let nobody have opened ``step``."""
    return lambda v: both(
        facet(LOT_STREAM, "terms", steps=STEPS),
        facet(
            PANEL_STREAM,
            "panel",
            steps={**v.states[PANEL_STREAM].facets["panel"].steps, step: ()},
        ),
    )(v)


def copied(source: str, name: str) -> Break:
    return lambda v: Vector(
        v.env, {**v.states, name: replace(v.states[source], name=name)}, v.at_us
    )


def placed(places: Places, place: str, act: Act, *breaks: Break, at_us: int = 0) -> Vector:
    """Return the vector of ``act`` on the lot in ``place``, changed by ``breaks``."""
    scene = Scene(act, places.states[place], at_us or places.now_us(place))
    return both(*breaks)(vector(scene))


def engine(kind: str, command: Command, role: str = WRITER) -> Act:
    """Return an act of the engine itself."""
    return Act(kind, command, role, role)


HELD = stream(LOT_STREAM, hold="held")


def closed_org(v: Vector) -> Vector:
    """Point the command at an organisation that is no more; its parent reaches it still."""
    nodes = v.states["orgs"].facets["orgs"].nodes
    gone = replace(nodes[ORG], parent=ORG, to_us=v.at_us)
    return both(facet("orgs", "orgs", nodes={**nodes, "gone": gone}), data(org="gone"))(v)
