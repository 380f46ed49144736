"""What is for let near the bidder, and one lot with everything that can be done about it."""

from __future__ import annotations

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from sqlalchemy import select

from trading.listing.prices import rent_of, total
from trading.listing.tables import lot as rows
from trading.people.organisations import covers
from trading.web.access import BIDDER, opt
from trading.web.bidder import wording
from trading.web.bidder.own import LotView, Own
from trading.web.shell import Asked, Page, Shell, chosen_language, viewer_of
from trading.words.language import pick, speaking
from trading.words.telling import label, place_label

OPEN_PLACES = ("listed", "qualifying", "ready", "bidding")
LEVELS = ("street", "community", "village")
PAGE = 30


def routes(shell: Shell, own: Own) -> list[HTTPRouteHandler]:
    """Return the routes of finding."""
    return [_near(shell, own), _lot(shell, own)]


def _near(shell: Shell, own: Own) -> HTTPRouteHandler:
    @get("/bidder", sync_to_thread=True, opt=opt(BIDDER))
    def near(
        request: Asked, org: FromQuery[str] = "", q: FromQuery[str] = "",
        place: FromQuery[str] = "", after: FromQuery[str] = "",
    ) -> Page:  # fmt: skip
        shell.centre.refresh()
        orgs = shell.orgs()
        found = rows.c
        wanted = select(rows).where(
            found.place.in_([place] if place in OPEN_PLACES else OPEN_PLACES)
        )
        if org in orgs.nodes:
            below = [name for name in orgs.nodes if covers(orgs, org, name)]
            wanted = wanted.where(found.org.in_(below))
        if q:
            wanted = wanted.where(found.title_zh.contains(q[:60], autoescape=True))
        if after:
            wanted = wanted.where(found.lot > after)
        with shell.reading() as connection:
            lots = connection.execute(wanted.order_by(found.lot).limit(PAGE + 1)).all()
        with speaking(chosen_language(request)):
            labels = {name: place_label(shell.centre, "lot", name) for name in OPEN_PLACES}
        mine = {one.lot for one in own.all_of(viewer_of(request).person)}
        return shell.page(
            request, "bidder/near.html", lots=lots[:PAGE], mine=mine, q=q, org=org, place=place,
            after=lots[PAGE - 1].lot if len(lots) > PAGE else "", labels=labels,
            orgs=[(name, one.name_zh) for name, one in orgs.nodes.items() if one.level in LEVELS],
            names={name: node.name_zh for name, node in orgs.nodes.items()},
            tone=wording.lot_tone,
        )  # fmt: skip

    return near


def _lot(shell: Shell, own: Own) -> HTTPRouteHandler:
    @get("/bidder/lots/{lot:str}", sync_to_thread=True, opt=opt(BIDDER))
    def show(request: Asked, lot: FromPath[str]) -> Page:
        return lot_page(shell, own, request, own.lot(lot))

    return show


def lot_page(
    shell: Shell, own: Own, request: Asked, lot: LotView, *, status: int = 200,
    told: object = None,
) -> Page:  # fmt: skip
    """Return the page of one lot as its bidder sees it."""
    bidder = own.bidder(request, lot.id)
    registration, deposit = own.registration(bidder), own.deposit(bidder)
    with speaking(chosen_language(request)):
        found = total(rent_of(lot.terms, lot.next_fen))
        formula = pick(found.formula_zh, found.formula_en)
        state = label(shell.centre, lot.state)
        said = label(shell.centre, registration) if registration else ""
        paid = label(shell.centre, deposit) if deposit else ""
    return shell.page(
        request, "bidder/lot.html", status=status, lot=lot, state=state, bidder=bidder,
        registration=registration, registration_label=said, deposit=deposit, deposit_label=paid,
        formula=formula, tone=wording.lot_tone, own_tone=wording.own_tone, told=told,
        deposit_steps=wording.deposit_steps, deposit_step=wording.deposit_step,
        holder=shell.orgs().nodes, leads=leads(lot, bidder), **paying(shell, lot),
    )  # fmt: skip


def paying(shell: Shell, lot: LotView) -> dict[str, str]:
    """Return what the notice says of paying, and the number to ask; no account is on record."""
    case = shell.centre.state(f"case/{lot.terms.case}")
    notice = case.facets["case"].notice if case else None
    if notice is None:
        return {"settlement": "", "phone": ""}
    return {"settlement": notice.settlement_zh, "phone": notice.supervision_phone}


def leads(lot: LotView, bidder: object) -> bool:
    """Tell whether the bidder has the highest bid, or the deal."""
    return lot.sale is not None and lot.sale.lead_number == getattr(bidder, "number", -1)
