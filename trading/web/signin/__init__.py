"""The door of every room: passwords, passkeys, invitations, registration, one's own account."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.shell import Shell


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of this room."""
    del shell
    return []
