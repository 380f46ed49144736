"""Live: what happens, told to those who watch while it happens; and bids by HTTP."""

from __future__ import annotations

from anyio.to_thread import run_sync
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.types import ASGIApp

from trading.bidding.commands import PlaceBid
from trading.store.batch import Receipt
from trading.web import templates
from trading.web.access import ANYONE_SIGNED_IN, EVERYBODY, LIMITS, opt
from trading.web.describing import KEYED, Answer, Body, Operation, described
from trading.web.door import Sent
from trading.web.live import snapshots
from trading.web.live.bids import ACCESS, BUCKETS, Bids
from trading.web.live.frames import CENTRE, PANELS, own_topic, staff_topic
from trading.web.live.hub import Watcher
from trading.web.live.service import Live
from trading.web.live.streams import MEDIA_TYPE, Stream
from trading.web.shell import HTML, Asked, Shell, chosen_language, viewer_of
from trading.web.viewer import Viewer
from trading.words.language import speaking

__all__ = ["Bids", "Live", "live_routes"]


def live_routes(shell: Shell, live: Live, bids: Bids) -> list[HTTPRouteHandler]:
    """Return the streams, what is asked where no stream gets through, and the door for bids."""
    return [_lot(live), _centre(live), _me(shell, live), _now(shell), _bid(bids)]


def _lot(live: Live) -> HTTPRouteHandler:
    @get("/live/lots/{lot:str}", opt=opt(EVERYBODY), media_type=MEDIA_TYPE)
    async def lot_stream(request: Asked, lot: FromPath[str]) -> ASGIApp:
        watcher = Watcher([f"lot/{lot}"], token=Sent.of(request.scope).session)
        return Stream(live, watcher, lambda: snapshots.lot_now(live.centre, lot))

    return lot_stream


def _centre(live: Live) -> HTTPRouteHandler:
    @get("/live/centre", opt=opt(EVERYBODY), media_type=MEDIA_TYPE)
    async def centre_stream(request: Asked) -> ASGIApp:
        watcher = Watcher([CENTRE], token=Sent.of(request.scope).session)
        return Stream(live, watcher, lambda: snapshots.end_of_log(live.centre))

    return centre_stream


def _me(shell: Shell, live: Live) -> HTTPRouteHandler:
    @get("/live/me", opt=opt(ANYONE_SIGNED_IN), media_type=MEDIA_TYPE)
    async def own_stream(request: Asked) -> ASGIApp:
        viewer, orgs = viewer_of(request), await run_sync(shell.orgs)
        sent = Sent.of(request.scope)
        watcher = Watcher(
            topics_of(shell, viewer),
            (lambda org: viewer.reaches(org, orgs)) if viewer.room == "staff" else (lambda _: True),
            "" if viewer.api else sent.session,
            sent.bearer if viewer.api else "",
        )
        # Other grants are another stream: the browser opens it anew and is asked who it is.
        return Stream(
            live, watcher, lambda: snapshots.end_of_log(live.centre),
            allowed=lambda now: now.grants == viewer.grants,
        )  # fmt: skip

    return own_stream


def topics_of(shell: Shell, viewer: Viewer) -> list[str]:
    """Return what is told to ``viewer`` as the person that they are."""
    if viewer.room == "staff":
        return [staff_topic(role) for role in sorted(viewer.roles)]
    if viewer.room == "bidder":
        return [own_topic(stream) for stream in shell.own_streams(viewer)]
    return [PANELS] if viewer.room == "representative" else [CENTRE]


def _now(shell: Shell) -> HTTPRouteHandler:
    @get("/live/lots/{lot:str}/now", sync_to_thread=True, opt=opt(EVERYBODY))
    def lot_now(request: Asked, lot: FromPath[str]) -> Response[object]:
        told = snapshots.lot_now(shell.centre, lot)
        if "text/html" not in request.headers.get("Accept", ""):
            return Response(told)
        with speaking(chosen_language(request)):
            text = templates.render("live/lot_now.html", {"now": told})
        return Response(text, media_type=HTML, headers={"Vary": "Accept"})

    return lot_now


_BID = Operation(
    "Bid on a lot: the quick way of bid.place/1.",
    (Answer("The receipt of the bid.", Receipt, 201),),
    tag="bids",
    body=Body(PlaceBid, {"lot": "case-1-1", "price_fen": 100_000}),
    headers=(KEYED,),
    says={"lot": "The lot that the body names too."},
    problems=(409, 422, 429),
)


def _bid(bids: Bids) -> HTTPRouteHandler:
    @post("/api/v1/lots/{lot:str}/bids", opt={**described(ACCESS, _BID), LIMITS: BUCKETS})
    async def place_bid(request: Asked, lot: FromPath[str]) -> Response[object]:
        sent, client = Sent.of(request.scope), request.client
        address = client.host if client else ""
        raw = await request.body()
        receipt = await bids.place(viewer_of(request), lot, raw, sent.key, address)
        return Response(receipt, status_code=201)

    return place_bid
