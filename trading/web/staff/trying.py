"""What would be decided, without writing: the rules that stand in the way, told before an act."""

from __future__ import annotations

from trading.base.errors import Refused
from trading.centre import Centre
from trading.engine.context import Envelope
from trading.engine.kernel import Decision
from trading.engine.stream import GENESIS, Stream
from trading.record.entry import REFUSED
from trading.store.batch import Receipt, refusal

Loaded = dict[str, Stream | None]


def decided(centre: Centre, env: Envelope) -> Decision:
    """Return what would be decided on the states as they are committed now."""
    centre.refresh()
    return centre.kernel.decide(env, loaded(centre, env), centre.clock.now_us())


def loaded(centre: Centre, env: Envelope) -> Loaded:
    """Return the states of every stream that ``env`` declares."""
    states: Loaded = {}
    while True:
        names = centre.kernel.streams_of(env, states)
        missing = [name for name in names if name not in states]
        if not missing:
            return states
        states |= {name: centre.state(name) for name in missing}


def obstacle(centre: Centre, env: Envelope) -> Refused | None:
    """Return what the act would be refused with, None where nothing stands in the way."""
    decision = decided(centre, env)
    if decision.outcome != REFUSED:
        return None
    part = decision.parts[0]
    receipt = Receipt(
        0, GENESIS, part.before.name, 0, centre.clock.now_us(), decision.outcome, decision.code,
        decision.failed,
    )  # fmt: skip
    found = refusal(receipt, part.out.source if decision.code == "wrong_state" else "")
    return found if isinstance(found, Refused) else None
