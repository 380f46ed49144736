"""What turns one guard of panel, roster and waiver alone."""

from __future__ import annotations

from typing import Any

from tests.support.acts import CASE, LOT, MEMBERS, ORG, OTHER_ORG, ROSTER
from tests.trade.vectors.build import (
    HELD,
    LOT_STREAM,
    PANEL_STREAM,
    Break,
    Breaks,
    Vector,
    both,
    copied,
    data,
    facet,
    given,
    replace,
    stream,
)
from trading.base.signature import fingerprint
from trading.demo.devices import public_key
from trading.engine.stream import Stream
from trading.observing.rules import Listed, Opening, Seat, Statement
from trading.observing.talk import Question, Talk, place_of
from trading.people.devices import Device, Devices

_ROSTER = f"roster/{ORG}"


def _opened(*statements: Statement, opened_us: int = 0) -> Break:
    """Let the step of the command stand open over the digest that the command names."""

    def change(v: Vector) -> Vector:
        opening = Opening(v.env.data.shown, (LOT,), opened_us, statements)
        return facet(PANEL_STREAM, "panel", steps={v.env.data.step: (opening,)})(v)

    return change


def _device(v: Vector, key: str, *confirmed_by: str) -> Vector:
    """Let the person of the command have a device with ``key``."""
    name = f"person/{v.env.data.person}"
    state = v.states.get(name) or Stream(name, 1, workflow="person@1", place="active")
    devices = Devices({fingerprint(key): Device("ed25519", key, confirmed_by)})
    changed = replace(state, facets={**state.facets, "devices": devices})
    return Vector(v.env, {**v.states, name: changed}, v.at_us)


def _talk(**fields: Any) -> Break:
    """Let the panel have said this."""

    def change(v: Vector) -> Vector:
        facets = {**v.states[PANEL_STREAM].facets, "talk": Talk(**fields)}
        return stream(PANEL_STREAM, facets=facets)(v)

    return change


def _called(v: Vector) -> str:
    return place_of(v.env.data.step, v.env.data.lot)


_STATE: dict[str, Break] = {
    "on_panel_v1": given(actor="rep-01"),
    "shown_as_opened_v1": data(shown="0" * 64),
    "lots_as_opened_v1": data(except_lots=(f"{CASE}-99",)),
    "states_once_v1": lambda v: _opened(Statement(v.env.actor, "seen", "paper"))(v),
    "refusal_reasoned_v1": data(verdict="refused", reason_zh=" "),
    "signature_valid_v1": data(device="0" * 64),
}
BREAKS: Breaks = {
    ("panel", "commit", "office"): {
        "roster_of_owner_v1": both(copied(_ROSTER, f"roster/{OTHER_ORG}"), data(org=OTHER_ORG)),
        "roster_large_enough_v1": facet(_ROSTER, "roster", rows=ROSTER[:4]),
    },
    ("panel", "exclude", "centre_clerk"): {"on_roster_v1": data(member="stranger")},
    ("panel", "call", "supervision_member"): {
        "caller_apart_v1": lambda v: facet(PANEL_STREAM, "panel", committed_by=v.env.actor)(v),
    },
    ("panel", "draw", "office"): {
        "seed_opens_v1": data(seed="0" * 64),
        "roster_unchanged_v1": facet(_ROSTER, "roster", digest="0" * 64),
        "enough_eligible_v1": facet(
            PANEL_STREAM, "panel", excluded=dict.fromkeys(MEMBERS[4:], "interest")
        ),
    },
    ("panel", "replace", "office"): {"member_seated_v1": data(member="stranger")},
    ("panel", "open_step", "centre_operator"): {
        "lots_of_notice_v1": data(lots=(f"{CASE}-99",)),
        "step_due_v1": both(data(step="O11"), stream(LOT_STREAM, place="contracted")),
        "evidence_new_v1": _opened(),
    },
    ("panel", "state", "resident_rep"): _STATE,
    ("panel", "state", "supervision_member"): {
        **{guard: turn for guard, turn in _STATE.items() if guard != "on_panel_v1"},
        "on_panel_v1": lambda v: facet(PANEL_STREAM, "panel", seats=(Seat(v.env.actor, 1),))(v),
        "quorum_missed_v1": lambda v: _opened(opened_us=v.at_us)(v),
    },
    ("panel", "attend", "resident_rep"): {
        "on_panel_v1": given(actor="rep-01"),
        "step_opened_v1": data(step="O8"),
        "attends_once_v1": lambda v: _talk(present={v.env.data.step: (v.env.actor,)})(v),
    },
    ("panel", "remark", "resident_rep"): {
        "on_panel_v1": given(actor="rep-01"),
        "remark_filed_v1": given(docs=()),
    },
    ("panel", "ask", "resident_rep"): {
        "on_panel_v1": given(actor="rep-01"),
        "questions_few_v1": _talk(waiting={str(n): Question("rep-01", 1) for n in range(20)}),
    },
    ("panel", "answer", "centre_operator"): {"question_open_v1": data(number=2)},
    ("panel", "ask_hold", "resident_rep"): {
        "on_panel_v1": given(actor="rep-01"),
        "lot_running_v1": HELD,
        "calls_once_v1": lambda v: _talk(callers={_called(v): (v.env.actor,)})(v),
        "held_once_v1": lambda v: _talk(held=(_called(v),))(v),
    },
    ("panel", "record_time", "centre_operator"): {
        "was_present_v1": data(member="rep-01"),
        "time_once_v1": lambda v: _talk(
            minutes={place_of(v.env.data.step, v.env.data.member): 1},
            present={v.env.data.step: (v.env.data.member,)},
        )(v),
    },
    ("person", "add_device", "resident_rep"): {
        "oneself_v1": data(person=MEMBERS[5]),
        "key_sound_v1": data(algorithm="p256"),
        "device_new_v1": lambda v: _device(v, v.env.data.public_key),
    },
    ("person", "confirm_device", "resident_rep"): {
        "confirms_another_v1": lambda v: given(actor=v.env.data.person)(v),
        "same_roster_v1": given(actor="stranger"),
        "device_live_v1": data(fingerprint="0" * 64),
        "confirms_once_v1": lambda v: given(actor=MEMBERS[0])(
            _device(v, public_key(v.env.data.person), MEMBERS[0])
        ),
    },
    ("person", "revoke_device", "resident_rep"): {
        "oneself_or_office_v1": given(actor="stranger"),
        "device_live_v1": data(fingerprint="0" * 64),
    },
    ("roster", "freeze", "office"): {
        "members_distinct_v1": data(rows=(*ROSTER[:3], Listed("group-9", 9, MEMBERS[0]))),
        "roster_ordered_v1": data(rows=ROSTER[:3][::-1]),
    },
    ("lot_ascending", "waive", "office"): {
        "waivable_here_v1": data(step="O11"),
        "step_missing_v1": lambda v: facet(LOT_STREAM, "waived", steps={v.env.data.step: "x"})(v),
    },
}
