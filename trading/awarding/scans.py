"""Sealed papers that come back as scans: filed by digest, and checked by another person.

A paper is printed, signed and sealed by hand; what comes back is a photo or a scan. One person
files it, another looks at paper and scan and says that they are the same, naming the digest that
was on the screen. Source: domain brief, section 17; decision 17.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from trading.base.text import Digest, Id, Name, ShortText
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect, GuardSpec
from trading.engine.stream import Command, Event, Facet, States

SCAN = "scan"
"""The name under which the scan is given with the command."""
Subject = Annotated[
    str,
    Meta(
        max_length=160,
        pattern=r"^(case|lot|panel|certificate|objection|contract)/[a-zA-Z0-9_.-]+$(?!\n)",
    ),
]
"""Only of what is public: a scan tells that its object exists."""
_SOURCE = "domain brief 17; decision 17"


class Scan(Facet, frozen=True):
    """A paper of kind ``kind`` about the stream ``about``; ``sha256`` is the scan that counts."""

    about: str
    kind: str
    sha256: str
    filed_by: str
    checked_by: str = ""


class FilePaper(Command, frozen=True):
    """File the scan of a sealed paper under the number of the paper."""

    paper: Id
    about: Subject
    kind: Name


class CheckPaper(Command, frozen=True):
    """Say that paper and scan are the same; ``sha256`` is the scan that was looked at."""

    paper: Id
    sha256: Digest


class ReturnPaper(Command, frozen=True):
    """Send a scan back: it cannot be read, is not whole, or is not that paper."""

    paper: Id
    reason_zh: ShortText


class PaperFiled(Event, frozen=True, tag="paper_filed/1"):
    """A scan was filed."""

    about: str
    kind: str
    sha256: str
    by: str


class PaperChecked(Event, frozen=True, tag="paper_checked/1"):
    """Another person found paper and scan to be the same."""

    by: str


class PaperReturned(Event, frozen=True, tag="paper_returned/1"):
    """Another person sent the scan back."""

    by: str
    reason_zh: str


def paper_filed(_scan: Scan | None, event: PaperFiled) -> Scan:
    """Fold a filing; a scan that was returned is no longer the one that counts."""
    return Scan(event.about, event.kind, event.sha256, event.by)


def paper_checked(scan: Scan, event: PaperChecked) -> Scan:
    """Fold the check."""
    return msgspec.structs.replace(scan, checked_by=event.by)


def paper_returned(scan: Scan, _event: PaperReturned) -> Scan:
    """Fold the return: the place of the paper tells it."""
    return scan


def paper_stream(number: str) -> str:
    """Return the stream of a sealed paper."""
    return f"paper/{number}"


def _paper(data: Any) -> str:
    return paper_stream(data.paper)


def _about(env: Envelope, _states: States) -> tuple[str, ...]:
    return (env.data.about,)


def _scan_of(context: Context) -> str:
    return next((one.sha256 for one in context.env.docs if one.name == SCAN), "")


def _file(context: Context) -> Effect:
    data: FilePaper = context.data
    event = PaperFiled(data.about, data.kind, _scan_of(context), context.env.actor)
    return Effect((event,))


def _check(context: Context) -> Effect:
    return Effect((PaperChecked(context.env.actor),))


def _return(context: Context) -> Effect:
    return Effect((PaperReturned(context.env.actor, context.data.reason_zh),))


def _subject_known(context: Context) -> bool:
    about = context.data.about
    found = context.find(Scan)
    return context.states.get(about) is not None and (found is None or found.about == about)


def _another_checks(context: Context) -> bool:
    return context.another_person(context.of(Scan).filed_by)


def _as_filed(context: Context) -> bool:
    return bool(context.data.sha256 == context.of(Scan).sha256)


GUARDS = (
    GuardSpec("paper_subject_known_v1", _subject_known, "about", _SOURCE),
    GuardSpec("scan_filed_v1", lambda context: bool(_scan_of(context)), "docs", _SOURCE),
    GuardSpec("another_checks_v1", _another_checks, "actor", _SOURCE),
    GuardSpec("scan_as_filed_v1", _as_filed, "sha256", _SOURCE),
)
COMMANDS = (
    CommandSpec("paper.file/1", FilePaper, _paper, "file_scan", _file, reads=_about,
                parent=lambda data: str(data.about)),
    CommandSpec("paper.check/1", CheckPaper, _paper, "check_scan", _check),
    CommandSpec("paper.return/1", ReturnPaper, _paper, "return_scan", _return),
)  # fmt: skip
