"""What the vectors prove of every edge, as the program ships it: ``templates/coverage``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec

from tests.style.layout import ROOT
from tests.support.acts import ALL_ROUNDER
from tests.support.trade import Places
from tests.trade.scenes import scenes
from tests.trade.test_vectors import UNHEARD_OF, decide, taken, workflow_of, workflows
from tests.trade.vectors import BREAKS, key
from tests.trade.vectors.build import Vector
from trading.engine import coverage
from trading.engine.context import Context, Envelope
from trading.engine.definitions import Transition, Workflow
from trading.engine.kernel import GRANTED_GUARD, SECOND_PERSON_GUARD
from trading.engine.registry import GRANTED, HOLD, PLACE
from trading.engine.stream import Command, Stream
from trading.record.entry import DONE, PROPOSED, REFUSED

MANIFEST = ROOT / "templates/coverage/vectors.toml"
replace = msgspec.structs.replace


def proven(places: Places) -> dict[str, tuple[str, ...]]:
    """Return for every edge whose roles alone pass the rules that were seen to refuse alone."""
    found: dict[str, tuple[str, ...]] = {
        coverage.edge_name(workflow, edge): ()
        for workflow in workflows(places)
        for edge in workflow.transitions
        if _serves_its_roles_alone(places, workflow, edge)
    }
    for vector in scenes(places):
        _key, edge = taken(places, vector)
        workflow = workflow_of(places, vector)
        name = coverage.edge_name(workflow, edge)
        if name in found:
            rules = coverage.rules_of(edge, places.kernel.registry.roles)
            held = {rule for rule in rules if _refuses(places, workflow, edge, vector, rule)}
            held |= set(found[name])
            found[name] = tuple(rule for rule in rules if rule in held)
    return found


def _refuses(
    places: Places, workflow: Workflow, edge: Transition, vector: Vector, rule: str
) -> bool:
    if rule == GRANTED_GUARD:
        return all(
            decide(places, _as(vector, UNHEARD_OF, role)).failed == (GRANTED_GUARD,)
            for role in _granted(places, edge)
        )
    if rule == SECOND_PERSON_GUARD:
        return _needs_another(places, edge, vector)
    turn = BREAKS.get(key(workflow.name, edge), {}).get(rule)
    if turn is None:
        return False
    decision = decide(places, turn(vector))
    results = decision.parts[0].out.guards
    wrong = [guard for guard in edge.all_guards if not results.get(guard)]
    wrong += [guard for guard in edge.unless if results.get(guard) is not False]
    passed = decision.outcome != REFUSED and decision.parts[0].out.dest == edge.dest
    return wrong == [rule] and not passed


def _granted(places: Places, edge: Transition) -> list[str]:
    roles = places.kernel.registry.roles
    return [role for role in edge.roles if roles[role] == GRANTED]


def _as(vector: Vector, actor: str, role: str) -> Vector:
    return Vector(replace(vector.env, actor=actor, role=role), vector.states, vector.at_us)


def _needs_another(places: Places, edge: Transition, vector: Vector) -> bool:
    """Tell whether the proposer is refused as the second person, where another one is not."""
    moved = decide(places, vector).parts[0].before
    known = {**vector.states, moved.name: replace(moved, pending={})} if moved.seq else {}
    vector = Vector(vector.env, {**vector.states, **known}, vector.at_us)
    first = decide(places, vector)
    if first.outcome != PROPOSED:
        return False
    (part,) = first.parts
    after = places.kernel.evolve(part.before, part.out, vector.at_us, "0" * 64)
    asked = Vector(vector.env, {**vector.states, after.name: after}, vector.at_us)
    others = [_as(asked, ALL_ROUNDER, role) for role in _granted(places, edge)]
    return decide(places, asked).failed == (SECOND_PERSON_GUARD,) and any(
        decide(places, other).outcome == DONE for other in others
    )


def _serves_its_roles_alone(places: Places, workflow: Workflow, edge: Transition) -> bool:
    """Tell whether every role that no edge of this step names is refused by the machine."""
    kernel = places.kernel
    edges = workflow.edges[edge.source, edge.trigger]
    named = {role for other in edges for role in other.roles}
    region = HOLD if workflow.name == HOLD else PLACE
    state = Stream(
        f"{workflow.stream}/x", 1, workflow=workflow.id, place=edge.source, hold=edge.source,
        edition=kernel.catalogue.edition,
    )  # fmt: skip
    for role in {*kernel.registry.roles, UNHEARD_OF} - named:
        env = Envelope("x", Command(), UNHEARD_OF, role, 0, "c" * 32)
        context = Context(kernel.registry, kernel.catalogue, env, {}, state, 0)
        if kernel._step(context, edge.trigger, region, role).code != "not_permitted":
            return False
    return True


def write() -> None:
    """Write the manifest anew."""
    with tempfile.TemporaryDirectory() as folder:
        MANIFEST.parent.mkdir(exist_ok=True)
        MANIFEST.write_text(coverage.write(proven(Places(Path(folder) / "places"))), "utf-8")
