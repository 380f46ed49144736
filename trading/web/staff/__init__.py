"""The room of the community, the street, the centre and the office: work by its deadline."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.shell import Shell
from trading.web.staff import (
    acting,
    drawing,
    guiding,
    importing,
    listing,
    noticing,
    objects,
    people,
    policy,
    tasks,
)


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of this room."""
    modules = (
        tasks, objects, listing, guiding, importing, noticing, people, drawing, policy, acting,
    )  # fmt: skip
    return [handler for module in modules for handler in module.routes(shell)]
