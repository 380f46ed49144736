"""The interface for programs: every act and every reading, described by itself."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.api.acts import act_routes
from trading.web.api.documents import document_routes
from trading.web.api.kinds import kind_routes
from trading.web.api.numbers import number_routes
from trading.web.api.openapi import openapi_routes
from trading.web.api.reading import reading_routes
from trading.web.api.sandbox import sandbox_routes
from trading.web.shell import Shell


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of this room; those of a sandbox only in a sandbox."""
    return [
        *openapi_routes(),
        *kind_routes(shell),
        *reading_routes(shell),
        *act_routes(shell),
        *document_routes(shell),
        *number_routes(shell),
        *sandbox_routes(shell),
    ]  # fmt: skip
