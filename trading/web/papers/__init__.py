"""Papers in the rooms: to read and to print, sealed scans that come back, files to take away."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.papers import handing, scanning, showing
from trading.web.shell import Shell


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of papers in all rooms."""
    return [*showing.routes(shell), *scanning.routes(shell), *handing.routes(shell)]
