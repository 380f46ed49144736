"""A tiny subject for tests of the engine and the record: stalls that are bid for, and veils.

A stall is created, opened, bid for, ends by its timer and is settled; two persons lift its hold.
A veil is a restricted stream inside a stall: only its blind is public.
"""

from __future__ import annotations

from typing import Any

from trading.base import assets
from trading.base.calendar import load_table
from trading.engine import builtin
from trading.engine.builtin import EnterDefinition, Lifted, suspension
from trading.engine.catalogue import Catalogue
from trading.engine.context import Context
from trading.engine.kernel import Kernel
from trading.engine.loader import Names, load
from trading.engine.policy import load_pack
from trading.engine.policy_keys import KEYS
from trading.engine.registry import (
    HOLD,
    OPEN,
    RESTRICTED,
    CommandSpec,
    Effect,
    GuardSpec,
    Registry,
    StreamSpec,
    Subject,
    Then,
)
from trading.engine.stream import Command, Event, Facet, Stream

PACK = "toy-pack@1"
ORG = "community/a"
BID_GUARDS = (
    "not_held_v1", "in_time_v1", "raises_v1", "on_step_v1", "not_leading_v1", "price_bounded_v1",
    "name_given_v1", "unit_given_v1", "has_end_v1", "same_name_v1",
)  # fmt: skip

STALL = f"""
[workflow]
name = "stall"
version = 1
stream = "stall"
title_zh = "摊位"
title_en = "Stall"
initial = "new"
final = ["settled", "failed"]
[states]
new = {{ label_zh = "未建", label_en = "New" }}
listed = {{ label_zh = "已挂牌", label_en = "Listed" }}
bidding = {{ label_zh = "竞价", label_en = "Bidding", live = true }}
sold = {{ label_zh = "成交", label_en = "Sold" }}
settled = {{ label_zh = "结清", label_en = "Settled" }}
failed = {{ label_zh = "流标", label_en = "Failed" }}
[[transition]]
trigger = "create"
from = "new"
to = "listed"
roles = ["clerk"]
[[transition]]
trigger = "open"
from = "listed"
to = "bidding"
roles = ["clerk"]
guards = ["not_held_v1", "end_ahead_v1"]
[[transition]]
trigger = "bid"
from = "bidding"
to = "bidding"
roles = ["bidder"]
guards = {list(BID_GUARDS)}
[[transition]]
trigger = "end"
from = "bidding"
to = "sold"
roles = ["clock"]
guards = ["has_lead_v1"]
[[transition]]
trigger = "end"
from = "bidding"
to = "failed"
roles = ["clock"]
unless = ["has_lead_v1"]
[[transition]]
trigger = "settle"
from = "sold"
to = "settled"
roles = ["office"]
[[transition]]
trigger = "lapse"
from = "sold"
to = "failed"
roles = ["clock"]
[[timer]]
from = "bidding"
trigger = "end"
at = "stall_end"
[[timer]]
from = "sold"
trigger = "lapse"
after = "pending_hours"
"""

VEIL = """
[workflow]
name = "veil"
version = 1
stream = "veil"
title_zh = "密封件"
title_en = "Veil"
initial = "new"
final = ["opened"]
[states]
new = { label_zh = "未交", label_en = "New" }
kept = { label_zh = "保管", label_en = "Kept" }
opened = { label_zh = "已启封", label_en = "Opened" }
[[transition]]
trigger = "put"
from = "new"
to = "kept"
roles = ["bidder"]
[[transition]]
trigger = "unveil"
from = "kept"
to = "opened"
roles = ["writer", "office"]
"""

HOLD_FLOW = """
[workflow]
name = "hold"
version = 1
stream = "stall"
title_zh = "中止"
title_en = "Hold"
initial = "clear"
final = []
[states]
clear = { label_zh = "正常", label_en = "Running" }
held = { label_zh = "已中止", label_en = "Held" }
[[transition]]
trigger = "suspend"
from = "clear"
to = "held"
roles = ["office"]
[[transition]]
trigger = "halt"
from = "clear"
to = "held"
roles = ["writer"]
[[transition]]
trigger = "resume"
from = "held"
to = "clear"
roles = ["office"]
persons = 2
"""

PACK_TOML = """
[pack]
id = "toy-pack@1"
title_zh = "测试规则包"
title_en = "Pack of the tests"
jurisdiction = "CN"
effective_from = 2018-01-01
draft = false
source = "made up for tests"
[values.pending_hours]
value = 48
unit = "hour"
source = "made up for tests"
"""


class Create(Command, frozen=True):
    """Create a stall."""

    stall: str
    org: str


class Open(Command, frozen=True):
    """Open the bidding until ``end_us``."""

    stall: str
    end_us: int
    start_fen: int


class Bid(Command, frozen=True):
    """Bid a price."""

    stall: str
    price_fen: int
    unit: str = "year"


class Settle(Command, frozen=True):
    """Settle a sold stall and open its veils."""

    stall: str
    veils: tuple[str, ...] = ()


class Suspend(Command, frozen=True):
    """Let a stall stand still."""

    stall: str
    reason: str = ""


class Resume(Command, frozen=True):
    """Let a stall go on; two persons."""

    stall: str


class Put(Command, frozen=True):
    """Hand in something sealed."""

    veil: str
    stall: str
    note: str = ""


class Created(Event, frozen=True, tag="stall.created/1"):
    """A stall is there."""

    org: str


class Opened(Event, frozen=True, tag="stall.opened/1"):
    """Bidding runs."""

    end_us: int
    start_fen: int


class Accepted(Event, frozen=True, tag="stall.bid_accepted/1"):
    """A bid leads."""

    bidder: str
    price_fen: int
    unit: str


class Kept(Event, frozen=True, tag="veil.kept/1"):
    """Something sealed is kept."""

    note: str


class Sale(Facet, frozen=True):
    """Where the bidding of a stall stands."""

    end_us: int = 0
    price_fen: int = 0
    lead: str = ""
    bids: int = 0


class Cover(Facet, frozen=True):
    """What a veil holds."""

    note: str = ""


def _sale(context: Context) -> Sale:
    return context.find(Sale) or Sale()


def _bid_guard(name: str, check: Any) -> GuardSpec:
    return GuardSpec(name, lambda c: check(c, _sale(c)), "price_fen", "tests")


def _end(stream: Stream) -> int | None:
    found: Sale | None = stream.facets.get("sale")
    return found.end_us if found else None


def _unveil(context: Context) -> Effect:
    return Effect(then=tuple(Then(f"veil/{name}", "unveil") for name in context.data.veils))


def _resume(context: Context) -> Effect:
    return Effect(events=(Lifted(context.at_us - context.stream.held_us),))


def _suspend(context: Context) -> Effect:
    return Effect(events=suspension(context.stream.name, "order", context.at_us).events)


def _command(
    kind: str, struct: type[Command], trigger: str, effect: Any, **more: Any
) -> CommandSpec:
    return CommandSpec(kind, struct, lambda d: f"stall/{d.stall}", trigger, effect, **more)


SUBJECT = Subject(
    name="toy",
    streams=(StreamSpec("stall", "stall"), StreamSpec("veil", "veil", audience=RESTRICTED)),
    commands=(
        _command(
            "stall.create/1", Create, "create",
            lambda c: Effect((Created(c.data.org),), pack=PACK), owner=lambda d: d.org,
        ),
        _command(
            "stall.open/1", Open, "open",
            lambda c: Effect((Opened(c.data.end_us, c.data.start_fen),)),
        ),
        _command(
            "stall.bid/1", Bid, "bid",
            lambda c: Effect((Accepted(c.env.actor, c.data.price_fen, c.data.unit),)), timely=True,
        ),
        CommandSpec("stall.end/1", builtin.Due, lambda d: d.stream, "end",
                    lambda c: Effect(since_us=c.data.due_us), clock=True),
        CommandSpec("stall.lapse/1", builtin.Due, lambda d: d.stream, "lapse",
                    lambda c: Effect(since_us=c.data.due_us), clock=True),
        _command("stall.settle/1", Settle, "settle", _unveil,
                 reads=lambda env, _states: [f"veil/{name}" for name in env.data.veils]),
        _command("stall.suspend/1", Suspend, "suspend", _suspend, region=HOLD),
        _command("stall.resume/1", Resume, "resume", _resume, region=HOLD),
        CommandSpec("veil.put/1", Put, lambda d: f"veil/{d.veil}", "put",
                    lambda c: Effect((Kept(c.data.note),)), parent=lambda d: f"stall/{d.stall}"),
    ),
    facets={"sale": Sale, "cover": Cover},
    evolves={
        Created: ("sale", lambda _sale, _event: Sale()),
        Opened: ("sale", lambda _sale, event: Sale(event.end_us, event.start_fen)),
        Accepted: ("sale", lambda sale, event: Sale(
            sale.end_us, event.price_fen, event.bidder, sale.bids + 1)),
        Kept: ("cover", lambda _cover, event: Cover(event.note)),
    },
    guards=(
        _bid_guard("in_time_v1", lambda c, s: c.at_us < s.end_us),
        _bid_guard("raises_v1", lambda c, s: c.data.price_fen > s.price_fen),
        _bid_guard("on_step_v1", lambda c, s: (c.data.price_fen - s.price_fen) % 100 == 0),
        _bid_guard("not_leading_v1", lambda c, s: c.env.actor != s.lead),
        _bid_guard("price_bounded_v1", lambda c, _s: c.data.price_fen < 10**12),
        _bid_guard("name_given_v1", lambda c, _s: c.env.actor != ""),
        _bid_guard("unit_given_v1", lambda c, _s: c.data.unit == "year"),
        _bid_guard("has_end_v1", lambda _c, s: s.end_us > 0),
        _bid_guard("same_name_v1", lambda c, _s: c.env.facts.get("payer_same_name", True)),
        _bid_guard("has_lead_v1", lambda _c, s: s.lead != ""),
        _bid_guard("end_ahead_v1", lambda c, _s: c.at_us < c.data.end_us),
    ),
    instants={"stall_end": _end},
    roles={"clerk": OPEN, "bidder": OPEN, "office": OPEN},
)  # fmt: skip


def registry() -> Registry:
    """Return the built-in subject and the toy."""
    return Registry((builtin.SUBJECT, SUBJECT))


def kernel(*, live: bool = True) -> Kernel:
    """Return a kernel that has no definition yet."""
    catalogue = Catalogue(live=live)
    catalogue.add_workflow(builtin.BUILTIN)
    return Kernel(registry(), catalogue)


def definitions() -> list[EnterDefinition]:
    """Return what has to be entered before the first stall."""
    known = registry()
    roles, guards = frozenset(known.roles), frozenset(known.guards)
    names = Names(roles, guards, frozenset(known.instants), KEYS, frozenset())
    flows = [load(text, names) for text in (STALL, VEIL, HOLD_FLOW)]
    pack = load_pack(PACK_TOML)
    table = load_table(assets.read_text("policies/calendars/cn-2026.toml"))
    return [
        EnterDefinition("calendar", table.id, table.digest, table.body),
        EnterDefinition("pack", pack.id, pack.digest, pack.body),
        *(EnterDefinition("workflow", flow.id, flow.digest, flow.body) for flow in flows),
    ]
