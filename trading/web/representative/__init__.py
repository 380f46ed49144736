"""The room of residents' representatives: what to look at now, statements, remarks, questions.

For a phone in the hand of somebody of eighty: one question a page, two big choices, nothing that
has to be typed. Source: ecosystem brief, section 11; decision 20.
"""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.representative import (
    guidance,
    looking,
    mine,
    opening,
    phones,
    saying,
    stating,
)
from trading.web.shell import Shell


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of this room."""
    return [
        *looking.routes(shell), *stating.routes(shell), *saying.routes(shell),
        *mine.routes(shell), *phones.routes(shell), *guidance.routes(shell),
        *opening.routes(shell),
    ]  # fmt: skip
