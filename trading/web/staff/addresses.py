"""Addresses of objects in the rooms of the staff, and what stands behind them for the viewer."""

from __future__ import annotations

from trading.base.errors import NotFound
from trading.engine.stream import Stream
from trading.web.shell import Asked, Shell, viewer_of
from trading.web.visibility import stream_found

ONLY_ONE = "-"
"""Stands in an address for the name of a stream that is the only one of its kind."""


def stream_of(kind: str, name: str) -> str:
    """Return the stream that an address names; the only one of its kind has no name."""
    return kind if name == ONLY_ONE else f"{kind}/{name}"


def address_of(stream: str) -> tuple[str, str]:
    """Return kind and name under which ``stream`` is found; the inverse of ``stream_of``."""
    kind, _slash, name = stream.partition("/")
    return kind, name or ONLY_ONE


def visible(shell: Shell, request: Asked, stream: str) -> Stream:
    """Return ``stream``; raise ``NotFound`` where it does not exist or is not to be seen."""
    shell.centre.refresh()
    state = stream_found(shell.centre, stream)
    if not works_on(shell, request, state):
        raise NotFound("no such page")
    return state


def works_on(shell: Shell, request: Asked, state: Stream) -> bool:
    """Tell whether ``state`` is for a desk of the viewer."""
    return shell.sight(viewer_of(request)).works_on(state)
