"""The room of the community, the street, the centre and the office: work by its deadline."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.shell import Shell
from trading.web.staff import acting, objects, tasks


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of this room."""
    return [*tasks.routes(shell), *objects.routes(shell), *acting.routes(shell)]
