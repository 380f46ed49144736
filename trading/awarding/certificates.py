"""Transaction certificates: numbered once, printed a few times, replaced and never changed.

What a certificate says follows from the record of its lot; nothing in it can be edited. One that
is wrong or lost is replaced by another number, and both tell of each other.
Source: domain brief 11 and 17.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from trading.engine.registry import Then
from trading.engine.stream import Event, Facet

Ground: TypeAlias = Literal["correction", "loss"]


class Certificate(Facet, frozen=True):
    """A certificate of one lot, and how often it was printed.

    ``waived`` are the observation steps waived for the lot, each with the reason; it says so.
    ``former`` and ``next`` are the numbers of the one it replaces and of the one that replaces it.
    """

    lot: str
    waived: dict[str, str] = {}  # noqa: RUF012 - copied by msgspec
    prints: int = 0
    former: str = ""
    next: str = ""


class WaivedStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An observation step that was waived, and the listed reason."""

    step: str
    reason: str


class CertificateIssued(Event, frozen=True, tag="certificate_issued/1"):
    """A certificate was issued for a lot, new or in the place of ``former``."""

    lot: str
    waived: tuple[WaivedStep, ...]
    former: str = ""


class CertificatePrinted(Event, frozen=True, tag="certificate_printed/1"):
    """``copies`` were printed."""

    copies: int


class CertificateLost(Event, frozen=True, tag="certificate_lost/1"):
    """Who held it reported it lost."""


class CertificateReplaced(Event, frozen=True, tag="certificate_replaced/1"):
    """Another certificate took its place."""

    number: str
    ground: Ground
    reason_zh: str


class CertificateCancelled(Event, frozen=True, tag="certificate_cancelled/1"):
    """The certificate no longer certifies anything."""

    reason_zh: str


def certificate_issued(_found: Certificate | None, event: CertificateIssued) -> Certificate:
    """Fold the issue."""
    waived = {one.step: one.reason for one in event.waived}
    return Certificate(event.lot, waived, former=event.former)


def certificate_printed(found: Certificate, event: CertificatePrinted) -> Certificate:
    """Fold a printing."""
    return msgspec.structs.replace(found, prints=found.prints + event.copies)


def certificate_lost(found: Certificate, _event: CertificateLost) -> Certificate:
    """Fold the loss: the place of the certificate tells it."""
    return found


def certificate_replaced(found: Certificate, event: CertificateReplaced) -> Certificate:
    """Fold the replacement."""
    return msgspec.structs.replace(found, next=event.number)


def certificate_cancelled(found: Certificate, _event: CertificateCancelled) -> Certificate:
    """Fold the cancellation: the place of the certificate tells it."""
    return found


def certificate_stream(number: str) -> str:
    """Return the stream of a certificate."""
    return f"certificate/{number}"


def issue(number: str, lot: str, waived: dict[str, str], former: str = "") -> Then:
    """Return the part that issues certificate ``number``."""
    steps = tuple(WaivedStep(step, reason) for step, reason in sorted(waived.items()))
    event = CertificateIssued(lot, steps, former)
    return Then(certificate_stream(number), "issue", (event,))
