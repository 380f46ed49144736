"""Every guard of every workflow refuses alone, and every edge knows whom it serves."""

from __future__ import annotations

import msgspec
import pytest

from tests.support.acts import BIDDERS, LOT
from tests.support.trade import Places
from tests.trade.scenes import scenes
from tests.trade.vectors import BREAKS, key
from tests.trade.vectors.build import Vector, facet
from trading.engine.context import Context, Envelope
from trading.engine.definitions import Transition, Workflow
from trading.engine.kernel import Decision
from trading.engine.registry import GRANTED, HOLD, PLACE
from trading.engine.stream import Command, Stream
from trading.record.entry import PROPOSED, REFUSED

replace = msgspec.structs.replace
Key = tuple[str, str, str, str, str]
UNHEARD_OF = "nobody-ever"


def decide(places: Places, vector: Vector) -> Decision:
    return places.kernel.decide(vector.env, vector.states, vector.at_us)


def workflow_of(places: Places, vector: Vector) -> Workflow:
    spec = places.kernel.registry.command(vector.env.kind)
    before = decide(places, vector).parts[0].before
    name = before.workflow
    if spec.region == HOLD:
        name = places.kernel.catalogue.latest("workflow", HOLD, before.edition)
    return places.kernel.catalogue.workflow(name)


def taken(places: Places, vector: Vector) -> tuple[Key, Transition]:
    """Return the edge that a passing vector takes, and its key."""
    decision = decide(places, vector)
    assert decision.outcome != REFUSED, (vector.env.kind, decision.code, decision.failed)
    out, workflow = decision.parts[0].out, workflow_of(places, vector)
    edges = [
        edge
        for edge in workflow.edges[out.source, out.trigger]
        if vector.env.role in edge.roles
        and (edge.dest == out.dest or (decision.outcome == PROPOSED and _passes(edge, out.guards)))
    ]
    (edge,) = edges
    return (workflow.name, edge.trigger, edge.roles[0], edge.source, edge.dest), edge


def _passes(edge: Transition, results: dict[str, bool]) -> bool:
    return all(results[g] for g in edge.all_guards) and not any(results[g] for g in edge.unless)


@pytest.fixture(scope="module")
def passing(places: Places) -> dict[Key, tuple[Transition, Vector]]:
    found = {}
    for vector in scenes(places):
        name, edge = taken(places, vector)
        found[name] = (edge, vector)
    return found


def workflows(places: Places) -> list[Workflow]:
    return list(places.kernel.catalogue._workflows.values())


def test_every_edge_that_a_command_can_take_has_a_passing_scene(
    places: Places, passing: dict[Key, tuple[Transition, Vector]]
) -> None:
    registry = places.kernel.registry
    kinds = {spec.kind: spec.workflow for spec in registry.streams.values()}
    commanded = set()
    for spec in registry.commands.values():
        for stream, workflow in kinds.items():
            names = {workflow.partition("@")[0]}
            if spec.region == HOLD:
                names = {HOLD}
            commanded |= {(name, spec.trigger) for name in names if _moves(spec.kind, stream)}
    wanted = {
        (workflow.name, edge.trigger, edge.roles[0], edge.source, edge.dest)
        for workflow in workflows(places)
        for edge in workflow.transitions
        if (workflow.name, edge.trigger) in commanded or edge.guards or edge.unless
    }
    assert wanted == passing.keys()


def _moves(kind: str, stream: str) -> bool:
    subjects = {"grant": "person", "org": "orgs", "bid": "lot", "definition": "definitions"}
    subjects |= {"clock": "centre", "refused": "security", "hold": "lot"}
    subject = kind.partition(".")[0]
    if subject == "fact":
        return True
    return subjects.get(subject, subject) == stream


def test_every_guard_of_every_edge_has_a_vector_and_none_is_left_over(
    places: Places, passing: dict[Key, tuple[Transition, Vector]]
) -> None:
    named = {
        (*key(workflow.name, edge), guard)
        for workflow in workflows(places)
        for edge in workflow.transitions
        for guard in (*edge.all_guards, *edge.unless)
    }
    broken = {(*name, guard) for name, guards in BREAKS.items() for guard in guards}
    assert broken == named


def test_each_guard_alone_refuses(
    places: Places, passing: dict[Key, tuple[Transition, Vector]]
) -> None:
    tried = 0
    for name, (edge, vector) in passing.items():
        for guard, turn in BREAKS.get(name[:3], {}).items():
            if guard not in (*edge.all_guards, *edge.unless):
                continue
            decision = decide(places, turn(vector))
            results = decision.parts[0].out.guards
            wrong = [g for g in edge.all_guards if not results.get(g)]
            wrong += [g for g in edge.unless if results.get(g) is not False]
            assert wrong == [guard], (name, guard, decision.code, decision.failed, results)
            if decision.code == "guard_failed":
                assert decision.failed == (guard,), (name, guard)
            elif decision.code:
                assert decision.code == "not_permitted", (name, guard)
            else:
                assert decision.parts[0].out.dest != edge.dest, (name, guard)
            tried += 1
    assert tried >= sum(len(guards) for guards in BREAKS.values())


def test_a_command_of_any_other_role_is_refused(
    places: Places, passing: dict[Key, tuple[Transition, Vector]]
) -> None:
    for name, (edge, vector) in passing.items():
        for role in set(places.kernel.registry.roles) | {UNHEARD_OF}:
            others = workflow_of(places, vector).edges[edge.source, edge.trigger]
            if any(role in other.roles for other in others):
                continue
            env = replace(vector.env, role=role)
            decision = decide(places, Vector(env, vector.states, vector.at_us))
            assert (decision.outcome, decision.code) == (REFUSED, "not_permitted"), (name, role)
            assert len(decision.parts) == 1


def test_an_actor_without_grant_is_refused(
    places: Places, passing: dict[Key, tuple[Transition, Vector]]
) -> None:
    granted = [v for _edge, v in passing.values() if _granted(places, v.env.role)]
    assert len(granted) > 25
    for vector in granted:
        env = replace(vector.env, actor=UNHEARD_OF)
        decision = decide(places, Vector(env, vector.states, vector.at_us))
        assert (decision.code, decision.failed) == ("not_permitted", ("granted_v1",))


def test_every_edge_of_every_workflow_serves_its_own_roles_alone(places: Places) -> None:
    """Also those that no command of people can take: by the machine's own step."""
    kernel = places.kernel
    for workflow in workflows(places):
        for (source, trigger), edges in workflow.edges.items():
            allowed = {role for edge in edges for role in edge.roles}
            for role in {*kernel.registry.roles, UNHEARD_OF}:
                region = HOLD if workflow.name == HOLD else PLACE
                state = Stream(
                    f"{workflow.stream}/x", 1, workflow=workflow.id, place=source, hold=source,
                    pack="cn-collective@1", edition=kernel.catalogue.edition,
                )  # fmt: skip
                env = Envelope("x", Command(), UNHEARD_OF, role, 0, "c" * 32)
                context = Context(kernel.registry, kernel.catalogue, env, {}, state, 0)
                if role in allowed and not _granted(places, role):
                    continue
                step = kernel._step(context, trigger, region, role)
                assert (step.edge, step.code) == (None, "not_permitted"), (workflow.id, trigger)
                assert step.failed == (("granted_v1",) if role in allowed else ())


def _granted(places: Places, role: str) -> bool:
    return places.kernel.registry.roles.get(role) == GRANTED


@pytest.mark.parametrize(
    ("kind", "facet_name", "guard"),
    [
        ("lot.sign/1", "award", "contract_asset_v1"),
        ("lot.sign/1", "terms", "contract_asset_v1"),
        ("lot.certify/1", "award", "another_hand_v1"),
        ("lot.reschedule/1", "schedule", "reschedule_ordered_v1"),
    ],
)
def test_a_guard_that_finds_nothing_to_compare_with_refuses(
    places: Places, kind: str, facet_name: str, guard: str
) -> None:
    vector = next(v for v in scenes(places) if v.env.kind == kind)
    name = f"lot/{LOT}"
    lot = vector.states[name]
    bare = replace(lot, facets={k: v for k, v in lot.facets.items() if k != facet_name})
    decision = decide(places, Vector(vector.env, {**vector.states, name: bare}, vector.at_us))
    assert guard in decision.failed


def test_who_never_paid_is_not_settled_by_the_award(places: Places) -> None:
    vector = next(v for v in scenes(places) if v.env.kind == "lot.award/1")
    name = f"roll/{LOT}"
    listed = {**vector.states[name].facets["roll"].listed, "who-404": 404}
    changed = facet(name, "roll", listed=listed)(vector)
    streams = [part.before.name for part in decide(places, changed).parts]
    assert streams == [f"lot/{LOT}", *(f"deposit/{LOT}-{n}" for n in BIDDERS)]
