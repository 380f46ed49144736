"""Statistics for programs: the figures of the public page, as numbers."""

from __future__ import annotations

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from trading.web.api.answering import OPEN, Key, Reading, answer
from trading.web.public import counting
from trading.web.shell import Asked

_SAYS = {
    "year": "Lots whose bidding opened in this year, such as `2026`.",
    "org": "Lots of this organisation and of what lies directly below it.",
}


class Count(msgspec.Struct, frozen=True):
    """How many there are of what is named so."""

    name: str
    count: int


class Statistics(msgspec.Struct, frozen=True):
    """Counts of lots, of awarded ones by premium and bidders, and average times.

    ``premiums`` counts those at the start price, then at most 10, 50 and 100 per cent over it, and
    over that. Times are in microseconds: registration to opening, bidding, end to result.
    """

    places: list[Count]
    listing_rounds: list[Count]
    premiums: list[int]
    bidders: list[Count]
    waivers: list[Count]
    spans_us: list[int | None]


def routes(reading: Reading) -> list[HTTPRouteHandler]:
    """Return the route of statistics."""

    @reading.route("/api/v1/statistics", OPEN, "What came of the lots, in figures.", Statistics,
                   says=_SAYS, problems=(404,))  # fmt: skip
    def count_lots(request: Asked, year: Key = "", org: Key = "") -> Response[bytes]:
        reading.sight(request)
        shell = reading.shell
        wanted = counting.wanted_of(shell, year, org)
        return answer(
            Statistics(
                _counts(counting.by_state(shell, wanted)),
                _counts(counting.by_round(shell, wanted)),
                counting.premiums(shell, wanted),
                _counts(counting.by_bidders(shell, wanted)),
                _counts(counting.waivers(shell, wanted)),
                counting.spans(shell, wanted),
            )
        )

    return [count_lots]


def _counts(found: counting.Counted) -> list[Count]:
    return [Count(name, count) for name, count in found]
