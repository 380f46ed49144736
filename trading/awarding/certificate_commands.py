"""Commands of certificates: print, report lost, replace, cancel."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from trading.awarding.certificates import (
    Certificate,
    CertificateCancelled,
    CertificateLost,
    CertificatePrinted,
    CertificateReplaced,
    Ground,
    certificate_stream,
    issue,
)
from trading.base.text import Id, ShortText
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect
from trading.engine.stream import Command, States


class PrintCertificate(Command, frozen=True):
    """Print a certificate within the number that policy allows."""

    certificate: Id
    copies: Annotated[int, Meta(ge=1, le=10)]


class PrintMore(Command, frozen=True):
    """Print a certificate beyond that number; two people answer for it."""

    certificate: Id
    copies: Annotated[int, Meta(ge=1, le=10)]
    reason_zh: ShortText


class ReportLost(Command, frozen=True):
    """Put on record that a certificate was lost."""

    certificate: Id


class ReplaceCertificate(Command, frozen=True):
    """Issue certificate ``number`` in the place of one that is wrong or lost."""

    certificate: Id
    number: Id
    ground: Ground
    reason_zh: ShortText


class CancelCertificate(Command, frozen=True):
    """Take a certificate out of the world without another."""

    certificate: Id
    reason_zh: ShortText


def _certificate(data: Any) -> str:
    return certificate_stream(data.certificate)


def _print(context: Context) -> Effect:
    return Effect((CertificatePrinted(context.data.copies),))


def _lost(_context: Context) -> Effect:
    return Effect((CertificateLost(),))


def _replace(context: Context) -> Effect:
    data: ReplaceCertificate = context.data
    found = context.of(Certificate)
    event = CertificateReplaced(data.number, data.ground, data.reason_zh)
    return Effect((event,), (issue(data.number, found.lot, found.waived, data.certificate),))


def _cancel(context: Context) -> Effect:
    return Effect((CertificateCancelled(context.data.reason_zh),))


def _with_next(env: Envelope, _states: States) -> tuple[str, ...]:
    return (certificate_stream(env.data.number),)


COMMANDS = (
    CommandSpec("certificate.print/1", PrintCertificate, _certificate, "print", _print),
    CommandSpec("certificate.print_more/1", PrintMore, _certificate, "print_more", _print),
    CommandSpec("certificate.report_lost/1", ReportLost, _certificate, "report_lost", _lost),
    CommandSpec("certificate.replace/1", ReplaceCertificate, _certificate, "replace", _replace,
                reads=_with_next),
    CommandSpec("certificate.cancel/1", CancelCertificate, _certificate, "cancel", _cancel),
)  # fmt: skip
