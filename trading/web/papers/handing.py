"""Files to take away: the file of a case in one, and the evidence of a lot.

The staff get what is not personal; auditors read all of it without anyone at the centre. Source:
decision 17.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import IO

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Stream

from trading.base.errors import NotFound
from trading.papers.dossier import write_dossier
from trading.papers.evidence import write_evidence
from trading.web.access import AUDITOR, STAFF, opt
from trading.web.shell import Asked, Shell, viewer_of

ZIP = "application/zip"
KEPT_IN_MEMORY = 4 * 1024 * 1024
CHUNK = 256 * 1024


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return what hands over dossiers and evidence."""

    @get("/staff/dossiers/{case:str}", sync_to_thread=True, opt=opt(STAFF))
    def for_staff(request: Asked, case: FromPath[str]) -> Stream:
        state = shell.state(f"case/{case}")
        if not shell.sight(viewer_of(request)).works_on(state):
            raise NotFound("no such page")
        base_url = str(request.base_url)
        return _zip(
            f"dossier-{case}",
            lambda target: write_dossier(shell.centre, case, base_url, target, internal=True),
        )

    @get("/audit/dossiers/{case:str}", sync_to_thread=True, opt=opt(AUDITOR))
    def for_auditors(request: Asked, case: FromPath[str]) -> Stream:
        shell.state(f"case/{case}")
        base_url = str(request.base_url)
        return _zip(
            f"dossier-{case}",
            lambda target: write_dossier(
                shell.centre, case, base_url, target, internal=True, names=True
            ),
        )

    @get("/audit/evidence/{lot:str}", sync_to_thread=True, opt=opt(AUDITOR))
    def evidence(lot: FromPath[str]) -> Stream:
        shell.state(f"lot/{lot}")
        return _zip(
            f"evidence-{lot}",
            lambda target: write_evidence(shell.centre, lot, target, closed=True),
        )

    return [for_staff, for_auditors, evidence]


def _zip(name: str, write: Callable[[IO[bytes]], object]) -> Stream:
    """Return what ``write`` writes, as a file to be saved; it is whole before any of it leaves."""
    target = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115 - closed below
    try:
        write(target)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"'}
    chunks = _chunks(target)
    next(chunks)  # begun: whoever hangs up before the first byte has closed the file
    return Stream(chunks, media_type=ZIP, headers=headers)


def _chunks(target: IO[bytes]) -> Iterator[bytes]:
    with target:
        yield b""
        while chunk := target.read(CHUNK):
            yield chunk
