"""What turns one guard of a correction alone."""

from __future__ import annotations

from tests.support.acts import ASSET, LOT
from tests.trade.vectors.build import LOT_STREAM, Break, Breaks, Vector, both, data, facet, stream
from trading.register.contracts import contract_of

_ASSET = f"asset/{ASSET}"
_CONTRACT = f"contract/{contract_of(LOT)}"
_KEYED: dict[str, Break] = {
    "correctable_v1": data(field="lot"),
    "old_as_recorded_v1": data(old="never said"),
    "entry_known_v1": data(entry=10**9),
    "new_fits_v1": lambda v: data(new=v.env.data.old)(v),
}
_CERTIFIED = stream(LOT_STREAM, place="certified")


def _in_certified_lot(v: Vector) -> Vector:
    certified = v.states.get(LOT_STREAM, v.states[_ASSET])
    lots = Vector(v.env, {**v.states, LOT_STREAM: certified}, v.at_us)
    return both(_CERTIFIED, facet(_ASSET, "asset", lot=LOT_STREAM))(lots)


BREAKS: Breaks = {
    ("registration", "correct", "centre_reviewer"): {**_KEYED, "not_certified_v1": _CERTIFIED},
    ("contract", "correct", "community_officer"): {
        **_KEYED,
        "not_certified_v1": facet(_CONTRACT, "contract", lot=LOT),
    },
    ("asset", "correct", "community_officer"): {**_KEYED, "not_certified_v1": _in_certified_lot},
    ("deposit", "correct", "centre_cashier"): {**_KEYED, "not_certified_v1": _CERTIFIED},
}
