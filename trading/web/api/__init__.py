"""The interface for programs: every command and query, as problem+json and OpenAPI tell it."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.shell import Shell


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of this room."""
    del shell
    return []
