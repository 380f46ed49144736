"""Awarding: from the end of the bidding to the certificate."""

from __future__ import annotations

from trading.awarding import certificate_commands, certificates, endings, facts, rules, scans
from trading.awarding.commands import COMMANDS
from trading.awarding.guards import GUARDS
from trading.engine.registry import Desk, StreamSpec, Subject

SUBJECT = Subject(
    name="awarding",
    streams=(StreamSpec("certificate", "certificate"), StreamSpec("paper", "paper")),
    commands=(*COMMANDS, *endings.COMMANDS, *certificate_commands.COMMANDS, *scans.COMMANDS),
    facets={
        "award": rules.Award,
        "ending": rules.Ending,
        "certificate": certificates.Certificate,
        "scan": scans.Scan,
    },
    evolves={
        rules.DealConfirmed: ("award", rules.deal_confirmed),
        rules.ResultPublished: ("award", rules.result_published),
        rules.Awarded: ("award", rules.awarded),
        rules.SigningOverdue: ("award", rules.signing_overdue),
        rules.ContractSigned: ("award", rules.contract_signed),
        rules.Certified: ("award", rules.certified),
        rules.ResultFallen: ("award", rules.result_fallen),
        certificates.CertificateIssued: ("certificate", certificates.certificate_issued),
        certificates.CertificatePrinted: ("certificate", certificates.certificate_printed),
        certificates.CertificateLost: ("certificate", certificates.certificate_lost),
        certificates.CertificateReplaced: ("certificate", certificates.certificate_replaced),
        certificates.CertificateCancelled: ("certificate", certificates.certificate_cancelled),
        rules.Ended: ("ending", rules.ended),
        scans.PaperFiled: ("scan", scans.paper_filed),
        scans.PaperChecked: ("scan", scans.paper_checked),
        scans.PaperReturned: ("scan", scans.paper_returned),
    },
    guards=(*GUARDS, *scans.GUARDS),
    desks=(
        Desk("lot", "stalled", "office", "desk_days"),
        Desk("lot", "confirmed", "centre_clerk", "desk_days"),
        Desk("lot", "cleared", "office", "desk_days"),
        Desk("lot", "contracted", "centre_certifier", "desk_days"),
        Desk("paper", "filed", "centre_reviewer", "desk_days"),
        Desk("paper", "returned", "centre_clerk", "desk_days"),
    ),
    instants={"signing_end": facts.signing_end},
    facts={
        "complaint_end_us": facts.complaint_end_us,
        "lot_voided": facts.lot_voided,
        "result_fallen": facts.result_fallen,
    },
)
