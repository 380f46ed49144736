"""Steps that are only tried: decided on copies of the states, so that a dry run tells the truth."""

from __future__ import annotations

from trading.base.errors import InvalidInput, TradingError
from trading.centre import Centre
from trading.engine.context import Envelope
from trading.engine.stream import GENESIS, Stream
from trading.imports.kinds import Step
from trading.record.entry import REFUSED
from trading.store.batch import Receipt, refusal


class Trying:
    """Decides steps one upon the other, and writes nothing."""

    def __init__(self, centre: Centre, actor: str, role: str) -> None:
        """Try at ``centre`` as ``actor`` in ``role``."""
        self._centre = centre
        self._actor = actor
        self._role = role
        self._states: dict[str, Stream | None] = {}

    def do(self, steps: list[Step]) -> list[TradingError | None]:
        """Decide ``steps`` and return what each would be refused with."""
        return [self._try(step) for step in steps]

    def clear(self) -> None:
        """Forget what was tried."""
        self._states.clear()

    def _try(self, step: Step) -> TradingError | None:
        centre, kernel = self._centre, self._centre.kernel
        try:
            env = centre.envelope(step.kind, step.data, self._actor, self._role, docs=step.docs)
        except InvalidInput as error:
            return error
        self._load(env)
        at_us = centre.clock.now_us()
        decision = kernel.decide(env, self._states, at_us)
        if decision.outcome == REFUSED:
            receipt = Receipt(
                0, GENESIS, step.stream, 0, at_us, decision.outcome, decision.code, decision.failed
            )
            return refusal(receipt)
        for part in decision.parts:
            after = kernel.evolve(part.before, part.out, at_us, GENESIS)
            self._states[after.name] = after
        return None

    def _load(self, env: Envelope) -> None:
        """Read the streams that the command declares, until it names nothing new."""
        while True:
            names = self._centre.kernel.streams_of(env, self._states)
            missing = [name for name in names if name not in self._states]
            if not missing:
                return
            for name in missing:
                self._states[name] = self._centre.state(name)
