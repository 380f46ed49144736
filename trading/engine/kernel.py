"""Decide and evolve: the pure centre of the engine.

``decide(env, states, at_us)`` evaluates all guards of the candidate edges once, steps the machine
on their results and answers with one part per stream; ``evolve`` folds a part into the state of
its stream. Live and replay run this same code with different steppers (decision 9).
"""

from __future__ import annotations

from hashlib import sha256

import msgspec

from trading.base.errors import IntegrityFault
from trading.engine import builtin, timers
from trading.engine.builtin import SECURITY, WRITER
from trading.engine.catalogue import Catalogue
from trading.engine.context import Context, Envelope
from trading.engine.definitions import Transition
from trading.engine.registry import GRANTED, HOLD, PLACE, PUBLIC, CommandSpec, Registry, Then
from trading.engine.stream import CLEAR, Event, Proposal, States, Stream
from trading.record.entry import DONE, PROPOSED, REFUSED, Binding, Out, encode, read

GRANTED_GUARD = "granted_v1"
SECOND_PERSON_GUARD = "second_person_v1"
PENDING_HOURS = "pending_hours"
_HOUR_US = 3_600_000_000

replace = msgspec.structs.replace


class Proposed(Event, frozen=True, tag="proposed/1"):
    """The first of two persons asked for this; ``digest`` is that of data and documents."""

    actor: str
    digest: str


class Part(msgspec.Struct, frozen=True):
    """One entry to be: the state before it and what was decided for its stream."""

    before: Stream
    out: Out
    audience: str = PUBLIC


class Decision(msgspec.Struct, frozen=True):
    """The ordered group of one command; ``code`` is empty unless it was refused."""

    parts: tuple[Part, ...]
    outcome: str
    code: str = ""
    failed: tuple[str, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """What a machine answered: the edge taken or the reason why none was."""

    results: dict[str, bool]
    edge: Transition | None = None
    code: str = ""
    failed: tuple[str, ...] = ()


class Kernel:
    """Registry and catalogue together: everything that decides."""

    def __init__(self, registry: Registry, catalogue: Catalogue) -> None:
        """Decide with what ``registry`` knows under what ``catalogue`` holds."""
        self.registry = registry
        self.catalogue = catalogue

    def streams_of(self, env: Envelope, states: States) -> tuple[str, ...]:
        """Return the streams this command declares, as far as the loaded states tell."""
        spec = self.registry.command(env.kind)
        names = (spec.stream(env.data), SECURITY, *spec.reads(env, states))
        if spec.parent is not None:
            names = (*names, spec.parent(env.data))
        if self.registry.roles.get(env.role) == GRANTED:
            names = (*names, *self.registry.permit_reads(env, states))
        return names

    def learn(self, env: Envelope, seq: int = 0) -> None:
        """Take in the definition that a decided command entered as entry ``seq``, if it did."""
        found = builtin.definition_of(env.data)
        if found is not None:
            self.catalogue.add(*found, seq)

    def learn_entry(self, body: bytes) -> None:
        """Take in the definition that the stored body of an entry carries, once."""
        raw = read(body)
        if raw.seq > self.catalogue.seq and msgspec.json.decode(raw.out)["outcome"] == DONE:
            self.catalogue.add(*builtin.definition_in(raw.given), raw.seq)

    def decide(self, env: Envelope, states: States, at_us: int) -> Decision:
        """Return what happens; a refusal is a decision too, and never an exception."""
        spec = self.registry.command(env.kind)
        name = spec.stream(env.data)
        state = states.get(name)
        if state is None and not spec.creates:
            return self._refused(self._security(states), spec, Step({}, code="not_found"))
        if state is None:
            state = self._blank(name, env, spec, states)
        context = Context(self.registry, self.catalogue, env, states, state, at_us)
        step = self._step(context, spec.trigger, spec.region, env.role)
        if step.edge is None:
            return self._refused(self._refusing(state, states), spec, step)
        if step.edge.persons > 1:
            waiting = self._waiting(context, spec)
            if waiting is None:
                return self._proposed(context, spec, step)
            step.results[SECOND_PERSON_GUARD] = context.another_person(waiting.actor)
            if not step.results[SECOND_PERSON_GUARD]:
                failed = (SECOND_PERSON_GUARD,)
                refused = Step(step.results, code="guard_failed", failed=failed)
                return self._refused(state, spec, refused)
        context.taken = step.edge.dest
        effect = spec.effect(context)
        first = Then(name, spec.trigger, effect.events, spec.region, effect.since_us)
        bound = replace(state, pack=effect.pack) if effect.pack and not state.seq else state
        parts = [self._moved(bound, first, step)]
        for then in effect.then:
            context.stream = self._joined(then, states, bound)
            step = self._step(context, then.trigger, then.region, WRITER)
            if step.edge is None:
                refused = replace(step, code="group_refused")
                return self._refused(self._refusing(state, states), spec, refused)
            parts.append(self._moved(context.stream, then, step))
        if effect.then and len({part.before.name for part in parts}) != len(parts):
            raise IntegrityFault("a group moves one stream twice", kind=spec.kind)
        return Decision(tuple(parts), DONE)

    def evolve(self, before: Stream, out: Out, at_us: int, leaf_hash: str) -> Stream:
        """Return the state after an entry; a function of the entry and the state alone."""
        seq = before.seq + 1
        if out.bind is not None:
            before = replace(
                before, workflow=out.bind.workflow, pack=out.bind.pack, place=out.source,
                edition=out.bind.edition, org=out.bind.org, entered_us=at_us,
            )  # fmt: skip
        if out.outcome == REFUSED:
            return replace(before, seq=seq, hash=leaf_hash)
        if out.outcome == PROPOSED:
            (event,) = out.events
            proposal = Proposal(event.actor, event.digest, at_us)
            pending = {**before.pending, out.trigger: proposal}
            return replace(before, seq=seq, hash=leaf_hash, pending=pending)
        after = self._move(before, out, out.since_us or at_us, seq, leaf_hash)
        due_us, due = timers.next_due(self.registry, self.catalogue, after)
        if due_us != after.due_us or due != after.due:
            after = replace(after, due_us=due_us, due=due)
        return after

    def _move(self, before: Stream, out: Out, since_us: int, seq: int, leaf_hash: str) -> Stream:
        facets = before.facets
        if out.events:
            facets = dict(facets)
            for event in out.events:
                name, fold = self.registry.evolves[type(event)]
                facets[name] = fold(facets.get(name), event)
        pending = before.pending
        if out.trigger in pending:
            pending = {k: v for k, v in pending.items() if k != out.trigger}
        if out.region == HOLD:
            paused_us = before.paused_us
            if out.dest == CLEAR and before.held:
                # Time held before the stream came to its place was no time of this place.
                paused_us += since_us - max(before.held_us, before.entered_us)
            return replace(
                before, seq=seq, hash=leaf_hash, facets=facets, pending=pending, hold=out.dest,
                held_us=0 if out.dest == CLEAR else since_us, paused_us=paused_us,
            )  # fmt: skip
        if out.dest == before.place:
            return replace(before, seq=seq, hash=leaf_hash, facets=facets, pending=pending)
        return replace(
            before, seq=seq, hash=leaf_hash, facets=facets, pending={}, place=out.dest,
            entered_us=since_us, paused_us=0,
        )  # fmt: skip

    def _blank(self, name: str, env: Envelope, spec: CommandSpec, states: States) -> Stream:
        """Return the state before the first entry of ``name``.

        Inside a case the parent's edition and pack bind it; elsewhere what is now in the log.
        """
        parent = states.get(spec.parent(env.data)) if spec.parent else None
        org = spec.owner(env.data) if spec.owner else parent.org if parent else ""
        if parent is not None and parent.pack:
            return self._bound(name, parent.edition, parent.pack, org)
        return self._bound(name, self.catalogue.edition, "", org)

    def _joined(self, then: Then, states: States, primary: Stream) -> Stream:
        """Return the state of a further part's stream, new ones bound as the part says."""
        state = states.get(then.stream)
        if state is not None:
            return state
        if then.pack:
            return self._bound(then.stream, self.catalogue.edition, then.pack, primary.org)
        return self._bound(then.stream, primary.edition, primary.pack, primary.org)

    def _bound(self, name: str, edition: int, pack: str, org: str) -> Stream:
        workflow = self.registry.streams[name.partition("/")[0]].workflow
        versioned = self.catalogue.latest("workflow", workflow, edition)
        place = self.catalogue.workflow(versioned).initial
        return Stream(name, org=org, workflow=versioned, pack=pack, edition=edition, place=place)

    def _step(self, context: Context, trigger: str, region: str, role: str) -> Step:
        stream = context.stream
        name, place = stream.workflow, stream.place
        if region == HOLD:
            name = self.catalogue.latest("workflow", HOLD, stream.edition)
            place = stream.hold
        workflow = self.catalogue.workflow(name)
        edges = workflow.edges.get((place, trigger))
        if edges is None:
            return Step({}, code="wrong_state")
        own = [edge for edge in edges if role in edge.roles]
        if not own or role not in self.registry.roles:
            return Step({}, code="not_permitted")
        results: dict[str, bool] = {}
        if self.registry.roles[role] == GRANTED:
            results[GRANTED_GUARD] = self.registry.facts["granted"](context) is True
            if not results[GRANTED_GUARD]:
                return Step(results, code="not_permitted", failed=(GRANTED_GUARD,))
        guards = self.registry.guards
        for guard in workflow.guards_of[(place, trigger)]:
            results[guard] = guards[guard].check(context) is True
        edge = self.catalogue.stepper(name).step(place, trigger, results)
        if edge is None:
            return Step(results, code="guard_failed", failed=_failing(own, results))
        if role not in edge.roles:
            return Step(results, code="not_permitted")
        return Step(results, edge)

    def _moved(self, before: Stream, then: Then, step: Step) -> Part:
        edge = step.edge
        assert edge is not None
        out = Out(
            DONE, then.trigger, edge.source, edge.dest, guards=step.results, events=then.events,
            since_us=then.since_us, region=then.region, bind=_binding(before),
        )  # fmt: skip
        return Part(before, out, self._audience(before))

    def _waiting(self, context: Context, spec: CommandSpec) -> Proposal | None:
        found = context.stream.pending.get(spec.trigger)
        if found is None or found.digest != _digest(context.env):
            return None
        if not context.stream.pack:
            return found
        until_us = found.at_us + context.policy(PENDING_HOURS) * _HOUR_US
        return found if context.at_us < until_us else None

    def _proposed(self, context: Context, spec: CommandSpec, step: Step) -> Decision:
        state = context.stream
        place = state.hold if spec.region == HOLD else state.place
        out = Out(
            PROPOSED, spec.trigger, place, place, guards=step.results, region=spec.region,
            events=(Proposed(context.env.actor, _digest(context.env)),), bind=_binding(state),
        )  # fmt: skip
        return Decision((Part(state, out, self._audience(state)),), PROPOSED)

    def _refused(self, state: Stream, spec: CommandSpec, step: Step) -> Decision:
        region = PLACE if state.name == SECURITY else spec.region
        place = state.hold if region == HOLD else state.place
        out = Out(
            REFUSED, spec.trigger, place, place, guards=step.results, code=step.code,
            failed=step.failed, region=region, bind=_binding(state),
        )  # fmt: skip
        part = Part(state, out, self._audience(state))
        return Decision((part,), REFUSED, step.code, step.failed)

    def _refusing(self, state: Stream, states: States) -> Stream:
        """Return the stream that keeps a refusal: an object that never was keeps nothing."""
        return state if state.seq else self._security(states)

    def _security(self, states: States) -> Stream:
        return states.get(SECURITY) or self._bound(SECURITY, self.catalogue.edition, "", "")

    def _audience(self, state: Stream) -> str:
        return self.registry.streams[state.kind].audience


def _binding(state: Stream) -> Binding | None:
    if state.seq:
        return None
    return Binding(state.workflow, state.edition, state.pack, state.org)


def _failing(edges: list[Transition], results: dict[str, bool]) -> tuple[str, ...]:
    """Return what stood in the way on the edge that came nearest to passing."""
    blocked = [
        tuple(
            [guard for guard in edge.all_guards if not results[guard]]
            + [guard for guard in edge.unless if results[guard]]
        )
        for edge in edges
    ]
    return min(blocked, key=len)


def _digest(env: Envelope) -> str:
    return sha256(encode((env.data, env.docs))).hexdigest()
