"""Rooms of the public: what is for let and for sale, what came of it, and the proof."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.public import (
    checking,
    counting,
    days,
    feeds,
    finding,
    notices,
    showing,
    telling,
)
from trading.web.shell import Shell


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of this room."""
    rooms = (finding, showing, notices, days, counting, checking, feeds, telling)
    return [handler for room in rooms for handler in room.routes(shell)]
