"""Acts of certificates: one builder for each."""

from __future__ import annotations

from typing import Any

from tests.support.acts import Act, pair, paper, staff
from trading.awarding.certificate_commands import (
    CancelCertificate,
    PrintCertificate,
    PrintMore,
    ReplaceCertificate,
    ReportLost,
)

NUMBER = "JZ-1"


def print_copies(copies: int = 1, number: str = NUMBER) -> Act:
    """Return a printing within the allowed number."""
    return staff("certificate.print/1", PrintCertificate(number, copies), "centre_certifier")


def print_more(copies: int = 1) -> tuple[Act, Act]:
    """Return a printing beyond that number by two of the office."""
    return pair("certificate.print_more/1", PrintMore(NUMBER, copies, "法院调取"))


def report_lost() -> Act:
    """Return the report of a loss."""
    docs = (paper("evidence"),)
    return staff("certificate.report_lost/1", ReportLost(NUMBER), "centre_certifier", docs=docs)


def replace_certificate(number: str = "JZ-2", ground: Any = "correction") -> tuple[Act, Act]:
    """Return the replacement by two of the office."""
    data = ReplaceCertificate(NUMBER, number, ground, "坐落笔误")
    return pair("certificate.replace/1", data)


def cancel() -> tuple[Act, Act]:
    """Return the cancellation by two of the office."""
    return pair("certificate.cancel/1", CancelCertificate(NUMBER, "合同解除"))
