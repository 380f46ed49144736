"""The room of resident representatives, on a phone: what to look at now, and what one says."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.shell import Shell


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of this room."""
    del shell
    return []
