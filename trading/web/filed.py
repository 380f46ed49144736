"""Documents on record: what an act on an object named, saved by whoever may take it.

Whatever somebody uploaded is saved, never shown as it came (INV-33).
"""

from __future__ import annotations

from litestar import Response

from trading.base.errors import NotFound
from trading.engine.stream import Stream
from trading.papers.bundle import ending
from trading.papers.reading import acts
from trading.store import documents
from trading.web.shell import Shell
from trading.web.visibility import Sight

OCTETS = "application/octet-stream"


def filed(shell: Shell, sight: Sight, state: Stream, sha256: str) -> Response[bytes]:
    """Return the document ``sha256`` that an act on ``state`` named.

    Raises ``NotFound`` for one that none named, and where ``sight`` may not take it.
    """
    named = {doc["sha256"] for act in acts(shell.centre, state.name) for doc in act.docs}
    if sha256 not in named or not sight.documents(state):
        raise NotFound("no such page")
    with shell.reading() as connection:
        content, media_type = documents.get(connection, sha256)
    saved = f'attachment; filename="{sha256[:16]}{ending(media_type)}"'
    policy = "default-src 'none'; sandbox"
    return Response(
        content, media_type=OCTETS,
        headers={"Content-Security-Policy": policy, "Content-Disposition": saved},
    )  # fmt: skip
