"""For every edge of every workflow a scene that passes, and for every guard what breaks it alone.

A scene is a command with the states before it. ``BREAKS`` changes a passing scene so that exactly
one guard turns; ``test_vectors`` proves that nothing is missing and nothing is left over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from tests.support.trade import (
    ASSET,
    BIDDERS,
    CASE,
    LOT,
    ORG,
    OTHER_ORG,
    PANEL,
    START_FEN,
    START_US,
    STEP_FEN,
    Scene,
    contract,
    paper,
    plan,
)
from trading.base.calendar import YearTable
from trading.base.units import DAY_US
from trading.engine.builtin import (
    WRITER,
)
from trading.engine.context import Envelope
from trading.engine.definitions import Transition
from trading.engine.stream import Stream
from trading.people.rules import Grant

replace = msgspec.structs.replace
_LOT, _ROLL, _PANEL = f"lot/{LOT}", f"roll/{LOT}", f"panel/{LOT}"
_FOR_EVER_US = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Vector:
    """A command, the states it is decided on, and when."""

    env: Envelope
    states: dict[str, Stream]
    at_us: int


Break = Callable[[Vector], Vector]


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


def _unstated(step: str) -> Break:
    return lambda v: facet(
        _PANEL,
        "panel",
        statements={**v.states[_PANEL].facets["panel"].statements, step: ()},
    )(v)


def _grant_on(role: str, person: str) -> Break:
    """Let ``person`` hold ``role`` on an organisation that the tree does not know, too."""
    name, more = f"person/{person}", Grant(role, "nowhere", 0, _FOR_EVER_US)

    def change(v: Vector) -> Vector:
        grants = v.states[name].facets["person"].grants
        return both(facet(name, "person", grants=(*grants, more)), data(org="nowhere"))(v)

    return change


def _copied(source: str, name: str) -> Break:
    return lambda v: Vector(
        v.env, {**v.states, name: replace(v.states[source], name=name)}, v.at_us
    )


def _shipped_calendar(v: Vector) -> Vector:
    """Enter a version that is in the log already, whole and with its right digest."""
    table = YearTable.from_body({**v.env.data.body, "id": "cn-2026@1"})
    return data(name=table.id, body=table.body, digest=table.digest)(v)


_HELD = stream(_LOT, hold="held")
_DESKS = {"another_desk_v1": lambda v: facet(f"case/{CASE}", "case", drafted_by=v.env.actor)(v)}
_ORG_ADD: dict[str, Break] = {
    "org_new_v1": data(org=ORG),
    "org_below_parent_v1": data(level="street"),
}
_GIVE: dict[str, Break] = {
    "role_known_v1": data(role="king"),
    "org_known_v1": lambda v: (
        _grant_on(v.env.role, v.env.actor)(v) if v.env.role != WRITER else data(org="nowhere")(v)
    ),
    "grant_dated_v1": data(to_us=0),
}
_FOUNDING = stream("definitions", place="founding")
_OPENED = stream("definitions", place="open")

# (workflow, trigger, first role of the edge) -> guard -> what turns this guard alone.
BREAKS: dict[tuple[str, str, str], dict[str, Break]] = {
    ("builtin", "enter", "writer"): {
        "new_version_v1": _shipped_calendar,
        "sound_v1": data(digest="0" * 64),
    },
    ("builtin", "enter", "office"): {
        "new_version_v1": _shipped_calendar,
        "sound_v1": data(digest="0" * 64),
    },
    ("builtin", "simulate", "writer"): {
        "first_entry_v1": lambda v: Vector(
            v.env, {"centre": Stream("centre", 1, workflow="builtin@1", place="founding")}, v.at_us
        ),
    },
    ("asset", "register", "community_officer"): {
        "org_known_v1": _grant_on("community_officer", "officer-yi-a"),
    },
    ("case", "draft", "community_officer"): {
        "pack_known_v1": data(pack="no-such-pack", lots=(plan(tenure="transfer"),)),
        "lots_numbered_v1": data(lots=(plan(2),)),
        "assets_free_v1": stream(f"asset/{ASSET}", place="reserved"),
        "prices_sound_v1": data(lots=(plan(ceiling_fen=START_FEN - 1),)),
        "term_lawful_v1": data(lots=(plan(term_months=241),)),
    },
    ("case", "decide", "community_officer"): {
        "decided_v1": lambda v: data(vote=replace(v.env.data.vote, in_favour=29))(v),
        "minutes_filed_v1": given(docs=(paper("photo"),)),
        "meeting_past_v1": lambda v: data(vote=replace(v.env.data.vote, meeting_day="2026-03-03"))(
            v
        ),
    },
    ("case", "approve", "street_reviewer"): _DESKS,
    ("case", "return", "street_reviewer"): _DESKS,
    ("case", "accept", "centre_reviewer"): _DESKS,
    ("case", "publish", "centre_clerk"): {
        "assets_free_v1": stream(f"asset/{ASSET}", place="let"),
        "notice_long_enough_v1": data(registration_until_us=START_US + DAY_US),
        "schedule_ordered_v1": data(opens_us=START_US + 15 * DAY_US),
    },
    ("deposit", "receive", "centre_cashier"): {
        "registered_v1": stream(f"registration/{LOT}-{BIDDERS[2]}", place="rejected"),
        "amount_full_v1": lambda v: data(amount_fen=v.env.data.amount_fen - 1)(v),
        "paid_in_time_v1": lambda v: data(paid_us=v.at_us + 1)(v),
        "payer_same_name_v1": given(facts={}),
    },
    ("lot_ascending", "get_ready", "centre_operator"): {
        "not_held_v1": _HELD,
        "registrations_decided_v1": facet(_ROLL, "roll", pending=(404,)),
        "enough_bidders_v1": facet(_ROLL, "roll", qualified=()),
        "observed_o2_v1": _unstated("O2"),
        "observed_o5_v1": _unstated("O5"),
    },
    ("lot_ascending", "fail", "centre_operator"): {
        "not_held_v1": _HELD,
        "registrations_decided_v1": facet(_ROLL, "roll", pending=(404,)),
        "enough_bidders_v1": facet(_ROLL, "roll", qualified=BIDDERS),
    },
    ("lot_ascending", "reschedule", "office"): {
        "not_held_v1": _HELD,
        "reschedule_ordered_v1": lambda v: data(opens_us=v.at_us)(v),
    },
    ("lot_ascending", "bid", "bidder"): {
        "not_held_v1": _HELD,
        "qualified_v1": facet(_ROLL, "roll", qualified=BIDDERS[:1]),
        "before_end_v1": lambda v: when(v.states[_LOT].facets["sale"].ends_us)(v),
        "reaches_start_v1": both(
            facet(_LOT, "sale", lead_number=0, lead_fen=0), data(price_fen=START_FEN - STEP_FEN)
        ),
        "raises_enough_v1": data(price_fen=START_FEN),
        "step_multiple_v1": data(price_fen=START_FEN + STEP_FEN + 1),
        "raise_within_max_v1": data(price_fen=START_FEN + 6 * STEP_FEN),
        "under_ceiling_v1": both(
            facet(_LOT, "sale", lead_fen=START_FEN + 10 * STEP_FEN),
            data(price_fen=START_FEN + 11 * STEP_FEN),
        ),
        "not_leading_v1": facet(_LOT, "sale", lead_number=BIDDERS[1]),
    },
    ("lot_ascending", "end", "clock"): {
        "has_lead_v1": lambda v: facet(
            _LOT,
            "sale",
            lead_number=0 if v.states[_LOT].facets["sale"].lead_number else BIDDERS[0],
        )(v),
    },
    ("lot_ascending", "confirm", "centre_operator"): {
        "not_held_v1": _HELD,
        "observed_o7_v1": _unstated("O7"),
    },
    ("lot_ascending", "publish_result", "centre_clerk"): {"not_held_v1": _HELD},
    ("lot_ascending", "award", "office"): {
        "not_held_v1": _HELD,
        "observed_o9_v1": _unstated("O9"),
    },
    ("lot_ascending", "sign", "centre_clerk"): {
        "not_held_v1": _HELD,
        "contract_filed_v1": given(docs=(paper("letter"),)),
        "contract_asset_v1": data(contract=contract(asset="asset-b")),
        "contract_use_zh_v1": data(contract=contract(use_zh="餐饮")),
        "contract_price_unit_v1": data(contract=contract(price_unit="CNY/lot/month")),
        "contract_price_fen_v1": data(contract=contract(price_fen=START_FEN)),
        "contract_term_months_v1": data(contract=contract(term_months=60)),
        "contract_bidder_v1": data(contract=contract(bidder=BIDDERS[0])),
    },
    ("lot_ascending", "certify", "centre_certifier"): {
        "not_held_v1": _HELD,
        "another_hand_v1": lambda v: facet(_LOT, "award", confirmed_by=v.env.actor)(v),
        "observed_o10_v1": _unstated("O10"),
    },
    ("orgs", "add", "writer"): {"founding_v1": _OPENED, **_ORG_ADD},
    ("orgs", "add", "office"): {"founding_v1": _FOUNDING, **_ORG_ADD},
    ("person", "give", "writer"): {"founding_v1": _OPENED, **_GIVE},
    ("person", "give", "office"): {"founding_v1": _FOUNDING, **_GIVE},
    ("person", "enrol", "writer"): {"founding_v1": _OPENED, "name_disclosed_v1": given(sd=())},
    ("person", "enrol", "office"): {"founding_v1": _FOUNDING, "name_disclosed_v1": given(sd=())},
    ("panel", "draw", "office"): {
        "roster_of_owner_v1": both(
            _copied(f"roster/{ORG}", f"roster/{OTHER_ORG}"), data(org=OTHER_ORG)
        ),
        "roster_large_enough_v1": facet(f"roster/{ORG}", "roster", members=PANEL[:4]),
    },
    ("panel", "state", "resident_rep"): {
        "on_panel_v1": given(actor="rep-01"),
        "states_once_v1": given(actor=PANEL[0]),
        "refusal_reasoned_v1": data(verdict="refused", reason_zh=" "),
    },
    ("registration", "submit", "bidder"): {
        "registration_open_v1": lambda v: when(
            v.states[_LOT].facets["schedule"].registration_until_us
        )(v),
        "own_number_v1": data(number=404),
        "registers_once_v1": data(who=f"who-{BIDDERS[0]}"),
        "notice_acknowledged_v1": data(acknowledges_notice=False),
    },
    ("registration", "qualify", "centre_reviewer"): {
        "deposit_held_v1": stream(f"deposit/{LOT}-{BIDDERS[2]}", place="refund_due"),
        "eligible_v1": given(facts={"eligible": False}),
    },
    ("roster", "freeze", "office"): {"members_distinct_v1": data(members=PANEL[:3] * 2)},
}


def key(workflow: str, edge: Transition) -> tuple[str, str, str]:
    """Return the key of an edge in ``BREAKS``."""
    return workflow.partition("@")[0], edge.trigger, edge.roles[0]
