"""A tiny subject: a toy is made, put up, bid for and handed over; secrets lie in a vault.

It has everything that the kernel must be able to do and nothing of the trade: two edges told
apart by a guard, timers at an instant and after a period, a group over several streams, an act of
two persons, a hold, and a veiled stream. Its workflows are entered in the log like all others.
"""

from __future__ import annotations

from typing import Any

from trading.base.calendar import YearTable
from trading.base.units import HOUR_US, MINUTE_US
from trading.engine.builtin import Due, Hold, Lifted, Suspended
from trading.engine.context import Context
from trading.engine.definitions import State, Timer, Transition, Workflow
from trading.engine.policy import Pack
from trading.engine.registry import (
    GRANTED,
    HOLD,
    OPEN,
    RESTRICTED,
    CommandSpec,
    Effect,
    GuardSpec,
    StreamSpec,
    Subject,
    Then,
)
from trading.engine.stream import Command, Event, Facet, Stream

START_US = 1_772_413_200_000_000
"""2026-03-02 09:00 in Shanghai."""
SALE_US = 10 * MINUTE_US
LAPSE_US = HOUR_US
LIMIT_FEN = 1_000_000
PENDING_HOURS = 24


class Make(Command, frozen=True):
    """Make a toy for an organisation."""

    toy: str
    org: str


class MakePart(Command, frozen=True):
    """Make a part of a toy; it is bound as the toy is."""

    toy: str
    part: str


class Pause(Command, frozen=True):
    """Hold a toy for a time, after which it goes on of itself."""

    toy: str
    for_us: int


class PutUp(Command, frozen=True):
    """Put a toy up for sale."""

    toy: str
    sale_us: int = SALE_US


class Bid(Command, frozen=True):
    """Bid for a toy."""

    toy: str
    price_fen: int


class Nudge(Command, frozen=True):
    """Nudge a toy and others with it, all or none."""

    toy: str
    others: tuple[str, ...] = ()


class Break(Command, frozen=True):
    """Fail: ``how`` says by which fault of the code."""

    toy: str
    how: str


class Name(Command, frozen=True):
    """Do something to a toy that needs no more than its name; ``note`` is what is said."""

    toy: str
    note: str = ""


class Put(Command, frozen=True):
    """Put a secret into a vault."""

    vault: str
    secret: str


class Made(Event, frozen=True, tag="toy_made/1"):
    """A toy is there."""


class WentUp(Event, frozen=True, tag="toy_went_up/1"):
    """A toy is for sale until before ``ends_us``."""

    ends_us: int


class Led(Event, frozen=True, tag="toy_led/1"):
    """A bid leads."""

    by: str
    price_fen: int


class Shifted(Event, frozen=True, tag="toy_shifted/1"):
    """The end moved by the time that was lost."""

    by_us: int


class Nudged(Event, frozen=True, tag="toy_nudged/1"):
    """A toy was nudged."""


class Hidden(Event, frozen=True, tag="vault_hidden/1"):
    """A secret lies in the vault."""

    secret: str


class Toy(Facet, frozen=True):
    """What is known of a toy."""

    ends_us: int = 0
    price_fen: int = 0
    bids: int = 0
    nudges: int = 0
    by: str = ""


class Vault(Facet, frozen=True):
    """What lies in a vault."""

    secrets: tuple[str, ...] = ()


def _toy(data: Any) -> str:
    return f"toy/{data.toy}"


def _made(_toy: Toy | None, _event: Made) -> Toy:
    return Toy()


def _went_up(toy: Toy, event: WentUp) -> Toy:
    return Toy(event.ends_us, toy.price_fen, toy.bids, toy.nudges, toy.by)


def _led(toy: Toy, event: Led) -> Toy:
    return Toy(toy.ends_us, event.price_fen, toy.bids + 1, toy.nudges, event.by)


def _shifted(toy: Toy, event: Shifted) -> Toy:
    return Toy(toy.ends_us + event.by_us, toy.price_fen, toy.bids, toy.nudges, toy.by)


def _nudged(toy: Toy, _event: Nudged) -> Toy:
    return Toy(toy.ends_us, toy.price_fen, toy.bids, toy.nudges + 1, toy.by)


def _hidden(vault: Vault | None, event: Hidden) -> Vault:
    return Vault(((vault.secrets if vault else ()) + (event.secret,))[-8:])


def _make(_context: Context) -> Effect:
    return Effect((Made(),), pack=PACK.id)


def _make_part(_context: Context) -> Effect:
    return Effect((Made(),))


def _put_up(context: Context) -> Effect:
    return Effect((WentUp(context.at_us + context.data.sale_us),))


def _bid(context: Context) -> Effect:
    return Effect((Led(context.env.actor, context.data.price_fen),))


def _nudge(context: Context) -> Effect:
    others = (Then(f"toy/{other}", "nudge", (Nudged(),)) for other in context.data.others)
    return Effect((Nudged(),), tuple(others))


def _break(context: Context) -> Effect:
    if context.data.how == "undeclared":
        return Effect(then=(Then("toy/never-declared", "nudge", (Nudged(),)),))
    if context.data.how == "twice":
        return Effect(then=(Then(context.stream.name, "nudge", (Nudged(),)),))
    raise ZeroDivisionError(context.data.how)


def _since_due(context: Context) -> Effect:
    return Effect(since_us=context.data.due_us)


def _nothing(_context: Context) -> Effect:
    return Effect()


def _hold(context: Context) -> Effect:
    return Effect((Suspended("order", context.at_us),))


def _pause(context: Context) -> Effect:
    now_us = context.at_us
    return Effect((Suspended("order", now_us, now_us + context.data.for_us),))


def _lifted(context: Context, until_us: int) -> tuple[Event, ...]:
    by_us = until_us - context.of(Hold).since_us
    events: tuple[Event, ...] = (Lifted(by_us),)
    return (*events, Shifted(by_us)) if context.stream.place == "up" else events


def _resume(context: Context) -> Effect:
    return Effect(_lifted(context, context.at_us))


def _expire(context: Context) -> Effect:
    due_us = context.data.due_us
    return Effect(_lifted(context, due_us), since_us=due_us)


def _hide(context: Context) -> Effect:
    return Effect((Hidden(context.data.secret),))


def _before_end(context: Context) -> bool:
    return context.at_us < context.of(Toy).ends_us


def _higher(context: Context) -> bool:
    return bool(context.data.price_fen > context.of(Toy).price_fen)


def _below_limit(context: Context) -> bool:
    return bool(context.data.price_fen < LIMIT_FEN)


def _sale_end(stream: Stream) -> int | None:
    toy: Toy | None = stream.facets.get("toy")
    return toy.ends_us or None if toy else None


def _of_stream(data: Any) -> str:
    return str(data.stream)


TOY = Subject(
    name="toy",
    streams=(
        StreamSpec("toy", "toy"),
        StreamSpec("part", "part"),
        StreamSpec("vault", "vault", audience=RESTRICTED),
    ),
    commands=(
        CommandSpec("toy.make/1", Make, _toy, "make", _make, owner=lambda data: str(data.org)),
        CommandSpec("part.make/1", MakePart, lambda d: f"part/{d.part}", "make", _make_part,
                    parent=_toy),
        CommandSpec("toy.put_up/1", PutUp, _toy, "put_up", _put_up),
        CommandSpec("toy.bid/1", Bid, _toy, "bid", _bid, timely=True),
        CommandSpec("toy.nudge/1", Nudge, _toy, "nudge", _nudge,
                    reads=lambda env, _states: [f"toy/{other}" for other in env.data.others]),
        CommandSpec("toy.break/1", Break, _toy, "nudge", _break),
        CommandSpec("toy.hand_over/1", Name, _toy, "hand_over", _nothing),
        CommandSpec("toy.hold/1", Name, _toy, "suspend", _hold, region=HOLD),
        CommandSpec("toy.resume/1", Name, _toy, "resume", _resume, region=HOLD),
        CommandSpec("toy.pause/1", Pause, _toy, "suspend", _pause, region=HOLD),
        CommandSpec("toy.expire/1", Due, _of_stream, "expire", _expire, region=HOLD, clock=True),
        CommandSpec("toy.end/1", Due, _of_stream, "end", _since_due, clock=True),
        CommandSpec("toy.lapse/1", Due, _of_stream, "lapse", _since_due, clock=True),
        CommandSpec("toy.forget/1", Due, _of_stream, "forget", _since_due, clock=True),
        CommandSpec("vault.put/1", Put, lambda d: f"vault/{d.vault}", "put", _hide,
                    owner=lambda _data: "org-1"),
    ),
    facets={"toy": Toy, "vault": Vault},
    evolves={
        Made: ("toy", _made), WentUp: ("toy", _went_up), Led: ("toy", _led),
        Shifted: ("toy", _shifted), Nudged: ("toy", _nudged), Hidden: ("vault", _hidden),
    },
    guards=(
        GuardSpec("before_end_v1", _before_end, "price_fen", "test"),
        GuardSpec("higher_v1", _higher, "price_fen", "test"),
        GuardSpec("below_limit_v1", _below_limit, "price_fen", "test"),
        GuardSpec("has_bid_v1", lambda c: c.of(Toy).bids > 0, "toy", "test"),
        GuardSpec("sturdy_v1", lambda c: c.of(Toy).nudges < 3, "toy", "test"),
    ),
    facts={"granted": lambda c: c.env.actor.startswith("clerk")},
    instants={"sale_end": _sale_end},
    roles={"maker": OPEN, "bidder": OPEN, "office": OPEN, "clerk": GRANTED},
)  # fmt: skip


def _states(*names: str) -> dict[str, State]:
    return {name: State(name, name, live=name == "up") for name in names}


TOY_WORKFLOW = Workflow(
    name="toy",
    version=1,
    stream="toy",
    title_zh="玩具",
    title_en="Toy",
    initial="new",
    final=("handed", "unsold", "forgotten"),
    states=_states("new", "made", "up", "sold", "unsold", "handed", "lapsed", "forgotten"),
    transitions=(
        Transition("make", "new", "made", ("maker",)),
        Transition("put_up", "made", "up", ("clerk",), guards=("not_held_v1",)),
        Transition("bid", "up", "up", ("bidder",),
                   guards=("not_held_v1", "before_end_v1", "higher_v1", "below_limit_v1")),
        Transition("end", "up", "sold", ("clock",), guards=("has_bid_v1",)),
        Transition("end", "up", "unsold", ("clock",), unless=("has_bid_v1",)),
        Transition("hand_over", "sold", "handed", ("clerk",), persons=2),
        Transition("lapse", "sold", "lapsed", ("clock",)),
        Transition("forget", "lapsed", "forgotten", ("clock",), guards=("sturdy_v1",)),
        *(
            Transition("nudge", state, state, ("maker", "writer"), guards=("sturdy_v1",))
            for state in ("made", "up")
        ),
    ),
    timers=(
        Timer("up", "end", at="sale_end"),
        Timer("sold", "lapse", after="silence_hours"),
        Timer("lapsed", "forget", after="silence_hours"),
    ),
)  # fmt: skip
PART_WORKFLOW = Workflow(
    "part", 1, "part", "零件", "Part", "new", ("made",), _states("new", "made"),
    (Transition("make", "new", "made", ("maker",)),),
)  # fmt: skip
VAULT_WORKFLOW = Workflow(
    "vault", 1, "vault", "保险箱", "Vault", "shut", (), _states("shut"),
    (Transition("put", "shut", "shut", ("maker",)),),
)  # fmt: skip
HOLD_WORKFLOW = Workflow(
    "hold", 1, "toy", "中止", "Hold", "clear", (), _states("clear", "held"),
    (
        Transition("suspend", "clear", "held", ("clerk",)),
        Transition("halt", "clear", "held", ("writer",)),
        Transition("resume", "held", "clear", ("clerk",), persons=2),
        Transition("prolong", "held", "held", ("writer",)),
        Transition("expire", "held", "clear", ("clock",)),
    ),
    (Timer("held", "expire", at="hold_until"),),
)  # fmt: skip
PACK = Pack.from_body({
    "id": "toy-pack@1", "title_zh": "玩具规则", "title_en": "Rules for toys", "jurisdiction": "CN",
    "effective_from": "2020-01-01", "source": "test", "draft": False,
    "values": {
        "pending_hours": {"value": PENDING_HOURS, "unit": "hour", "source": "test"},
        "silence_hours": {"value": 1, "unit": "hour", "source": "test"},
    },
})  # fmt: skip
CALENDAR = YearTable.from_body({
    "id": "cn-2026@1", "year": 2026, "source": "test", "holidays": [], "makeup_work_days": [],
    "notices": [{"number": "1", "title": "test", "date": "2025-11-04"}],
})  # fmt: skip
DEFINITIONS: tuple[tuple[str, Any], ...] = (
    ("calendar", CALENDAR),
    ("pack", PACK),
    ("workflow", HOLD_WORKFLOW),
    ("workflow", PART_WORKFLOW),
    ("workflow", TOY_WORKFLOW),
    ("workflow", VAULT_WORKFLOW),
)
