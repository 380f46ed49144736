"""Viewing the object: a time and a number code, without a name, and never in the record."""

from __future__ import annotations

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import delete, func, insert, select

from trading.base.calendar import Calendar
from trading.base.deadline import day_start_us, local_date
from trading.base.errors import InvalidInput, Refused
from trading.base.units import DAY_US
from trading.people.tables import viewing as rows
from trading.web.access import BIDDER, opt
from trading.web.bidder.finding import paying
from trading.web.bidder.opening_hours import instants
from trading.web.bidder.own import LotView, Own
from trading.web.shell import Asked, Page, Shell, form_of, see_other, viewer_of

SEATS = 6
"""How many may come at one time."""
DAYS_MAX = 14
CODE_DIGITS = 6


def routes(shell: Shell, own: Own) -> list[HTTPRouteHandler]:
    """Return the routes of viewing."""
    return [_times(shell, own), _sign_up(shell, own)]


def slots(lot: LotView, now_us: int, calendar: Calendar) -> list[int]:
    """Return the instants at which the notice shows the object, until registration ends."""
    first_us = day_start_us(local_date(now_us)) + DAY_US
    until_us = lot.schedule.registration_until_us if lot.state.place == "listed" else 0
    days = [(local_date(begins_us), begins_us)
            for begins_us in range(first_us, first_us + DAYS_MAX * DAY_US, DAY_US)]  # fmt: skip
    found = instants(lot.terms.plan.viewing_zh, days, calendar.is_working_day)
    return [at_us for at_us in found if at_us < until_us]


def _slots(shell: Shell, lot: LotView) -> list[int]:
    calendar = shell.centre.kernel.catalogue.calendar(lot.state.edition)
    return slots(lot, shell.centre.clock.now_us(), calendar)


def _times(shell: Shell, own: Own) -> HTTPRouteHandler:
    @get("/bidder/lots/{lot:str}/viewing", sync_to_thread=True, opt=opt(BIDDER))
    def times(request: Asked, lot: FromPath[str]) -> Page:
        return _page(shell, request, own.lot(lot))

    return times


def _page(shell: Shell, request: Asked, lot: LotView, error: Refused | None = None) -> Page:
    with shell.reading() as connection:
        count = select(rows.c.slot_us, func.count().label("n")).where(rows.c.lot == lot.id)
        found = connection.execute(count.group_by(rows.c.slot_us))
        taken = {row.slot_us: row.n for row in found}
        person = viewer_of(request).person
        wanted = select(rows).where(rows.c.lot == lot.id, rows.c.person == person)
        own_row = connection.execute(wanted).first()
    return shell.page(
        request, "bidder/viewing.html", status=error.status if error else 200, lot=lot,
        own=own_row, told=shell.explain(request, error) if error else None,
        slots=[(at, SEATS - taken.get(at, 0)) for at in _slots(shell, lot)], **paying(shell, lot),
    )  # fmt: skip


def _sign_up(shell: Shell, own: Own) -> HTTPRouteHandler:
    @post("/bidder/lots/{lot:str}/viewing", sync_to_thread=True, opt=opt(BIDDER), status_code=200)
    def sign_up(request: Asked, lot: FromPath[str]) -> Page:
        found, now_us = own.lot(lot), shell.centre.clock.now_us()
        said, person = str(form_of(request).get("slot", "")), viewer_of(request).person
        free = {str(at_us): at_us for at_us in _slots(shell, found)}
        mine = (rows.c.lot == lot) & (rows.c.person == person)
        with shell.centre.engine.begin() as connection:
            if said == "none":
                connection.execute(delete(rows).where(mine))
                return see_other(f"/bidder/lots/{lot}/viewing")
            there = (rows.c.lot == lot) & (rows.c.slot_us == free.get(said, 0)) & ~mine
            count = connection.execute(select(func.count()).where(there)).scalar_one()
            if said in free and count < SEATS:
                connection.execute(delete(rows).where(mine))
                code = int.from_bytes(shell.entropy(8)) % 10**CODE_DIGITS
                connection.execute(
                    insert(rows).values(
                        lot=lot, code=f"{code:0{CODE_DIGITS}}", slot_us=free[said],
                        person=person, at_us=now_us,
                    )
                )  # fmt: skip
                return see_other(f"/bidder/lots/{lot}/viewing")
        return _page(shell, request, found, InvalidInput("this time is taken", field="slot"))

    return sign_up
