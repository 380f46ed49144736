"""The interface for programs: every command and query, as problem+json and OpenAPI tell it."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.api.sandbox import sandbox_routes
from trading.web.shell import Shell


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of this room; those of a sandbox only in a sandbox."""
    return sandbox_routes(shell, shell.sandbox) if shell.sandbox else []
