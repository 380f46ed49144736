"""The live page: price, clock and rules in sight, a bid asked and confirmed, and its receipt.

A bid is asked by an address that records nothing and confirmed by a form with one key: a double
tap, the back button, a second tab and a retry after a lost answer are one bid with one receipt.
"""

from __future__ import annotations

from anyio import from_thread
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from trading.base.errors import InvalidInput, Refused
from trading.base.money import parse_yuan
from trading.bidding.commands import PlaceBid
from trading.bidding.rules import may_bid
from trading.listing.prices import rent_of, total
from trading.people.bidders import Bidder
from trading.web.access import BIDDER, opt
from trading.web.bidder import wording
from trading.web.bidder.finding import leads
from trading.web.bidder.own import LotView, Own
from trading.web.representative.frame import qr
from trading.web.shell import Asked, Page, Shell, buckets_of, chosen_language, form_of, see_other
from trading.web.static_files import shipped
from trading.words.language import pick, speaking
from trading.words.telling import label

DIGITS_MAX = 16
JSON = "application/json"
STEPS = (0, 1, 2, 4)
"""How many steps above the lowest possible bid the buttons offer."""


def routes(shell: Shell, own: Own) -> list[HTTPRouteHandler]:
    """Return the routes of bidding."""
    return [_live(shell, own), _confirm(shell, own), _bid(shell, own), _receipt(shell, own)]


def _live(shell: Shell, own: Own) -> HTTPRouteHandler:
    @get("/bidder/lots/{lot:str}/live", sync_to_thread=True, opt=opt(BIDDER))
    def live(request: Asked, lot: FromPath[str]) -> Page:
        return _page(shell, own, request, own.lot(lot))

    return live


def _page(
    shell: Shell, own: Own, request: Asked, lot: LotView, *, typed: str = "",
    error: Refused | None = None,
) -> Page:  # fmt: skip
    bidder = own.bidder(request, lot.id)
    with speaking(chosen_language(request)):
        state = label(shell.centre, lot.state)
    told = shell.explain(request, error) if error else None
    return shell.page(
        request, "bidder/live.html", status=error.status if error else 200, lot=lot, state=state,
        bidder=bidder, qualified=_qualified(own, bidder), leading=leads(lot, bidder), typed=typed,
        told=told, steps=offers(lot), tone=wording.lot_tone, streamed="live.js" in shipped(),
    )  # fmt: skip


def _qualified(own: Own, bidder: Bidder | None) -> bool:
    return bidder is not None and may_bid(own.roll(bidder.lot), bidder.number)


def offers(lot: LotView) -> list[tuple[int, int]]:
    """Return (steps above the lead, price) for the buttons, none above what is allowed."""
    step_fen, top_fen = lot.terms.plan.bid_step_fen, lot.top_fen
    began = bool(lot.sale and lot.sale.lead_number)
    found = ((n + began, lot.next_fen + n * step_fen) for n in STEPS)
    return [(n, price_fen) for n, price_fen in found if not top_fen or price_fen <= top_fen]


def _confirm(shell: Shell, own: Own) -> HTTPRouteHandler:
    @get("/bidder/lots/{lot:str}/confirm", sync_to_thread=True, opt=opt(BIDDER))
    def confirm(request: Asked, lot: FromPath[str], price: FromQuery[str] = "") -> Page:
        found, bidder = own.lot(lot), own.sure(request, lot)
        typed = price.strip().replace(",", "").replace("，", "")[:20]
        try:
            price_fen = parse_yuan(typed)
            if price_fen < found.next_fen:
                raise InvalidInput("the price is below the lowest bid", field="price")
        except Refused as error:
            return _page(shell, own, request, found, typed=typed, error=error)
        with speaking(chosen_language(request)):
            whole = total(rent_of(found.terms, price_fen))
            formula = pick(whole.formula_zh, whole.formula_en)
        return shell.page(
            request, "bidder/confirm.html", lot=found, bidder=bidder, price_fen=price_fen,
            formula=formula,
        )  # fmt: skip

    return confirm


def _bid(shell: Shell, own: Own) -> HTTPRouteHandler:
    @post("/bidder/lots/{lot:str}/bid", sync_to_thread=True, opt=opt(BIDDER), status_code=200)
    def bid(request: Asked, lot: FromPath[str]) -> Page:
        bidder, said = own.sure(request, lot), str(form_of(request).get("price_fen", ""))
        try:
            if not said.isascii() or not said.isdigit() or len(said) > DIGITS_MAX:
                raise InvalidInput("price is no amount", field="price")
            # Of the same limits as a bid that a program sends.
            from_thread.run(shell.limits.spend, {**buckets_of(request), "lot": lot})
            receipt = own.act(request, bidder, "bid.place/1", PlaceBid(lot, int(said)))
        except Refused as error:
            return _page(shell, own, request, own.lot(lot), error=error)
        path = f"/bidder/receipts/{receipt.index}"
        if JSON in request.headers.get("accept", ""):
            # The script opens it: one that followed here would fetch the page twice.
            return Response("", status_code=201, headers={"Location": path}, media_type=JSON)
        return see_other(path)

    return bid


def _receipt(shell: Shell, own: Own) -> HTTPRouteHandler:
    @get("/bidder/receipts/{index:int}", sync_to_thread=True, opt=opt(BIDDER))
    def receipt(request: Asked, index: FromPath[int]) -> Page:
        bidder, act = own.own_act(request, index)
        lot = own.lot(bidder.lot)
        return shell.page(
            request, "bidder/receipt.html", lot=lot, bidder=bidder, act=act,
            code=wording.short_code(act.code), qr=qr(request, act.code),
            leading=leads(lot, bidder),
        )  # fmt: skip

    return receipt
