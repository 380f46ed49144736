"""What turns one guard of a hold or of an end without a contract alone."""

from __future__ import annotations

from tests.support.acts import paper
from tests.trade.vectors.build import Breaks, data, given
from tests.trade.vectors.disputes import with_disputes

_RUMOUR = given(docs=(paper("rumour"),))

BREAKS: Breaks = {
    ("hold", "suspend", "office"): {
        "evidence_filed_v1": _RUMOUR,
        "hold_end_ahead_v1": lambda v: data(until_us=v.at_us)(v),
    },
    ("hold", "resume", "office"): {
        "evidence_filed_v1": _RUMOUR,
        "no_admitted_objection_v1": lambda v: with_disputes(v, admitted=(1,)),
    },
    ("lot_ascending", "terminate", "office"): {"evidence_filed_v1": _RUMOUR},
    ("lot_ascending", "void", "office"): {"evidence_filed_v1": _RUMOUR},
}
