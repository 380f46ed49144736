"""What turns one guard of a hold or of an end without a contract alone."""

from __future__ import annotations

from tests.support.acts import STAFF, paper
from tests.trade.vectors.build import LOT_STREAM, Breaks, data, facet, given, stream
from tests.trade.vectors.disputes import with_disputes

_RUMOUR = given(docs=(paper("rumour"),))

_OWN_SCAN = facet("paper/QR-1", "scan", filed_by=STAFF["centre_reviewer"])
_CERTIFICATE = "certificate/JZ-1"
BREAKS: Breaks = {
    ("certificate", "print", "centre_certifier"): {
        "prints_left_v1": facet(_CERTIFICATE, "certificate", prints=2),
    },
    ("certificate", "report_lost", "centre_certifier"): {"evidence_filed_v1": _RUMOUR},
    ("certificate", "replace", "office"): {
        "evidence_filed_v1": _RUMOUR,
        "certificate_number_new_v1": data(number="JZ-1"),
    },
    ("certificate", "cancel", "office"): {"evidence_filed_v1": _RUMOUR},
    ("paper", "file_scan", "centre_clerk"): {
        "paper_subject_known_v1": data(about="lot/nobody"),
        "scan_filed_v1": _RUMOUR,
    },
    ("paper", "check_scan", "centre_clerk"): {
        "another_checks_v1": _OWN_SCAN,
        "scan_as_filed_v1": data(sha256="0" * 64),
    },
    ("paper", "return_scan", "centre_clerk"): {"another_checks_v1": _OWN_SCAN},
    ("hold", "suspend", "office"): {
        "not_ended_v1": stream(LOT_STREAM, place="certified"),
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
