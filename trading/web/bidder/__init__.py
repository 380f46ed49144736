"""The room of bidders: what is for let, registration, the live page, receipts.

Source: ecosystem brief, section 11; domain brief, sections 7 to 11.
"""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.bidder import bidding, dealing, finding, mine, registering, viewing
from trading.web.bidder.own import Own
from trading.web.shell import Shell


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of this room."""
    own = Own(shell)
    shell.acting_all, shell.own_streams = own.acting_all, own.streams
    return [
        *finding.routes(shell, own), *registering.routes(shell, own), *viewing.routes(shell, own),
        *bidding.routes(shell, own), *mine.routes(shell, own), *dealing.routes(shell, own),
    ]  # fmt: skip
