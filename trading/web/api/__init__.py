"""The interface for programs; so far it tells which acts there are and what their bodies hold."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.api.kinds import kind_routes
from trading.web.shell import Shell


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of this room."""
    return kind_routes(shell)
