"""The room of auditors: replay, comparison, search, findings.

Source: issue brief of the rooms; domain brief, section 19; decisions 1, 8 and 17.
"""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.auditor import finding, playing, searching
from trading.web.shell import Shell


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of this room."""
    return [*playing.routes(shell), *searching.routes(shell), *finding.routes(shell)]
