"""The page of one lot: where it stands, what comes next and why then, and all that was public."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from sqlalchemy import select

from trading.base.money import PriceUnit
from trading.bidding.rules import Sale
from trading.engine.stream import Stream
from trading.listing.rules import Terms, case_of_lot, lot_stream
from trading.observing.rules import Statement
from trading.papers import reading
from trading.record.entry import DONE
from trading.register.rent import area_band
from trading.register.rules import Asset
from trading.register.tables import contract as contracts
from trading.web.access import EVERYBODY, opt
from trading.web.public import asking, conditions, stairs, steps
from trading.web.shell import Asked, Page, Shell, chosen_language
from trading.web.states import tone
from trading.web.visibility import result
from trading.words.language import speaking
from trading.words.telling import label, tell

COMPARED_MAX = 8
COURSE = (
    ("listed",), ("qualifying", "stalled", "thin", "negotiating"), ("ready", "bidding"),
    ("provisional", "confirmed", "defaulted"), ("publicity", "cleared"), ("awarded",),
    ("contracted",), ("certified",),
)  # fmt: skip
"""The steps of a trade in the order in which people know them, each with its states."""


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the page of a lot and its history."""

    @get("/lots/{lot:str}", sync_to_thread=True, opt=opt(EVERYBODY))
    def show(request: Asked, lot: FromPath[str]) -> Page:
        state = shell.state(f"lot/{lot}")
        with speaking(chosen_language(request)):
            values = _values(shell, lot, state)
        return shell.page(request, "public/lot.html", **values)

    @get("/lots/{lot:str}/history", sync_to_thread=True, opt=opt(EVERYBODY))
    def history(request: Asked, lot: FromPath[str], after: FromQuery[int] = 0) -> Page:
        state = shell.state(f"lot/{lot}")
        found = steps.history(shell, state.name, min(max(after, 0), asking.NUMBER_MAX))
        page = found[: steps.STEPS_PAGE]
        return shell.page(
            request, "public/history.html", lot=lot, title=state.facets["terms"].plan.title_zh,
            steps=page, after=after, next=page[-1].seq if len(found) > len(page) else 0,
        )  # fmt: skip

    return [show, history]


def _values(shell: Shell, lot: str, state: Stream) -> dict[str, Any]:
    terms: Terms = state.facets["terms"]
    acts, last = steps.others(shell, state.name), steps.newest(shell, state.name)
    bids = steps.bids(shell, state, acts)
    sale: Sale | None = state.facets.get("sale")
    return {
        "lot": lot,
        "case": case_of_lot(lot),
        "terms": terms,
        "schedule": state.facets["schedule"],
        "sale": sale,
        "award": result(state),
        "conditions": conditions.told(terms),
        "place": state.place,
        "shown": (label(shell.centre, state), tone(state.place, state.hold)),
        "told": tell(shell.centre, state),
        "owner": asking.orgs_named(shell).get(state.org, state.org),
        "at": next((at for at, places in enumerate(COURSE) if state.place in places), -1),
        "bids": bids[-steps.BIDS_LISTED :],
        "stairs": stairs.stairs(bids, terms.plan.start_price_fen, sale.lead_fen if sale else 0),
        "position": last.index,
        "code": state.hash,
        "papers": steps.public_papers(shell, lot, acts),
        "watched": _watched(shell, lot),
        "compared": _compared(shell, terms),
        "later": _later(shell, lot, terms),
    }


def _later(shell: Shell, lot: str, terms: Terms) -> str:
    """Return the lot of the listing round after this one, empty where there is none."""
    case = terms.case or case_of_lot(lot)
    name = lot_stream(case, terms.plan.number, terms.listing_round + 1)
    return name.partition("/")[2] if shell.centre.state(name) is not None else ""


def _watched(shell: Shell, lot: str) -> list[dict[str, Any]]:
    """Return what representatives stated over this lot; each is named by the seat alone."""
    state = shell.centre.state(f"panel/{case_of_lot(lot)}")
    panel = state.facets.get("panel") if state else None
    if panel is None:
        return []
    seats = {member: place for place, member in enumerate(panel.order, start=1)}
    signed_us = _signed_us(shell, f"panel/{case_of_lot(lot)}")
    return [
        {"step": step, "number": int(step[1:]), "seat": seats.get(one.member, 0),
         "at_us": signed_us.get((step, opening.shown, one), 0),
         "verdict": one.verdict, "assurance": one.assurance, "stands_in": one.stands_in}
        for step, openings in sorted(panel.steps.items(), key=lambda item: int(item[0][1:]))
        for opening in openings if lot in opening.lots
        for one in opening.statements if one.covers(lot)
    ]  # fmt: skip


def _signed_us(shell: Shell, stream: str) -> dict[tuple[str, str, Statement], int]:
    """Return when each statement of a panel was made, by step, what was shown, and statement."""
    found = {}
    for act in reading.acts(shell.centre, stream, "others"):
        event = act.event("statement_made/1") if act.outcome == DONE else {}
        if event:
            said = msgspec.convert(event["statement"], Statement)
            found[event["step"], event["shown"], said] = act.at_us
    return found


def _compared(shell: Shell, terms: Terms) -> list[dict[str, Any]]:
    """Return the newest contracts on like assets, with their price for one unit and year."""
    state = shell.centre.state(f"asset/{terms.plan.asset}")
    asset: Asset | None = state.facets.get("asset") if state else None
    if asset is None:
        return []
    found = contracts.c
    query = (
        select(found.contract, found.org, found.starts_day, found.unit_year_fen)
        .where(
            found.category == asset.category,
            found.quantity_unit == asset.quantity_unit,
            found.band == area_band(asset.quantity_thousandths),
            found.amount == PriceUnit.parse(terms.plan.price_unit).amount,
            found.unit_year_fen > 0,
        )
        .order_by(found.starts_day.desc(), found.contract)
        .limit(COMPARED_MAX)
    )
    names = asking.orgs_named(shell)
    return [{**row, "owner": names.get(row["org"], "")} for row in asking.rows(shell, query)]
