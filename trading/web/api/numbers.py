"""Who a bidder is on one lot: the number and the pseudonym that every act there needs."""

from __future__ import annotations

import msgspec
from anyio.to_thread import run_sync
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import NotFound
from trading.bidding.rules import Roll
from trading.people.bidders import Bidders
from trading.web.access import BIDDER, LIMITS
from trading.web.api.documents import BUCKETS
from trading.web.describing import Answer, Operation, described
from trading.web.shell import Asked, Shell, buckets_of, viewer_of


class BidderNumber(msgspec.Struct, frozen=True):
    """Under which number and pseudonym you act on a lot; the record knows nothing else of you."""

    lot: str
    number: int
    who: str


_DRAW = Operation(
    "Draw your number on a lot, once for all: asked again, it is the same.",
    (Answer("The number.", BidderNumber, example=BidderNumber("case-1-1", 417, "mkpohagj")),),
    "bids",
    says={"lot": "A lot that was published."},
    problems=(429,),
)


def number_routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the route that draws numbers."""
    centre = shell.centre
    bidders = Bidders(centre.engine, centre.clock, shell.entropy)

    @post("/api/v1/lots/{lot:str}/number", status_code=200,
          opt={**described(BIDDER, _DRAW), LIMITS: BUCKETS})  # fmt: skip
    async def draw_number(request: Asked, lot: FromPath[str]) -> Response[bytes]:
        await shell.limits.spend(buckets_of(request))
        return await run_sync(draw, viewer_of(request).person, lot)

    def draw(person: str, lot: str) -> Response[bytes]:
        if "terms" not in shell.state(f"lot/{lot}").facets:
            raise NotFound("no such page")
        roll = centre.state(f"roll/{lot}")
        found = roll.facets.get("roll") if roll else None
        taken = found.listed.values() if isinstance(found, Roll) else ()
        drawn = bidders.draw(person, lot, taken)
        told = BidderNumber(lot, drawn.number, drawn.who)
        return Response(msgspec.json.encode(told), media_type="application/json")

    return [draw_number]
