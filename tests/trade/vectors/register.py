"""What turns one guard of the register alone."""

from __future__ import annotations

from tests.support.acts import ASSET, LOT, agreement
from tests.trade.vectors.build import Break, Breaks, Vector, closed_org, data, facet, given, stream
from trading.register.contracts import Performance, contract_of
from trading.register.rules import Description, Ledger, description

_ASSET, _CONTRACT = f"asset/{ASSET}", f"contract/{contract_of(LOT)}"
_AHEAD = Ledger(inventory_day="2999-01-01")
_UNFILED = given(docs=())
_SETTLED: dict[str, Break] = {
    "bond_settled_v1": data(bond_returned_fen=1),
    "arrears_stated_v1": data(arrears_fen=1),
}


def _agreed(**fields: object) -> Break:
    return data(agreement=agreement(**fields))


def _unchanged(v: Vector) -> Vector:
    return data(description=description(v.states[_ASSET].facets["asset"]))(v)


def _handed_over(v: Vector) -> Vector:
    facets = {**v.states[_CONTRACT].facets, "performance": Performance("2026-03-19")}
    return stream(_CONTRACT, facets=facets)(v)


BREAKS: Breaks = {
    ("asset", "register", "community_officer"): {
        "org_known_v1": closed_org,
        "ledger_sound_v1": data(ledger=_AHEAD),
    },
    ("asset", "update", "community_officer"): {
        "ledger_sound_v1": data(description=Description("shop", "门面", "甲", 1, "lot", _AHEAD)),
        "something_changes_v1": _unchanged,
    },
    ("asset", "freeze", "office"): {
        "order_filed_v1": _UNFILED,
        "frozen_v1": facet(_ASSET, "asset", frozen_zh="已查封"),
    },
    ("asset", "unfreeze", "office"): {
        "order_filed_v1": _UNFILED,
        "frozen_v1": facet(_ASSET, "asset", frozen_zh=""),
    },
    ("contract", "take_over", "community_officer"): {
        "pack_known_v1": data(pack="no-such-pack"),
        "asset_idle_v1": stream(_ASSET, place="reserved"),
        "paper_filed_v1": _UNFILED,
        "contract_days_v1": _agreed(ends_day="2027-12-30"),
        "schedule_sound_v1": _agreed(price_unit="CNY/cubit/year"),
        "paid_within_v1": data(paid_instalments=3),
    },
    ("contract", "hand_over", "community_officer"): {
        "day_past_v1": data(day="2026-02-30"),
        "handed_once_v1": _handed_over,
        "handover_filed_v1": _UNFILED,
    },
    ("contract", "receive", "community_officer"): {
        "day_past_v1": data(day="2999-01-01"),
        "due_exists_v1": data(number=4),
        "not_overpaid_v1": data(amount_fen=101_001),
    },
    ("contract", "close", "community_officer"): {
        "one_off_v1": facet(_CONTRACT, "contract", agreement=agreement(starts_day="2026-12-01")),
        "inspection_filed_v1": _UNFILED,
        **_SETTLED,
    },
    ("contract", "end", "community_officer"): {"ending_filed_v1": _UNFILED, **_SETTLED},
}
